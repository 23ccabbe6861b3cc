import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { QueueGauge } from '#transports/queue-gauge.ts';

const MEBIBYTE = 1_048_576;

/** A gauge that is asked with so much waiting. */
function createGauge(maxBytes: number) {
  let queued = 0;
  const gauge = new QueueGauge(maxBytes, () => queued);
  return (bytes: number) => {
    queued = bytes;
    return gauge.isOverfull();
  };
}

test('what waits since before the turn is judged, not what the turn brings', async () => {
  const isOverfull = createGauge(1000);
  expect([0, 600, 1200, 50_000].map(isOverfull)).toEqual(Array(4).fill(false));
  await turn();
  // All of it was read meanwhile.
  expect([0, 600, 1200].map(isOverfull)).toEqual(Array(3).fill(false));
  await turn();
  expect(isOverfull(1000)).toBe(false);
  await turn();
  expect([isOverfull(1001), isOverfull(1001)]).toEqual([true, true]);
});

test.each([
  [1000, MEBIBYTE],
  [4 * MEBIBYTE, 4 * MEBIBYTE],
])('a turn brings no more than as much again or a mebibyte: %i', async (maxBytes, most) => {
  const isOverfull = createGauge(maxBytes);
  const before = maxBytes / 2;
  expect([before, before + most, before + most + 1].map(isOverfull)).toEqual([false, false, true]);
});

test('what was merely gathered is written out before anybody is judged', async () => {
  let [queued, left] = [5000, 900];
  const flush = () => {
    queued = left;
  };
  const gauge = new QueueGauge(1000, () => queued, flush);
  expect(gauge.isOverfull()).toBe(false);
  [queued, left] = [5000, 1001];
  await turn();
  expect(gauge.isOverfull()).toBe(true);
});
