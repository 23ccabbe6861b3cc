import type { Call, Exchange } from '#core/call.ts';
import { Cancellation, type Signal } from '#core/cancellation.ts';
import type { Clock } from '#core/clock.ts';
import { Failure } from '#core/failure.ts';
import type { Flow } from '#core/flow.ts';

/** Time-outs of requests that name none (milliseconds). */
const READ_TIMEOUT_MS = 30_000;
const CHANGE_TIMEOUT_MS = 120_000;

/** How long a call may take to notice that its time is over, before it is answered without it. */
const GRACE_MS = 100;

export type TimedCallOptions = {
  readonly clock: Clock;
  readonly effect: 'read' | 'change';
  /** From the `timeout` header; undefined for the default. */
  readonly timeoutMs: number | undefined;
  /** Aborted when the requester is gone, or when the bus will wait no longer. */
  readonly signals: readonly Signal[];
  readonly exchanges: Exchange[];
  readonly traceparent: string | undefined;
  /** See {@link Call}. */
  readonly flow?: Flow | undefined;
  /** See {@link Call}. */
  readonly fresh?: boolean;
};

/**
 * Runs `run` with a `Call` that ends with the requester's time-out or with the requester. What has not been
 * sent by then never is; a change that was sent goes on at the vendor, while the requester is told
 * `VENDOR_OUTCOME_UNKNOWN`.
 */
export function timedCall<T>(options: TimedCallOptions, run: (call: Call) => Promise<T>): Promise<T> {
  const { clock, effect, exchanges, traceparent, flow, fresh = false } = options;
  const timeoutMs = options.timeoutMs ?? (effect === 'change' ? CHANGE_TIMEOUT_MS : READ_TIMEOUT_MS);
  const signal = new Cancellation();
  const call = { deadline: clock.now() + timeoutMs, signal, exchanges, traceparent, flow, fresh };
  return new Promise((resolve, reject) => {
    const giveUp = () => {
      if (signal.aborted) return;
      timer.cancel();
      // Whatever was not sent yet rejects with its own failure as soon as it is told; only what is on its way is left.
      signal.abortInTurn(flow, () => {
        if (!hasEnded) timer = clock.setTimeout(giveUpWaiting, GRACE_MS);
      });
    };
    const giveUpWaiting = () => {
      end();
      const name = effect === 'change' ? 'VENDOR_OUTCOME_UNKNOWN' : 'VENDOR_TIMEOUT';
      reject(new Failure(name, { cause: new Failure('BUS_TIMEOUT') }));
    };
    let hasEnded = false;
    const end = () => {
      hasEnded = true;
      timer.cancel();
      for (const given of options.signals) given.removeEventListener('abort', giveUp);
    };
    let timer = clock.setTimeout(giveUp, timeoutMs);
    for (const given of options.signals) given.addEventListener('abort', giveUp);
    if (options.signals.some((given) => given.aborted)) giveUp();
    Promise.try(run, call).then(
      (value) => {
        end();
        resolve(value);
      },
      (error: unknown) => {
        end();
        reject(error);
      },
    );
  });
}
