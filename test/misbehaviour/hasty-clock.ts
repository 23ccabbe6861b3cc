import { createFakeClock, type FakeClock } from '../support/fake-clock.ts';

const SHORT_MS = 1000;

/** A clock whose pauses of up to a second pass at once; whatever takes longer waits for `advance`. */
export function createHastyClock(startMs: number): FakeClock {
  const clock = createFakeClock(startMs);
  return {
    now: clock.now,
    advance: clock.advance,
    get pending() {
      return clock.pending;
    },
    setTimeout(run, delayMs) {
      // A machine's clock knows no fractions.
      const ms = Math.max(0, Math.ceil(delayMs));
      const timer = clock.setTimeout(run, ms);
      if (ms > SHORT_MS) return timer;
      const at = clock.now() + ms;
      const soon = setImmediate(() => clock.advance(Math.max(0, at - clock.now())));
      return {
        cancel() {
          clearImmediate(soon);
          timer.cancel();
        },
      };
    },
  };
}
