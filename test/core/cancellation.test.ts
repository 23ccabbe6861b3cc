import { expect, test } from 'vitest';
import { Cancellation, GIVEN_UP, withAnyOf } from '#core/cancellation.ts';
import { Counted } from '../support/counted.ts';

test('everybody who still listens is told once', () => {
  const cancellation = new Cancellation();
  const told: number[] = [];
  const listeners = [1, 2, 3, 4].map((index) => () => void told.push(index));
  for (const listener of [...listeners, ...listeners]) cancellation.addEventListener('abort', listener);
  for (const listener of [listeners[0], listeners[2]]) {
    if (listener) cancellation.removeEventListener('abort', listener);
  }
  // The place of the first is taken by one that listens already.
  if (listeners[1]) cancellation.addEventListener('abort', listeners[1]);
  expect(cancellation).toMatchObject({ aborted: false, reason: undefined });
  cancellation.abort();
  cancellation.abort(new Error('later'));
  expect(told.sort()).toEqual([2, 4]);
  expect(cancellation).toMatchObject({ aborted: true, reason: GIVEN_UP });
});

test('whoever is removed by another listener is not told, and whoever comes late neither', () => {
  const cancellation = new Cancellation();
  const told: string[] = [];
  const removed = () => void told.push('removed');
  cancellation.addEventListener('abort', () => cancellation.removeEventListener('abort', removed));
  cancellation.addEventListener('abort', removed);
  const reason = new Error('gone');
  cancellation.abort(reason);
  cancellation.addEventListener('abort', () => told.push('late'));
  expect(told).toEqual([]);
  expect(cancellation.reason).toBe(reason);
});

test.each([0, 1, 2])('one that throws keeps nobody else from being told: %i', (thrower) => {
  const cancellation = new Cancellation();
  const told: number[] = [];
  for (const index of [0, 1, 2]) {
    cancellation.addEventListener('abort', () => {
      if (index === thrower) throw new Error('broken');
      told.push(index);
    });
  }
  expect(() => cancellation.abort()).toThrow('broken');
  expect(told).toHaveLength(2);
});

test('work is told of whichever is given up first, and leaves nothing behind', async () => {
  const [timeOut, gone] = [new Counted(), new Counted()];
  const work = withAnyOf([timeOut, gone], async (signal) => {
    const told = new Promise<void>((resolve) => signal.addEventListener('abort', resolve));
    gone.abort();
    await told;
    return signal.aborted;
  });
  expect([timeOut, gone].map(({ listeners }) => listeners)).toEqual([1, 1]);
  expect(await work).toBe(true);
  expect([timeOut, gone].map(({ listeners }) => listeners)).toEqual([0, 0]);
});

test('what was given up before is given up for the work, an AbortSignal too', async () => {
  const signals = [new Cancellation(), AbortSignal.abort()];
  expect(await withAnyOf(signals, async ({ aborted }) => aborted)).toBe(true);
  await expect(withAnyOf([new Cancellation()], () => Promise.reject(new Error('failed')))).rejects.toThrow(
    'failed',
  );
});
