import { expect, test } from 'vitest';
import { deadlineOf } from '#outbound/deadline.ts';
import { createCall } from './loopback.ts';

const HOUR_MS = 3_600_000;

test('a deadline holds until it is overdue by more than anybody may wait', () => {
  const call = createCall(1000);
  expect([0, 1000, 5000, 601_000].map((now) => deadlineOf(call, now))).toEqual([1000, 1000, 1000, 1000]);
});

test('a deadline that the clock has jumped over is left to the signal', () => {
  expect(deadlineOf(createCall(1000), HOUR_MS)).toBe(Number.POSITIVE_INFINITY);
});
