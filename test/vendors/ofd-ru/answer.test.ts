import { describe, expect, test } from 'vitest';
import { Failure } from '#core/failure.ts';
import type { HttpResponse } from '#core/http.ts';
import { dataOf, isAccessDenied, loginDataOf } from '#vendors/ofd-ru/answer.ts';
import { failed, HTTP, json } from './support.ts';

const html = (status: number): HttpResponse => ({
  status,
  headers: { 'content-type': 'text/html; charset=utf-8' },
  text: '<html>wait</html>',
});

function failureIn(response: HttpResponse, read = dataOf): Failure {
  try {
    read(response, HTTP);
  } catch (caught) {
    if (caught instanceof Failure) return caught;
  }
  throw new Error('no failure');
}

const said = (response: HttpResponse, read = dataOf) => {
  const { name, details } = failureIn(response, read);
  return [name, details && 'code' in details ? details.code : undefined];
};

describe('dataOf()', () => {
  test.each([
    ['an envelope', { Status: 'Success', Data: { Id: 1 }, Elapsed: '00:00:25.3858651' }, { Id: 1 }],
    ['an envelope in other letters', { ' status ': 'SUCCESS', DATA: { id: 1 } }, { Id: 1 }],
    ['an envelope without data', { Status: 'Success', Elapsed: '1' }, { Status: 'Success', Elapsed: '1' }],
    ['a report, whose status is its own', { Id: 1, Status: 'Todo' }, { Id: 1, Status: 'Todo' }],
    ['a bare list', [{ id: 1 }], [{ Id: 1 }]],
    ['no errors at all', { Status: 'Success', Data: 1, Errors: [] }, 1],
  ])('takes %s', (_name, body, data) => {
    expect(dataOf(json(body), HTTP)).toEqual(data);
  });

  test.each([
    ['DateFromGreaterThanDateTo', 'VENDOR_REJECTED'],
    ['OfdAgreementNotFound', 'VENDOR_REJECTED'],
    ['ReportSizeError', 'VENDOR_REJECTED'],
    ['LimitExhausted', 'VENDOR_REJECTED'],
    ['ReportNotFound', 'VENDOR_REJECTED'],
    ['ReportNotDone', 'VENDOR_REJECTED'],
    ['AccessDenied', 'VENDOR_AUTH_FAILED'],
    ['InternalError', 'VENDOR_UNAVAILABLE'],
  ])('answers %s by its name, under any status', (code, name) => {
    for (const status of [200, 400, 403, 404, 500]) expect(said(failed(code, status))).toEqual([name, code]);
    expect(said(json({ Errors: [`Ошибка: ${code.toLowerCase()} (1)`], Status: 'Failed' }, 400))).toEqual([
      name,
      code,
    ]);
  });

  test.each([
    [429, 'LimitExhausted', 'VENDOR_RATE_LIMITED', 'LimitExhausted'],
    [400, 'SomethingNew', 'VENDOR_REJECTED', 'SomethingNew'],
    [400, 'Слова для человека', 'VENDOR_REJECTED', '400'],
    [503, 'SomethingNew', 'VENDOR_UNAVAILABLE', 'SomethingNew'],
    [408, 'SomethingNew', 'VENDOR_UNAVAILABLE', 'SomethingNew'],
    [200, '', 'VENDOR_REJECTED', '200'],
  ])('%i with the unknown error %s is %s', (status, error, name, code) => {
    expect(said(failed(error, status))).toEqual([name, code]);
  });

  test.each([
    [json({}, 403), 'VENDOR_AUTH_FAILED', '403'],
    [json({}, 401), 'VENDOR_AUTH_FAILED', '401'],
    [json({}, 404), 'VENDOR_REJECTED', '404'],
    [{ ...json({}, 400), text: '' }, 'VENDOR_REJECTED', '400'],
    [{ ...json({}, 502), text: '' }, 'VENDOR_UNAVAILABLE', '502'],
    [html(502), 'VENDOR_UNAVAILABLE', '502'],
    [html(429), 'VENDOR_RATE_LIMITED', '429'],
    [html(403), 'VENDOR_BAD_RESPONSE', 'html'],
    [html(200), 'VENDOR_BAD_RESPONSE', 'html'],
    [{ ...json({}), text: '' }, 'VENDOR_BAD_RESPONSE', 'empty'],
    [{ ...json({}), text: '{"Data":' }, 'VENDOR_BAD_RESPONSE', 'not_json'],
    [{ ...json({}, 302), text: '' }, 'VENDOR_BAD_RESPONSE', '302'],
  ])('makes of an answer without a known envelope what its status says: %#', (response, name, code) => {
    expect(said(response)).toEqual([name, code]);
  });
});

describe('loginDataOf()', () => {
  test('takes the pair with and without an envelope', () => {
    const pair = { AuthToken: 'a', ExpirationDateUtc: 'b' };
    expect(loginDataOf(json(pair), HTTP)).toEqual(pair);
    expect(
      loginDataOf(json({ Status: 'Success', Data: { authtoken: 'a', expirationdateutc: 'b' } }), HTTP),
    ).toEqual(pair);
  });

  test.each([
    [json({}, 403), 'VENDOR_AUTH_FAILED'],
    [json({}, 401), 'VENDOR_AUTH_FAILED'],
    [failed('AccessDenied', 200), 'VENDOR_AUTH_FAILED'],
    [failed('WrongPassword', 200), 'VENDOR_AUTH_FAILED'],
    [failed('InternalError', 200), 'VENDOR_UNAVAILABLE'],
    [json({}, 400), 'VENDOR_AUTH_FAILED'],
    [json({}, 404), 'VENDOR_AUTH_FAILED'],
    [failed('OfdAgreementNotFound', 422), 'VENDOR_AUTH_FAILED'],
    [json({}, 503), 'VENDOR_UNAVAILABLE'],
    [json({}, 408), 'VENDOR_UNAVAILABLE'],
    [failed('InternalError', 400), 'VENDOR_UNAVAILABLE'],
    [json({}, 429), 'VENDOR_RATE_LIMITED'],
    [html(403), 'VENDOR_BAD_RESPONSE'],
  ])('a refusal is one of the login unless it is something else: %#', (response, name) => {
    expect(failureIn(response, loginDataOf).name).toBe(name);
  });
});

test('a token is no longer good after 401, AccessDenied under any status, or a 403 that names nothing else', () => {
  const denied = [
    json({}, 401),
    html(401),
    failed('AccessDenied', 200),
    failed('AccessDenied', 400),
    json({}, 403),
    { ...json({}, 403), text: '' },
  ];
  expect(denied.map((response) => isAccessDenied(response, HTTP))).toEqual(denied.map(() => true));
  const others = [
    json([]),
    failed('LimitExhausted', 403),
    html(403),
    failed('InternalError', 500),
    json({}, 404),
  ];
  expect(others.map((response) => isAccessDenied(response, HTTP))).toEqual(others.map(() => false));
});
