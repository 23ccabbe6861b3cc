import { isJsonObject } from '#core/json.ts';
import type { ProgressBar } from './progress-bar.ts';

/** An answer of the bus: `send` or `error`, and its `data`. */
export type Answer = { readonly text: string; readonly type: string; readonly data: unknown };

export type JobWaitingOptions = {
  /** Orders, with `wait` or without; the operation is the same, so that the Job is the same. */
  readonly order: (wait: boolean) => Promise<Answer>;
  /** Asks for the Job: resolves when it has ended, or after that time (milliseconds). */
  readonly ask: (jobId: string, timeoutMs: number) => Promise<Answer>;
  readonly bar: ProgressBar;
  /** Milliseconds since some moment. */
  readonly now: () => number;
  /** How long to wait in all (milliseconds). */
  readonly limitMs: number;
};

const LOOK_MS = 1000;

const ENDED = new Set(['done', 'failed', 'cancelled']);

/** Is it the answer to the order of a job, which is still on its way? */
function jobOf({ type, data }: Answer): { id: string; state: string; progress: number | null } | undefined {
  if (type !== 'send' || !isJsonObject(data)) return undefined;
  const { job_id: id, state, progress } = data;
  if (typeof id !== 'string' || typeof state !== 'string') return undefined;
  return { id, state, progress: typeof progress === 'number' ? progress : null };
}

/**
 * Orders, and shows how far the job is until it has ended or the time is over; then the bus is asked for the result, as
 * if it had been waited for there all the time. What is no job is answered at once.
 */
export async function waitForJob({ order, ask, bar, now, limitMs }: JobWaitingOptions): Promise<Answer> {
  const beganAt = now();
  const first = await order(false);
  let job = jobOf(first);
  if (!job) return first;
  try {
    while (job && !ENDED.has(job.state) && now() - beganAt < limitMs) {
      bar.show({ state: job.state, progress: job.progress, seconds: Math.floor((now() - beganAt) / 1000) });
      // Whoever may order need not be allowed to ask: the bus waits for him then.
      job = jobOf(await ask(job.id, LOOK_MS));
    }
  } finally {
    bar.end();
  }
  return order(true);
}
