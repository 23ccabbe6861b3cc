import type { Clock } from '#core/clock.ts';

export type BreakerState = 'closed' | 'open' | 'half-open';

/**
 * How a call ended, as far as the vendor's health goes:
 * - `answered`: with any answer below 500, a refusal included
 * - `failed`: refused, no such host, certificate, reset, timed out or 5xx
 * - `abandoned`: the requester left, which says nothing
 */
export type CallEnd = 'answered' | 'failed' | 'abandoned';

export type Breaker = {
  readonly state: BreakerState;
  /**
   * Lets a call through and gives what has to be told how it ended, and may be told of an answer before that;
   * undefined if the call must not be made. A settling read always passes.
   */
  admit(settling: boolean): ((end: CallEnd) => void) | undefined;
};

const MAX_FAILURES_IN_A_ROW = 5;
const OPEN_MS = 10_000;

/** Spares a vendor that is down: after five failed calls in a row it lets none through for ten seconds, then one. */
export function createBreaker(clock: Clock): Breaker {
  let failures = 0;
  /** Undefined while closed. */
  let openedAt: number | undefined;
  let probing = false;

  function stateNow(): BreakerState {
    if (openedAt === undefined) return 'closed';
    const sinceMs = clock.now() - openedAt;
    // A clock that was set back must not keep it open for as long.
    return sinceMs >= 0 && sinceMs < OPEN_MS ? 'open' : 'half-open';
  }

  function onFailed(isProbe: boolean): void {
    failures += 1;
    // Calls that were under way when it opened do not prolong it.
    if (isProbe || (openedAt === undefined && failures >= MAX_FAILURES_IN_A_ROW)) openedAt = clock.now();
  }

  return {
    get state() {
      return stateNow();
    },
    admit(settling) {
      const state = stateNow();
      let isProbe = state === 'half-open' && !probing;
      if (state !== 'closed' && !isProbe && !settling) return undefined;
      if (isProbe) probing = true;

      return (end) => {
        if (isProbe) probing = false;
        if (end === 'failed') onFailed(isProbe);
        isProbe = false;
        if (end !== 'answered') return;
        failures = 0;
        openedAt = undefined;
      };
    },
  };
}
