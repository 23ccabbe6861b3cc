import type { Call } from '#core/call.ts';
import type { Clock, Timer } from '#core/clock.ts';
import { Failure } from '#core/failure.ts';
import { FairQueue } from '#core/fair-queue.ts';
import type { FlowWatcher } from './flows.ts';
import { hasBegun, SharedCall } from './shared-call.ts';

type GateLimits = {
  /** How many pieces of work may be under way at once. */
  readonly concurrency: number;
  /** Starts are spaced by a whole interval, so that no second ever sees more than this many. */
  readonly perSecond?: number | undefined;
};

export type GateOptions = GateLimits & { readonly clock: Clock };

/**
 * Lets work in by turns, see {@link FairQueue}: of one requester what has begun and what has not have every other turn, so
 * that some of it is ready early where not all of it will be ready in time. Where work in the background waits too, each
 * has every other turn.
 */
export type Gate = {
  /**
   * Starts the work when its turn has come. Rejects with `BUS_TIMEOUT`, and never starts it, if the call's signal is
   * aborted before that. Work that throws, instead of returning a promise, has not begun: the next one need not wait
   * for it.
   */
  run<T>(call: Waiter, work: () => Promise<T>): Promise<T>;
  /** Other limits from now on, for those who wait already, too; whoever is inside counts. */
  limit(limits: GateLimits): void;
};

type Waiter = Pick<Call, 'signal' | 'flow' | 'isBackground' | 'exchanges'>;

const MS_PER_SECOND = 1000;

type Queue = FairQueue<() => void>;

/** Puts `start` where its turn comes; returns how to take it out again. */
function queueUp(queue: Queue, call: Waiter, start: () => void): () => void {
  const goesOn = hasBegun(call);
  const places: FlowWatcher = {
    put: (flow) => queue.put(start, flow, goesOn),
    drop: (flow) => queue.drop(start, flow, goesOn),
  };
  if (call instanceof SharedCall) return call.watchFlows(places);
  const { flow } = call;
  places.put(flow);
  return () => places.drop(flow);
}

/** Everybody who waits; where some wait in the background too, each kind has every other turn. */
class Waiting {
  readonly #foreground: Queue = new FairQueue();
  readonly #background: Queue = new FairQueue();
  #wasBackground = true;

  get isEmpty(): boolean {
    return this.#foreground.isEmpty && this.#background.isEmpty;
  }

  /** Puts `start` where its turn comes; returns how to take it out again. */
  put(call: Waiter, start: () => void): () => void {
    return queueUp(call.isBackground ? this.#background : this.#foreground, call, start);
  }

  /** Takes the next one out of its queue, with its turn. */
  take(): (() => void) | undefined {
    const isBackground = this.#foreground.isEmpty || !(this.#wasBackground || this.#background.isEmpty);
    this.#wasBackground = isBackground;
    return (isBackground ? this.#background : this.#foreground).take();
  }
}

function spacingOf({ perSecond }: GateLimits): number {
  return perSecond === undefined ? 0 : MS_PER_SECOND / perSecond;
}

export function createGate({ clock, ...limits }: GateOptions): Gate {
  let { concurrency } = limits;
  let spacingMs = spacingOf(limits);
  const waiting = new Waiting();
  let inside = 0;
  let lastStart = Number.NEGATIVE_INFINITY;
  let timer: Timer | undefined;

  function untilNextStartMs(): number {
    const sinceMs = clock.now() - lastStart;
    // A clock that was set back must not stop the account for as long.
    return sinceMs < 0 ? 0 : spacingMs - sinceMs;
  }

  function admit(): void {
    while (inside < concurrency && !waiting.isEmpty) {
      const waitMs = untilNextStartMs();
      if (waitMs > 0) {
        timer ??= clock.setTimeout(() => {
          timer = undefined;
          admit();
        }, waitMs);
        return;
      }
      waiting.take()?.();
    }
  }

  function forgetTimer(): void {
    timer?.cancel();
    timer = undefined;
  }

  function enter<T>(work: () => Promise<T>): Promise<T> {
    const startBefore = lastStart;
    inside += 1;
    lastStart = clock.now();
    try {
      return leaveAfter(work());
    } catch (error) {
      inside -= 1;
      lastStart = startBefore;
      return Promise.reject(error);
    }
  }

  async function leaveAfter<T>(working: Promise<T>): Promise<T> {
    try {
      return await working;
    } finally {
      inside -= 1;
      admit();
    }
  }

  return {
    run(call, work) {
      const { signal } = call;
      if (signal.aborted) return Promise.reject(new Failure('BUS_TIMEOUT'));
      if (waiting.isEmpty && inside < concurrency && untilNextStartMs() <= 0) return enter(work);

      return new Promise((resolve, reject) => {
        const start = () => {
          // It is given up, and will be told so in its turn.
          if (signal.aborted) return;
          signal.removeEventListener('abort', onAbort);
          leave();
          resolve(enter(work));
        };
        const onAbort = () => {
          leave();
          if (waiting.isEmpty) forgetTimer();
          reject(new Failure('BUS_TIMEOUT'));
        };
        const leave = waiting.put(call, start);
        signal.addEventListener('abort', onAbort, { once: true });
        admit();
      });
    },
    limit(others) {
      concurrency = others.concurrency;
      spacingMs = spacingOf(others);
      forgetTimer();
      admit();
    },
  };
}
