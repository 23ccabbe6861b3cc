import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { onAbort } from '#actions/giving-up.ts';

test('everybody who still waits is told once, through one listener', () => {
  const controller = new AbortController();
  const told: number[] = [];
  const stops = [1, 2, 3].map((index) => onAbort(controller.signal, () => told.push(index)));
  expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1);
  stops[1]?.();
  controller.abort();
  expect(told).toEqual([1, 3]);
});

test('signals are told apart', () => {
  const [one, other] = [new AbortController(), new AbortController()];
  const told: string[] = [];
  onAbort(one.signal, () => told.push('one'));
  onAbort(other.signal, () => told.push('other'));
  other.abort();
  expect(told).toEqual(['other']);
});
