import { describe, expect, test } from 'vitest';
import type { Failure, VendorDetails } from '#core/failure.ts';
import type { HttpResponse } from '#core/http.ts';
import { JsonNumber } from '#core/json.ts';
import { readJson } from '#outbound/answer.ts';

const HTTP = { vendor: 'ofd-ru', account: 'ofd' };

function answerOf(text: string, headers: HttpResponse['headers'] = {}): HttpResponse {
  return { status: 200, headers, text };
}

function complaintOf(text: string, headers: HttpResponse['headers'] = {}) {
  try {
    readJson(answerOf(text, headers), HTTP);
  } catch (failure) {
    const { name, details, cause } = failure as Failure;
    return { name, cause, ...(details as VendorDetails) };
  }
  throw new Error('nothing to complain of');
}

describe('readJson', () => {
  test('keeps every digit', () => {
    const value = readJson(answerOf('{"sum":12345678901234567.89}'), HTTP) as { sum: JsonNumber };
    expect(value.sum).toBeInstanceOf(JsonNumber);
    expect(String(value.sum)).toBe('12345678901234567.89');
  });

  test('takes JSON whatever its type is said to be', () => {
    expect(readJson(answerOf('{"ok":true}', { 'content-type': 'text/html' }), HTTP)).toEqual({ ok: true });
  });

  test.each([
    ['<!DOCTYPE html><p>secret</p>', {}],
    ['\n <html>secret</html>', {}],
    ['Bad gateway secret', { 'content-type': 'Text/HTML; charset=utf-8' }],
  ])('says what to check when it got a page: %j', (text, headers) => {
    const complaint = complaintOf(text, headers);
    expect(complaint).toMatchObject({ name: 'VENDOR_BAD_RESPONSE', ...HTTP, status: 200, code: 'html' });
    expect(complaint.message).toContain('baseUrl');
    expect(complaint.message).not.toContain('secret');
  });

  test.each(['', ' \r\n'])('says that there was nothing: %j', (text) => {
    expect(complaintOf(text)).toMatchObject({ name: 'VENDOR_BAD_RESPONSE', code: 'empty' });
  });

  test('quotes a text, but little of it', () => {
    expect(complaintOf('Service is down')).toMatchObject({
      code: 'not_json',
      message: 'вместо JSON пришёл текст: «Service is down»',
    });
    expect(complaintOf('слово '.repeat(500)).message.length).toBeLessThan(240);
  });

  test.each([
    'token 0af7651916cd43dd is bad',
    'Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.sig',
    'password=qwertyui refused',
    'call +77011234567',
    'write to ivan@example.kz',
    `${'a '.repeat(20)}${'QwErTyUiOpAsDfGhJkLz'.repeat(200)}`,
  ])('strikes out what may be secret or personal: %s', (text) => {
    const { message, cause } = complaintOf(text);
    expect(message).toContain('…');
    expect(message).not.toMatch(/0af76|eyJ|qwerty|7011|ivan|QwEr/);
    expect(cause).toBeUndefined();
  });

  test.each([
    ['lists', '[', ']', ''],
    ['objects', '{"a":', '}', ''],
    ['lists with an exact number', '[', ']', '12345678901234567.89'],
  ])('takes no more levels than anybody could work with: %s', (_what, open, close, inner) => {
    const nested = (depth: number) => open.repeat(depth) + (inner || '0') + close.repeat(depth);
    expect(() => readJson(answerOf(nested(200)), HTTP)).not.toThrow();
    for (const depth of [201, 2500, 8000, 100_000]) {
      expect(complaintOf(nested(depth))).toMatchObject({ name: 'VENDOR_BAD_RESPONSE', code: 'too_deep' });
    }
  });

  test('does not quote broken JSON', () => {
    expect(complaintOf('{"phone":"+7701')).toMatchObject({
      code: 'not_json',
      message: 'ответ похож на JSON, но не разобран',
    });
  });
});
