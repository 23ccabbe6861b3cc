import type { Call, Flow } from '#core/call.ts';
import type { Clock, Timer } from '#core/clock.ts';
import { Failure } from '#core/failure.ts';
import { Rotation } from '#core/rotation.ts';
import { SharedCall } from './shared-call.ts';

type GateLimits = {
  /** How many pieces of work may be under way at once. */
  readonly concurrency: number;
  /** Starts are spaced by a whole interval, so that no second ever sees more than this many. */
  readonly perSecond?: number | undefined;
};

export type GateOptions = GateLimits & { readonly clock: Clock };

/**
 * Lets work in by turns, one requester after the other, and of each one request after the other; what belongs to
 * the same request in the order of its coming. Where work in the background waits too, each has every other turn.
 */
export type Gate = {
  /**
   * Starts the work when its turn has come. Rejects with `BUS_TIMEOUT`, and never starts it, if the call's signal is
   * aborted before that.
   */
  run<T>(call: Waiter, work: () => Promise<T>): Promise<T>;
  /** Other limits from now on, for those who wait already, too; whoever is inside counts. */
  limit(limits: GateLimits): void;
};

type Waiter = Pick<Call, 'signal' | 'flow' | 'isBackground'>;

/** Who waits for the calls that the bus makes on its own behalf. */
const THE_BUS: Flow = { requester: '', request: 0 };

const MS_PER_SECOND = 1000;

/** Requesters, and the requests of each. */
const LEVELS = 2;

type Queue = Rotation<() => void>;

/** Puts `start` where its turn comes; returns how to take it out again. */
function queueUp(queue: Queue, call: Waiter, start: () => void): () => void {
  const put = ({ requester, request }: Flow) => queue.put(start, [requester, request]);
  const drop = ({ requester, request }: Flow) => queue.drop(start, [requester, request]);
  if (!(call instanceof SharedCall)) {
    const { flow = THE_BUS } = call;
    put(flow);
    return () => drop(flow);
  }
  const flows: Flow[] = [];
  const stop = call.watchFlows((flow) => {
    flows.push(flow);
    put(flow);
  });
  if (flows.length === 0) {
    flows.push(THE_BUS);
    put(THE_BUS);
  }
  return () => {
    stop();
    for (const flow of flows) drop(flow);
  };
}

function spacingOf({ perSecond }: GateLimits): number {
  return perSecond === undefined ? 0 : MS_PER_SECOND / perSecond;
}

export function createGate({ clock, ...limits }: GateOptions): Gate {
  let { concurrency } = limits;
  let spacingMs = spacingOf(limits);
  const foreground: Queue = new Rotation(LEVELS);
  const background: Queue = new Rotation(LEVELS);
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
    return !(foreground.isEmpty && background.isEmpty);
  }

  /** Takes the next one out of its queue, with its turn. */
  function takeNext(): (() => void) | undefined {
    const isBackground = foreground.isEmpty || !(wasBackground || background.isEmpty);
    wasBackground = isBackground;
    return (isBackground ? background : foreground).take();
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

  function forgetTimer(): void {
    timer?.cancel();
    timer = undefined;
  }

  async function enter<T>(work: () => Promise<T>): Promise<T> {
    inside += 1;
    lastStart = clock.now();
    try {
      return await work();
    } finally {
      inside -= 1;
      admit();
    }
  }

  return {
    run(call, work) {
      const { signal, isBackground = false } = call;
      if (signal.aborted) return Promise.reject(new Failure('BUS_TIMEOUT'));
      if (!isAnybodyWaiting() && inside < concurrency && untilNextStartMs() <= 0) return enter(work);

      return new Promise((resolve, reject) => {
        const start = () => {
          signal.removeEventListener('abort', onAbort);
          leave();
          resolve(enter(work));
        };
        const onAbort = () => {
          leave();
          if (!isAnybodyWaiting()) forgetTimer();
          reject(new Failure('BUS_TIMEOUT'));
        };
        const leave = queueUp(isBackground ? background : foreground, call, start);
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
