import { describe, expect, test } from 'vitest';
import { failureOf, loginFailureOf } from '#vendors/iiko/failures.ts';
import { createScriptedHttp, plain } from './support.ts';

const http = createScriptedHttp(() => plain(200, ''));

const NO_SLOT = 'License enhancement is required: no connections available for module 2000';

describe('failureOf()', () => {
  test.each([
    [400, 'Wrong date format: 2019-0513 15:26', 'VENDOR_REJECTED', '400'],
    [401, 'Token is expired or invalid', 'VENDOR_AUTH_FAILED', '401'],
    [403, 'Permission denied', 'VENDOR_REJECTED', '403'],
    [403, 'Module 2200 is blocked within current license', 'VENDOR_REJECTED', '403'],
    [403, NO_SLOT, 'VENDOR_RATE_LIMITED', 'license_exhausted'],
    [404, 'Not found', 'VENDOR_REJECTED', '404'],
    [409, 'У вас нет права изменять документы задним числом.', 'VENDOR_REJECTED', '409'],
    [429, 'Too many requests', 'VENDOR_RATE_LIMITED', '429'],
    [500, 'java.net.SocketException: Connection reset', 'VENDOR_UNAVAILABLE', '500'],
  ])('makes of %i %s a %s', (status, text, name, code) => {
    const failure = failureOf(plain(status, text), http);

    expect(failure.name).toBe(name);
    expect(failure.details).toEqual({ vendor: 'iiko', account: 'moscow', status, code, message: text });
  });

  test.each([200, 404])('takes a page of HTML with %i for what it is', (status) => {
    const page = { status, headers: { 'content-type': 'text/html' }, text: '<!DOCTYPE html><html></html>' };

    expect(failureOf(page, http)).toMatchObject({ name: 'VENDOR_BAD_RESPONSE', details: { code: 'html' } });
  });

  test('does not quote the page of a gateway that is out of order', () => {
    const page = { status: 502, headers: {}, text: '<html><h1>Bad Gateway</h1></html>' };

    expect(failureOf(page, http)).toMatchObject({
      name: 'VENDOR_UNAVAILABLE',
      details: { code: '502', message: '' },
    });
  });
});

describe('loginFailureOf()', () => {
  test.each([
    [401, 'Wrong password', 'VENDOR_AUTH_FAILED'],
    [403, 'Permission denied', 'VENDOR_AUTH_FAILED'],
    [403, NO_SLOT, 'VENDOR_RATE_LIMITED'],
    [404, 'Not found', 'VENDOR_REJECTED'],
    [503, 'starting', 'VENDOR_UNAVAILABLE'],
  ])('makes of %i %s a %s', (status, text, name) => {
    expect(loginFailureOf(plain(status, text), http).name).toBe(name);
  });
});
