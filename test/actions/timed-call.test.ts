import { expect, test } from 'vitest';
import { timedCall } from '#actions/timed-call.ts';
import { Cancellation } from '#core/cancellation.ts';
import { createFakeClock } from '../support/fake-clock.ts';

test.each([
  ['read', 'VENDOR_TIMEOUT'],
  ['change', 'VENDOR_OUTCOME_UNKNOWN'],
] as const)(
  'a %s that has left is answered soon after its time is over, whatever ends later',
  async (effect, name) => {
    const clock = createFakeClock(0);
    const gone = new Cancellation();
    const stopped = new Cancellation();
    const options = {
      effect,
      timeoutMs: 1000,
      signals: [gone, stopped],
      exchanges: [],
      traceparent: undefined,
    };
    const answer = timedCall({ clock, ...options }, () => new Promise<never>(() => {}));
    const failure = expect(answer).rejects.toMatchObject({ name });
    clock.advance(1000);
    clock.advance(60);
    gone.abort();
    stopped.abort();
    clock.advance(40);
    expect(clock.pending).toBe(0);
    await failure;
  },
);
