import { describe, expect, test } from 'vitest';
import { JsonNumber } from '#core/json.ts';
import { maskFreeText, maskFreeTexts } from '#domain/free-text.ts';

describe('maskFreeText()', () => {
  test('masks phones, cards and e-mails, and no taxpayer', () => {
    expect(maskFreeText('77011234567 ivan@mail.kz 4400123456789010 ИНН 7707083893')).toBe(
      '*******4567 ********l.kz ************9010 ИНН 7707083893',
    );
  });
});

describe('maskFreeTexts()', () => {
  const isFreeText = (key: string) => key === 'comment';

  test('looks under its keys at any depth, and nowhere else', () => {
    const value = { id: '77011234567', items: [{ comment: '77011234567', sum: new JsonNumber('1.10') }] };
    expect(maskFreeTexts(value, isFreeText)).toEqual({
      id: '77011234567',
      items: [{ comment: '*******4567', sum: new JsonNumber('1.10') }],
    });
  });

  test('takes a list of texts for texts', () => {
    expect(maskFreeTexts({ comment: ['77011234567', null, 5] }, isFreeText)).toEqual({
      comment: ['*******4567', null, 5],
    });
  });
});
