import { describe, expect, test } from 'vitest';
import { isSecretHeader, isSecretKey, isSecretKeyOfOurs } from '#core/secret-keys.ts';

describe('the key of a credential', () => {
  test.each([
    'TokenCPCR',
    'token_cpcr',
    'token',
    'accessToken',
    'access_token',
    'authToken',
    'Password',
    'pass',
    'PASS',
    'userPass',
    'passwd',
    'pwd',
    'pin',
    'pin1',
    'userpin',
    'PinCode',
    'pinHash',
    'puk',
    'secret',
    'client_secret',
    'apiKey',
    'private_key',
    'set-cookie',
    'Authorization',
    'AggregatorAuthentication',
  ])('is %s', (key) => {
    expect(isSecretKey(key)).toBe(true);
  });

  test.each([
    'shippingDate',
    'opinion',
    'passenger',
    'pinned',
    'passed',
    'IdKkm',
    'transaction_id',
    'key',
    'author',
    '',
  ])('is not %s', (key) => {
    expect(isSecretKey(key)).toBe(false);
  });

  test('is none of ours when it holds serials of registers', () => {
    const ours = ['token', 'Token', 'tokens', 'tokens.refresh', 'authToken', 'token_cpcr', 'pin'];
    expect(ours.filter(isSecretKeyOfOurs)).toEqual(['authToken', 'token_cpcr', 'pin']);
  });
});

test('the header of a credential may have other names', () => {
  const names = [
    'Authorization',
    'x-auth',
    'X-Key',
    'token',
    'Cookie',
    'Idempotency-Key',
    'accept',
    'x-keys',
  ];
  expect(names.filter(isSecretHeader)).toEqual(['Authorization', 'x-auth', 'X-Key', 'token', 'Cookie']);
});
