import { describe, expect, test } from 'vitest';
import { JsonNumber } from '#core/json.ts';
import { isPersonal, isSecretKey, mask, redact } from '#domain/redaction.ts';

describe('isSecretKey()', () => {
  test.each([
    'TokenCPCR',
    'token_cpcr',
    'accessToken',
    'Password',
    'pass',
    'passwd',
    'pin',
    'userpin',
    'PinCode',
    'pinHash',
    'client_secret',
    'set-cookie',
    'Authorization',
  ])('finds a credential under %s', (key) => {
    expect(isSecretKey(key)).toBe(true);
  });

  test.each(['shippingDate', 'opinion', 'passenger', 'pinned', 'IdKkm', 'transaction_id'])(
    'finds none under %s',
    (key) => {
      expect(isSecretKey(key)).toBe(false);
    },
  );
});

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

  test('shows people to who may see them, and credentials to nobody', () => {
    expect(redact(answer, true)).toEqual({
      ...answer,
      auth: { user: 'u', card: '4400123412348888' },
      list: [{ sum: '10.71' }],
    });
  });
});
