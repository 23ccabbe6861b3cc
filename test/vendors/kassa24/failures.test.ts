import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dataOf, isExpired, loginDataOf } from '#vendors/kassa24/failures.ts';
import { account, answer, failureOf } from './answers.ts';

const refusal = (Status: number, Message: string) => answer(Status, { Status, Message });

describe('dataOf', () => {
  test.each([
    ['Latin', 'OK'],
    ['Cyrillic', 'ОК'],
    ['whatever', 'операция проведена в автономном режиме'],
  ])('takes a success for one when Message is %s', (_spelling, Message) => {
    expect(dataOf(answer(200, { Status: 200, Message, Data: { A: 1 } }), account)).toEqual({ A: 1 });
  });

  test('takes 208 for a success: it was done before', () => {
    expect(dataOf(answer(208, { Status: 208, Message: 'OK', Data: 7 }), account)).toBe(7);
  });

  test('does without a Status in the body', () => {
    expect(dataOf(answer(200, { data: 7 }), account)).toBe(7);
  });

  test.each([
    [401, 'Unauthorized: token is expired by 2h36m46s', 'VENDOR_AUTH_FAILED'],
    [403, 'Forbidden: Доступ к указанному ресурсу закрыт.', 'VENDOR_REJECTED'],
    [403, 'Forbidden: на данной ККМ уже открыта смена', 'AVQFR_SHIFT_IS_OPENED'],
    [403, 'Forbidden: касса заблокирована', 'VENDOR_REJECTED'],
    [403, 'Forbidden: касса заблокирова на', 'VENDOR_REJECTED'],
    [403, 'Указан неверный идентификатор смены', 'VENDOR_REJECTED'],
    [410, 'Данная смена уже закрыта', 'AVQFR_SHIFT_IS_CLOSED'],
    [424, 'Forbidden: за данным пользователем уже числится открытая смена', 'VENDOR_REJECTED'],
    [429, '', 'VENDOR_RATE_LIMITED'],
    [500, 'Internal Server Error', 'VENDOR_UNAVAILABLE'],
    [502, '', 'VENDOR_UNAVAILABLE'],
    [403, 'что-то новое', 'VENDOR_REJECTED'],
    [400, 'Поле IdKKM не должно быть пустым', 'VENDOR_REJECTED'],
  ])('turns %i "%s" into %s, with the words of the vendor', (status, message, name) => {
    expect(failureOf(() => dataOf(refusal(status, message), account))).toMatchObject({
      name,
      details: { vendor: 'kassa24', account: 'almaty', status, code: String(status), message },
    });
  });

  test('says of each documented refusal something else to do', () => {
    const documented = [
      [401, 'Unauthorized: token is expired by 1s'],
      [403, 'Forbidden: Доступ к указанному ресурсу закрыт.'],
      [403, 'Forbidden: на данной ККМ уже открыта смена'],
      [403, 'FORBIDDEN: КАССА ЗАБЛОКИРО ВАНА'],
      [403, 'Указан неверный идентификатор сме ны'],
      [410, 'Данная смена уже закрыта'],
      [424, 'Forbidden: за данным пользователем уже числится открытая смена'],
      [500, 'Internal Server Error'],
      [403, 'что-то новое'],
    ] as const;
    const descriptions = documented.map(([status, message]) => {
      const failure = failureOf(() => dataOf(refusal(status, message), account));
      return failure instanceof Error && 'description' in failure ? failure.description : undefined;
    });
    expect(new Set(descriptions).size).toBe(documented.length);
  });

  test('recognises a refusal however its words are split and whatever their case', () => {
    const told = fc.constantFrom(
      ['Forbidden: Доступ к указанному ресурсу закрыт.', 'закрыл доступ'],
      ['Forbidden: на данной ККМ уже открыта смена', 'смена открыта'],
      ['Forbidden: касса заблокирована', 'касса заблокирована'],
      ['Указан неверный идентификатор смены', 'другой кассир'],
    );
    const property = fc.property(
      told,
      fc.array(fc.nat(60)),
      fc.boolean(),
      ([message, meaning], cuts, loud) => {
        const split = [...message]
          .map((letter, index) => (cuts.includes(index) ? `${letter} ` : letter))
          .join('');
        const response = refusal(403, loud ? split.toUpperCase() : split);
        const failure = failureOf(() => dataOf(response, account));
        expect(failure).toMatchObject({ description: expect.stringContaining(meaning) });
      },
    );
    fc.assert(property);
  });

  test('believes a failure that only the body tells', () => {
    const response = answer(200, { Status: 410, Message: 'Данная смена уже закрыта' });
    expect(failureOf(() => dataOf(response, account))).toMatchObject({
      name: 'AVQFR_SHIFT_IS_CLOSED',
      details: { status: 200, code: '410' },
    });
  });

  test('believes a failure that only HTTP tells', () => {
    expect(failureOf(() => dataOf(answer(410, ''), account))).toMatchObject({
      name: 'AVQFR_SHIFT_IS_CLOSED',
      details: { status: 410, code: '410' },
    });
  });

  test('does not mind the HTML of a proxy above a status that says enough', () => {
    const page = answer(503, '<html>Service Unavailable</html>', { 'content-type': 'text/html' });
    expect(failureOf(() => dataOf(page, account))).toMatchObject({ name: 'VENDOR_UNAVAILABLE' });
  });

  test.each([
    ['HTML', 200, '<!DOCTYPE html><html></html>', 'html'],
    ['the HTML of somebody on the way', 403, '<html>Forbidden</html>', 'html'],
    ['half a JSON', 200, '{"Status":200,', 'not_json'],
    ['nothing', 200, '', 'empty'],
  ])('cannot use %s', (_what, status, text, code) => {
    expect(failureOf(() => dataOf(answer(status, text), account))).toMatchObject({
      name: 'VENDOR_BAD_RESPONSE',
      details: { status, code },
    });
  });

  test('cannot use a status that nobody documents', () => {
    expect(failureOf(() => dataOf(answer(200, { Status: 100 }), account))).toMatchObject({
      name: 'VENDOR_BAD_RESPONSE',
      details: { status: 200, code: '100' },
    });
  });
});

describe('isExpired', () => {
  test('is told by HTTP or by the body, and not by a 401 among the figures', () => {
    expect(isExpired(refusal(401, 'Unauthorized: token is expired by 3s'), account)).toBe(true);
    expect(isExpired(answer(200, { Status: 401, Message: '' }), account)).toBe(true);
    expect(isExpired(answer(200, { Status: 200, Data: { Amount: 401 } }), account)).toBe(false);
    expect(isExpired(answer(502, '<html>401</html>'), account)).toBe(false);
  });
});

describe('loginDataOf', () => {
  test.each([400, 401, 403, 404])('takes a %i for a refused login', (status) => {
    expect(failureOf(() => loginDataOf(refusal(status, 'нет'), account))).toMatchObject({
      name: 'VENDOR_AUTH_FAILED',
      details: { code: String(status) },
    });
  });

  test('does not blame the password for a busy or broken server', () => {
    const nameOf = (status: number) => failureOf(() => loginDataOf(refusal(status, ''), account));
    expect(nameOf(429)).toMatchObject({ name: 'VENDOR_RATE_LIMITED' });
    expect(nameOf(500)).toMatchObject({ name: 'VENDOR_UNAVAILABLE' });
  });
});
