import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { QueueGauge } from '#transports/queue-gauge.ts';

const MEBIBYTE = 1_048_576;

test('what waits since before the turn is judged, not what the turn brings', async () => {
  const gauge = new QueueGauge(1000);
  expect([0, 600, 1200, 50_000].map((queued) => gauge.isOverfull(() => queued))).toEqual(
    Array(4).fill(false),
  );
  await turn();
  // All of it was read meanwhile.
  expect([0, 600, 1200].map((queued) => gauge.isOverfull(() => queued))).toEqual(Array(3).fill(false));
  await turn();
  expect(gauge.isOverfull(() => 1000)).toBe(false);
  await turn();
  expect([gauge.isOverfull(() => 1001), gauge.isOverfull(() => 1001)]).toEqual([true, true]);
});

test.each([
  [1000, MEBIBYTE],
  [4 * MEBIBYTE, 4 * MEBIBYTE],
])('a turn brings no more than as much again or a mebibyte: %i', async (maxBytes, most) => {
  const gauge = new QueueGauge(maxBytes);
  const before = maxBytes / 2;
  const queued = [before, before + most, before + most + 1];
  expect(queued.map((bytes) => gauge.isOverfull(() => bytes))).toEqual([false, false, true]);
});

test('what was merely gathered is written out before anybody is judged', async () => {
  const gauge = new QueueGauge(1000);
  let queued = 5000;
  const flush = (left: number) => () => {
    queued = left;
  };
  expect(gauge.isOverfull(() => queued, flush(900))).toBe(false);
  queued = 5000;
  await turn();
  expect(gauge.isOverfull(() => queued, flush(1001))).toBe(true);
});
