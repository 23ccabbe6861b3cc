import type { Clock, Timer } from '#core/clock.ts';
import { Failure } from '#core/failure.ts';

export type GateOptions = {
  /** How many pieces of work may be under way at once. */
  readonly concurrency: number;
  /** Starts are spaced by a whole interval, so that no second ever sees more than this many. */
  readonly perSecond?: number;
  readonly clock: Clock;
};

/** Lets work in by turns: first come, first served; where work in the background waits too, each has every other turn. */
export type Gate = {
  /**
   * Starts the work when its turn has come. Rejects with `BUS_TIMEOUT`, and never starts it, if the signal is
   * aborted before that.
   */
  run<T>(signal: AbortSignal, work: () => Promise<T>, isBackground?: boolean): Promise<T>;
};

const MS_PER_SECOND = 1000;

export function createGate({ concurrency, perSecond, clock }: GateOptions): Gate {
  const spacingMs = perSecond === undefined ? 0 : MS_PER_SECOND / perSecond;
  // A set keeps the order of arrival and forgets whoever leaves at no cost.
  const foreground = new Set<() => void>();
  const background = new Set<() => void>();
  let wasBackground = true;
  let inside = 0;
  let lastStart = Number.NEGATIVE_INFINITY;
  let timer: Timer | undefined;

  function untilNextStartMs(): number {
    const sinceMs = clock.now() - lastStart;
    // A clock that was set back must not stop the account for as long.
    return sinceMs < 0 ? 0 : spacingMs - sinceMs;
  }

  function isAnybodyWaiting(): boolean {
    return foreground.size + background.size > 0;
  }

  /** Takes the next one out of its queue, with its turn. */
  function takeNext(): (() => void) | undefined {
    const isBackground = foreground.size === 0 || (!wasBackground && background.size > 0);
    const waiting = isBackground ? background : foreground;
    const [start] = waiting;
    if (start) waiting.delete(start);
    wasBackground = isBackground;
    return start;
  }

  function admit(): void {
    while (inside < concurrency && isAnybodyWaiting()) {
      const waitMs = untilNextStartMs();
      if (waitMs > 0) {
        timer ??= clock.setTimeout(() => {
          timer = undefined;
          admit();
        }, waitMs);
        return;
      }
      takeNext()?.();
    }
  }

  function leave(waiting: Set<() => void>, start: () => void): void {
    waiting.delete(start);
    if (isAnybodyWaiting()) return;
    timer?.cancel();
    timer = undefined;
  }

  async function enter<T>(work: () => Promise<T>): Promise<T> {
    inside += 1;
    if (spacingMs > 0) lastStart = clock.now();
    try {
      return await work();
    } finally {
      inside -= 1;
      admit();
    }
  }

  return {
    run(signal, work, isBackground = false) {
      if (signal.aborted) return Promise.reject(new Failure('BUS_TIMEOUT'));
      if (!isAnybodyWaiting() && inside < concurrency && untilNextStartMs() <= 0) return enter(work);

      const waiting = isBackground ? background : foreground;
      return new Promise((resolve, reject) => {
        const start = () => {
          signal.removeEventListener('abort', onAbort);
          resolve(enter(work));
        };
        const onAbort = () => {
          leave(waiting, start);
          reject(new Failure('BUS_TIMEOUT'));
        };
        signal.addEventListener('abort', onAbort, { once: true });
        waiting.add(start);
        admit();
      });
    },
  };
}
