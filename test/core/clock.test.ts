import { expect, test } from 'vitest';
import { delay, systemClock } from '#core/clock.ts';
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
