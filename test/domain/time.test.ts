import { describe, expect, test } from 'vitest';
import { calendarDate, daysBetween, formatDateTime, isTimeZone } from '#domain/time.ts';

describe('formatDateTime()', () => {
  test.each([
    ['2026-01-31T09:00:00.937', '2026-01-31T09:00:00+01:00'],
    ['2026-07-01 09:00:00', '2026-07-01T09:00:00+02:00'],
    ['2026-07-01T09:00:00Z', '2026-07-01T11:00:00+02:00'],
    ['2026-07-01T09:00:00+0500', '2026-07-01T06:00:00+02:00'],
    ['2026-07-01t09:00:00z', '2026-07-01T11:00:00+02:00'],
    ['0001-01-01T00:00:00Z', null],
    ['', null],
    [null, null],
    ['2026-02-30T09:00:00', undefined],
    ['9999-12-31T23:59:59Z', undefined],
    ['yesterday', undefined],
    [5, undefined],
  ])('reads %s as %s', (value, expected) => {
    expect(formatDateTime(value, 'Europe/Berlin')).toBe(expected);
  });

  test('reads a naive time in the zone it is said to be of', () => {
    expect(formatDateTime('2026-01-31T09:00:00', 'Europe/Berlin', 'UTC')).toBe('2026-01-31T10:00:00+01:00');
  });
});

describe('calendarDate()', () => {
  test('is the date of the zone', () => {
    const late = Date.parse('2026-01-31T22:30:00Z');
    expect(calendarDate(late, 'UTC')).toBe('2026-01-31');
    expect(calendarDate(late, 'Europe/Moscow')).toBe('2026-02-01');
    expect(calendarDate(late, 'UTC', -31)).toBe('2025-12-31');
  });
});

describe('daysBetween()', () => {
  test.each([
    ['2026-01-01', '2026-02-01', 31],
    ['2026-03-28', '2026-03-30', 2],
    ['2026-01-02', '2026-01-01', -1],
    ['2026-02-30', '2026-03-01', undefined],
    ['2026-02-01', 'soon', undefined],
  ])('%s to %s: %s', (from, to, expected) => {
    expect(daysBetween(from, to)).toBe(expected);
  });
});

describe('isTimeZone()', () => {
  test('knows IANA names', () => {
    expect(isTimeZone('Asia/Almaty')).toBe(true);
    expect(isTimeZone('Asia/Nowhere')).toBe(false);
  });
});
