import { describe, expect, test } from 'vitest';
import { FAILURES } from '#core/failure.ts';
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

  test('says only the usual words where the vendor has none', () => {
    const failure = vendorFailure('VENDOR_AUTH_FAILED', HTTP, { status: 401, message: '\n' });
    expect(failure.description).toBe(FAILURES.VENDOR_AUTH_FAILED.description);
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
