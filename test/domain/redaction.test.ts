import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { JsonNumber } from '#core/json.ts';
import { contactsIn, isPersonal, mask, redact, withoutContacts } from '#domain/redaction.ts';

describe('isPersonal()', () => {
  test.each([
    ['Phone', '77051234567'],
    ['contactPhoneNumber', '8 705'],
    ['EMail', 'nobody'],
    ['e-mail', 'nobody'],
    ['card', '4400123412341234'],
    ['cardNumber', '8888'],
    ['discount_card', '15'],
    ['BankCardNo', '4400'],
    ['anything', 'ivan@example.com'],
  ])('%s: %s is about a person', (key, value) => {
    expect(isPersonal(key, value)).toBe(true);
  });

  test.each([
    ['salesCard', '11564'],
    ['sales_card', '11564.00'],
    ['card', '51690.00'],
    ['cardType', 'VISA'],
    ['cardinal', 'x'],
    ['discard', 'x'],
    ['phone', ''],
    ['comment', 'ask ivan@example.com'],
  ])('%s: %s is not', (key, value) => {
    expect(isPersonal(key, value)).toBe(false);
  });
});

describe('mask()', () => {
  test('leaves the last four characters, whatever they are made of', () => {
    expect(mask('4400123412348888')).toBe('************8888');
    expect(mask('😀😀😀😀😀')).toBe('*😀😀😀😀');
    expect(mask('88')).toBe('88');
  });
});

describe('redact()', () => {
  const answer = {
    auth: { user: 'u', card: '4400123412348888', pin: '1234' },
    salesCard: 11564,
    Phone: 77051234567,
    phones: ['+77051234567', new JsonNumber('12345678901234567890')],
    comment: 'ask ivan@example.com or petr@example.com, please',
    list: [{ Token: 'abc', sum: '10.71' }],
  };

  test('drops credentials and masks people at every depth', () => {
    expect(redact(answer, false)).toEqual({
      auth: { user: 'u', card: '************8888' },
      salesCard: 11564,
      Phone: '*******4567',
      phones: ['********4567', '****************7890'],
      comment: 'ask ************.com or ************.com, please',
      list: [{ sum: '10.71' }],
    });
  });

  test('masks a card that is a number, but no sum', () => {
    const theirs = {
      card_number: 4400123412341234,
      bankCard: new JsonNumber('4400123412341234567'),
      card: 51690.5,
      salesCard: 51690,
      cardCount: 123456,
    };
    expect(redact(theirs, false)).toEqual({
      ...theirs,
      card_number: '************1234',
      bankCard: '***************4567',
    });
  });

  test('shows people to who may see them, and credentials to nobody', () => {
    expect(redact(answer, true)).toEqual({
      ...answer,
      auth: { user: 'u', card: '4400123412348888' },
      list: [{ sum: '10.71' }],
    });
  });
});

describe('e-mails', () => {
  const EVERYWHERE = /[^\s@<>"'(),;:]+@[^\s@<>"'(),;:]+\.[^\s@<>"'(),;:]+/g;

  test('are found wherever they stand in a text', () => {
    const piece = fc.constantFrom('a', 'ivan', '@', '@', '.', '.com', ' ', ',', '<', '1');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        const text = pieces.join('');
        expect(contactsIn(text)).toEqual(text.match(EVERYWHERE) ?? []);
        expect(withoutContacts(text)).toBe(text.replace(EVERYWHERE, mask));
      }),
    );
  });

  test('and phones are masked inside a longer text, other numbers are not', () => {
    const text = 'Иван +79121234567, ivan@mail.ru, +7 (999) 123-45-67.';
    expect(withoutContacts(text)).toBe('Иван ********4567, ********l.ru, **************5-67.');
    expect(contactsIn(text)).toEqual(['ivan@mail.ru', '+79121234567', '+7 (999) 123-45-67']);
    const others = ['+1234567890.12', '2026-01-31T12:00:00+03:00', '+123', '79121234567', 'a+79121234567'];
    for (const other of others) {
      expect(withoutContacts(other)).toBe(other);
      expect(contactsIn(other)).toEqual([]);
    }
  });

  test.each(['a', '@', 'a@', 'a.', '@a.', ' a', 'aa.aa@'])(
    'are looked for once in 100 KB of "%s"',
    (piece) => {
      for (const end of ['', '@', ' @', '@b']) {
        const text = piece.repeat(100_000 / piece.length) + end;
        const redacted = redact({ comment: text }, false) as { comment: string };
        expect(redacted.comment).toHaveLength(text.length);
      }
    },
  );
});
