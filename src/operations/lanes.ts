import type { Call } from '#core/call.ts';
import { Failure } from '#core/failure.ts';
import { FairQueue } from '#core/fair-queue.ts';

export type Lanes = {
  /**
   * Runs the work alone in its lane, when its turn has come: see {@link FairQueue}. Rejects with `BUS_TIMEOUT`, and
   * never starts it, if the call's signal is aborted while it waits.
   */
  run<T>(lane: string, call: Waiter, work: () => Promise<T>): Promise<T>;
};

type Waiter = Pick<Call, 'signal' | 'flow'>;

type Queue = FairQueue<() => void>;

/** One thing at a time in each lane. */
export function createLanes(): Lanes {
  /** Who waits; a lane that nobody is in has no entry. */
  const lanes = new Map<string, Queue>();

  function leave(lane: string, waiting: Queue): void {
    if (waiting.isEmpty) lanes.delete(lane);
    else waiting.take()?.();
  }

  function enter(lane: string, { signal, flow }: Waiter): Promise<Queue> {
    const waiting = lanes.get(lane);
    if (!waiting) {
      const nobody: Queue = new FairQueue();
      lanes.set(lane, nobody);
      return Promise.resolve(nobody);
    }
    return new Promise((resolve, reject) => {
      const start = () => {
        signal.removeEventListener('abort', onAbort);
        resolve(waiting);
      };
      const onAbort = () => {
        waiting.drop(start, flow);
        reject(new Failure('BUS_TIMEOUT'));
      };
      signal.addEventListener('abort', onAbort, { once: true });
      waiting.put(start, flow);
    });
  }

  return {
    async run(lane, call, work) {
      if (call.signal.aborted) throw new Failure('BUS_TIMEOUT');
      const waiting = await enter(lane, call);
      try {
        return await work();
      } finally {
        leave(lane, waiting);
      }
    },
  };
}
