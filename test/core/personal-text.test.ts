import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { maskPersonalText } from '#core/personal-text.ts';

describe('maskPersonalText()', () => {
  test.each([
    ['вход 77078385387 запрещён', 'вход *******5387 запрещён'],
    ['тел77011234567.', 'тел*******4567.'],
    ['77011234567,77021234567', '*******4567,*******4567'],
    ['+7 701 123-45-67', '************5-67'],
    ['8 (701) 123 45 67', '*************5 67'],
    ['+375 (29) 123-45-67', '***************5-67'],
    ['карта 4400 1234 5678 9010', 'карта ***************9010'],
    ['карта 4400123456789010', 'карта ************9010'],
    ['ivan@mail.kz, petr@mail.kz', '********l.kz, ********l.kz'],
    ['4111111111111111110: 19 цифр', '***************1110: 19 цифр'],
  ])('hides people: %s', (text, expected) => {
    expect(maskPersonalText(text)).toBe(expected);
  });

  test.each([
    'смена aaaaaaaa-0000-4000-8000-000000000002',
    'с 2026-10-01 по 2026-10-02T21:03:26.234+03:00',
    'сумма 12345678901.00 или 5000.5',
    'ФН 9999078900004312',
    '11f6ad8ec52a2984abaafd7c3b516503785c2072',
    'Uid 123456789, 10.0.0.1:8080',
  ])('leaves ids, times, sums and hashes: %s', (text) => {
    expect(maskPersonalText(text)).toBe(text);
  });

  test('takes shorter numbers for no phones where it is told so', () => {
    expect(maskPersonalText('ИНН 7707083893', 11)).toBe('ИНН 7707083893');
    expect(maskPersonalText('ИНН 7707083893')).toBe('ИНН ******3893');
  });

  test('changes nothing more of what it has masked', () => {
    const part = fc.constantFrom('7', '0', '4', '-', ' ', '+', '(', ')', '@', '.', 'a', 'ж', ',');
    fc.assert(
      fc.property(fc.array(part, { maxLength: 40 }), (parts) => {
        const masked = maskPersonalText(parts.join(''));
        expect(masked.length).toBe(parts.length);
      }),
    );
  });

  test.each(['1', 'a', 'a.', 'a@', '+1', '-1234', '12 '])('is as fast for endless %s', (piece) => {
    const begun = performance.now();
    maskPersonalText(piece.repeat(20_000));
    expect(performance.now() - begun).toBeLessThan(1000);
  });
});
