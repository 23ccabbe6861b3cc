import { Cancellation, type Signal, withAnyOf } from './cancellation.ts';

/** A timer that has not fired yet. */
export type Timer = {
  /** Forgets the timer; harmless after it has fired. */
  cancel(): void;
};

/** The longest time that the machine's timers count (milliseconds): a longer one is over at once. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * The only source of time in the bus, handed in everywhere, so that a replayed conversation can start at a
 * date of its own and jump ahead.
 */
export type Clock = {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Runs `run` once, `ms` milliseconds from now. */
  setTimeout(run: () => void, ms: number): Timer;
};

/** The machine's own time. Its timers do not keep the process alive: listeners do. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout(run, ms) {
    // The time may have come while something else had the thread.
    const timer = setTimeout(run, Math.max(0, ms));
    timer.unref();
    return { cancel: () => clearTimeout(timer) };
  },
};

/** Resolves after `ms`, or rejects with the signal's reason as soon as it is aborted. */
export function delay(clock: Clock, ms: number, signal: Signal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const onAbort = () => {
      timer.cancel();
      reject(signal.reason);
    };
    const timer = clock.setTimeout(() => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}

/** Works with a signal that is aborted after `ms`, or with the first of these. */
export function withTimeOut<T>(
  clock: Clock,
  ms: number,
  signals: readonly Signal[],
  work: (signal: Signal) => Promise<T>,
): Promise<T> {
  const timeOut = new Cancellation();
  const timer = clock.setTimeout(() => timeOut.abort(), ms);
  return withAnyOf([timeOut, ...signals], work).finally(() => timer.cancel());
}
