import { expect, test } from 'vitest';
import { Cancellation } from '#core/cancellation.ts';
import { delay, systemClock, withTimeOut } from '#core/clock.ts';
import { createFakeClock } from '../support/fake-clock.ts';

test('a delay ends when its time has come', async () => {
  const clock = createFakeClock(0);
  const waited = delay(clock, 1000, new AbortController().signal);
  clock.advance(1000);
  await expect(waited).resolves.toBeUndefined();
});

test('a delay rejects with the reason as soon as it is aborted, and leaves no timer', async () => {
  const clock = createFakeClock(0);
  const controller = new AbortController();
  const waited = delay(clock, 1000, controller.signal);
  controller.abort(new Error('gone'));
  await expect(waited).rejects.toThrow('gone');
  expect(clock.pending).toBe(0);
});

test('a cancelled timer of the machine does not fire', async () => {
  let fired = false;
  systemClock
    .setTimeout(() => {
      fired = true;
    }, 0)
    .cancel();
  await new Promise((resolve) => setTimeout(resolve, 1));
  expect(fired).toBe(false);
});

test('work is told when its time is over, or when something else is given up before that, and leaves no timer', async () => {
  const clock = createFakeClock(0);
  const gone = new Cancellation();
  const untilGivenUp = () =>
    withTimeOut(
      clock,
      1000,
      [gone],
      (signal) =>
        new Promise<number>((resolve) => signal.addEventListener('abort', () => resolve(clock.now()))),
    );
  const late = untilGivenUp();
  clock.advance(1000);
  expect(await late).toBe(1000);
  const left = untilGivenUp();
  clock.advance(10);
  gone.abort();
  expect(await left).toBe(1010);
  expect(clock.pending).toBe(0);
});
