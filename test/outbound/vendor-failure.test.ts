import { describe, expect, test } from 'vitest';
import { FAILURES } from '#core/failure.ts';
import { SecretVault } from '#outbound/secret-vault.ts';
import { vendorFailure } from '#outbound/vendor-failure.ts';

const HTTP = { vendor: 'iiko', account: 'moscow' };

describe('vendorFailure', () => {
  test("says the vendor's words after the usual ones, and the status where there is no code", () => {
    const failure = vendorFailure('VENDOR_REJECTED', HTTP, {
      status: 409,
      message: ' Документ\r\n\tпроведён ',
    });
    expect(failure.toData()).toEqual({
      description: 'поставщик отказал: Документ проведён',
      name: 'VENDOR_REJECTED',
      details: { ...HTTP, status: 409, code: '409', message: 'Документ проведён' },
    });
  });

  test.each([
    ['VENDOR_AUTH_FAILED', 401, ': HTTP 401 без объяснения'],
    ['VENDOR_REJECTED', 404, ': HTTP 404 без объяснения: этого у поставщика нет, или неверен baseUrl'],
    ['VENDOR_BAD_RESPONSE', 302, ': HTTP 302, переадресация: проверьте baseUrl'],
    ['VENDOR_UNAVAILABLE', 503, ': HTTP 503 без объяснения'],
    ['VENDOR_BAD_RESPONSE', 200, ''],
    ['VENDOR_TIMEOUT', null, ''],
  ] as const)('says of %s what the status %s says where the vendor has no words', (name, status, words) => {
    const { description, details } = vendorFailure(name, HTTP, { status, message: '\n' });
    expect(description).toBe(FAILURES[name].description + words);
    expect(details).toMatchObject({ message: '' });
  });

  test('takes a code, a description, lists of errors and a cause', () => {
    const cause = new Error('cause');
    const failure = vendorFailure('VENDOR_REJECTED', HTTP, {
      status: 200,
      code: 'importResult',
      message: 'ERROR',
      description: 'документ не принят',
      errors: [{ code: 'x' }],
      cause,
    });
    expect(failure).toMatchObject({
      description: 'документ не принят',
      details: { code: 'importResult', errors: [{ code: 'x' }] },
      cause,
    });
  });

  test('cuts a long message', () => {
    const { details } = vendorFailure('VENDOR_REJECTED', HTTP, { status: 500, message: '😀'.repeat(5000) });
    const { message } = details as { message: string };
    expect(message.length).toBeLessThanOrEqual(500);
    expect(message.isWellFormed()).toBe(true);
    expect(message.endsWith('…')).toBe(true);
  });
});

describe('what a vendor quotes', () => {
  const vault = new SecretVault();
  vault.keep(['SECRETpassword1']);
  const http = { ...HTTP, conceal: (text: string, most: number) => vault.conceal(text, most) };

  test('is hidden wherever it stands', () => {
    const quote = 'bad login SECRETpassword1 77078385387 ivan@mail.kz';
    const failure = vendorFailure('VENDOR_AUTH_FAILED', http, {
      status: 401,
      code: 'SECRETpassword1',
      message: quote,
      description: `отказ (${quote})`,
      errors: { item_error: [{ identifier: 1, error: [{ value: quote, code: null }] }] },
    });
    const hidden = 'bad login [secret] *******5387 ********l.kz';
    expect(failure.toData()).toEqual({
      description: `отказ (${hidden})`,
      name: 'VENDOR_AUTH_FAILED',
      details: {
        ...HTTP,
        status: 401,
        code: '[secret]',
        message: hidden,
        errors: { item_error: [{ identifier: 1, error: [{ value: hidden, code: null }] }] },
      },
    });
    expect(failure.message).not.toMatch(/SECRET|7707838|ivan/);
  });

  test('is hidden also where the text is cut, and where nothing is known of secrets', () => {
    const message = `${'-'.repeat(492)} 77078385387 SECRETpassword1`;
    const { details } = vendorFailure('VENDOR_REJECTED', http, { status: 400, message });
    expect((details as { message: string }).message).toBe(`${'-'.repeat(492)} ******…`);
    const { description } = vendorFailure('VENDOR_REJECTED', HTTP, { status: 400, message: '77078385387' });
    expect(description).toBe('поставщик отказал: *******5387');
  });
});
