import { describe, expect, test } from 'vitest';
import { JsonNumber } from '#core/json.ts';
import { dateTime, integer, member, money } from '#vendors/kassa24/fields.ts';
import { failureOf, unreadable } from './answers.ts';

describe('member', () => {
  test('prefers the exact name', () => {
    expect(member({ KKM: 1, Kkm: 2 }, 'Kkm')).toBe(2);
    expect(member({ KKM: 1, Kkm: 2 }, 'KKM')).toBe(1);
  });

  test('is undefined in whatever is no object', () => {
    expect([null, 5, 'Kkm', ['Kkm']].map((value) => member(value, 'length'))).toEqual(
      Array(4).fill(undefined),
    );
  });
});

describe('integer', () => {
  test('reads whole numbers in any dress', () => {
    const dressed = [7, '7', ' 7 ', '7.000', new JsonNumber('7.00000000000000000')];
    expect(dressed.map((value) => integer(value, 'Qty', unreadable))).toEqual(Array(dressed.length).fill(7));
  });

  test.each(['0x10', '1e3', '1.5', 'x', 1.5, new JsonNumber('12345678901234567890')])(
    'refuses %s',
    (value) => {
      expect(failureOf(() => integer(value, 'Qty', unreadable))).toMatchObject({
        details: { code: 'bad_field', message: 'Qty не целое число' },
      });
    },
  );
});

describe('money', () => {
  test('is null only where nothing is told', () => {
    expect([undefined, null, '', ' '].map((value) => money(value, 'Amount', unreadable))).toEqual(
      Array(4).fill(null),
    );
  });

  test.each([true, [[]], { a: 1 }, 'x', '1e400'])('refuses %j, which is told and is no amount', (value) => {
    expect(failureOf(() => money(value, 'Amount', unreadable))).toMatchObject({
      details: { code: 'bad_field', message: 'Amount не сумма' },
    });
  });
});

describe('dateTime', () => {
  const utc = { zone: 'Asia/Almaty', dateZ: 'utc' } as const;
  const local = { zone: 'Asia/Almaty', dateZ: 'local' } as const;

  test('tells a time in UTC in the zone of the account, by the rules of that day', () => {
    expect(dateTime('2020-06-30T17:28:12.6624564Z', utc, 'DateOpen', unreadable)).toBe(
      '2020-06-30T23:28:12+06:00',
    );
    expect(dateTime('2026-06-30T17:28:12Z', utc, 'DateOpen', unreadable)).toBe('2026-06-30T22:28:12+05:00');
  });

  test('reads a wall clock that is labelled Z where the account says so', () => {
    expect(dateTime('2026-06-30T17:28:12.5Z', local, 'DateOpen', unreadable)).toBe(
      '2026-06-30T17:28:12+05:00',
    );
  });

  test('reads a time without any offset in the zone of the account', () => {
    expect(dateTime('2026-06-30T17:28:12', utc, 'DateOpen', unreadable)).toBe('2026-06-30T17:28:12+05:00');
  });

  test('does not touch a real offset', () => {
    expect(dateTime('2020-12-20T06:34:46+00:00', local, 'DateOpen', unreadable)).toBe(
      '2020-12-20T12:34:46+06:00',
    );
  });

  test.each(['0001-01-01T00:00:00Z', '0001-01-01T05:08:00+05:08', null, undefined, ''])(
    'takes %s for no date',
    (value) => {
      expect(dateTime(value, utc, 'DateClose', unreadable)).toBeNull();
      expect(dateTime(value, local, 'DateClose', unreadable)).toBeNull();
    },
  );
});
