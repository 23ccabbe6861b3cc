import { Failure } from '#core/failure.ts';
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

type ToldJob = {
  readonly id: string;
  readonly state: string;
  readonly progress: number | null;
  readonly failure: unknown;
};

/** The Job that was answered, if it is one. */
function jobOf({ type, data }: Answer): ToldJob | undefined {
  if (type !== 'send' || !isJsonObject(data)) return undefined;
  const { job_id: id, state, progress, failure } = data;
  if (typeof id !== 'string' || typeof state !== 'string') return undefined;
  return { id, state, progress: typeof progress === 'number' ? progress : null, failure };
}

/**
 * Orders, and shows how far the job is until it has ended or the time is over; answers as if the bus had waited all the
 * time. What is no job is answered at once.
 */
export async function waitForJob({ order, ask, bar, now, limitMs }: JobWaitingOptions): Promise<Answer> {
  const beganAt = now();
  let answer = await order(false);
  let job = jobOf(answer);
  if (!job) return answer;
  try {
    while (job && !ENDED.has(job.state) && now() - beganAt < limitMs) {
      bar.show({ state: job.state, progress: job.progress, seconds: Math.floor((now() - beganAt) / 1000) });
      answer = await ask(job.id, LOOK_MS);
      job = jobOf(answer);
    }
  } finally {
    bar.end();
  }
  // Whoever may order need not be allowed to ask: the bus waits for him then. The result of a job that is done is told
  // by the rules of its action, not by those of `bus.jobs`.
  if (!job || job.state === 'done') return order(true);
  // Not asked again: the operation of a job that was never ordered is free for a new one.
  const data = ENDED.has(job.state) ? job.failure : timeIsOver(job.id);
  return { ...answer, type: 'error', data };
}

function timeIsOver(jobId: string): unknown {
  const description = 'время ожидания истекло, задание продолжается: спросите о нём bus.jobs';
  return new Failure('BUS_TIMEOUT', { description, details: { job_id: jobId } }).toData();
}
