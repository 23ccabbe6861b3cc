import { Failure } from '#core/failure.ts';

export type Lanes = {
  /**
   * Runs the work when everything that came before it in the same lane has ended. Rejects with `BUS_TIMEOUT`, and
   * never starts it, if the signal is aborted while it waits.
   */
  run<T>(lane: string, signal: AbortSignal, work: () => Promise<T>): Promise<T>;
};

/** One thing at a time in each lane; first come, first served. */
export function createLanes(): Lanes {
  /** Who waits, in order of arrival; a lane that nobody is in has no entry. */
  const lanes = new Map<string, Set<() => void>>();

  function leave(lane: string, waiting: Set<() => void>): void {
    const [next] = waiting;
    if (!next) {
      lanes.delete(lane);
      return;
    }
    waiting.delete(next);
    next();
  }

  function enter(lane: string, signal: AbortSignal): Promise<Set<() => void>> {
    const waiting = lanes.get(lane);
    if (!waiting) {
      const nobody = new Set<() => void>();
      lanes.set(lane, nobody);
      return Promise.resolve(nobody);
    }
    return new Promise((resolve, reject) => {
      const start = () => {
        signal.removeEventListener('abort', onAbort);
        resolve(waiting);
      };
      const onAbort = () => {
        waiting.delete(start);
        reject(new Failure('BUS_TIMEOUT'));
      };
      signal.addEventListener('abort', onAbort, { once: true });
      waiting.add(start);
    });
  }

  return {
    async run(lane, signal, work) {
      if (signal.aborted) throw new Failure('BUS_TIMEOUT');
      const waiting = await enter(lane, signal);
      try {
        return await work();
      } finally {
        leave(lane, waiting);
      }
    },
  };
}
