import { Failure } from '#core/failure.ts';
import { isJsonObject } from '#core/json.ts';
import { type Answer, answerWith } from './bus-question.ts';
import { CommandError } from './command-error.ts';
import type { ProgressBar } from './progress-bar.ts';

export type JobWaitingOptions = {
  /** Asks for the Job, which may be done again and again: resolves when it has ended, or after that time. */
  readonly ask: (jobId: string, timeoutMs: number) => Promise<Answer>;
  /** Undefined where nobody looks. */
  readonly bar: ProgressBar | undefined;
  /** Told of the first of several losses of the bus. */
  readonly onLost: (reason: string) => void;
  readonly pause: (ms: number) => Promise<unknown>;
  /** Milliseconds since some moment. */
  readonly now: () => number;
  /** How long to wait in all (milliseconds). */
  readonly limitMs: number;
};

/** A Job as the bus tells it. */
export type ToldJob = {
  readonly id: string;
  readonly state: string;
  readonly progress: number | null;
  readonly result: unknown;
  readonly failure: unknown;
};

/** How long to wait for news: where somebody looks, and where nobody does. */
const LOOK_MS = 1000;
const WATCH_MS = 30_000;

/** The shortest time-out that may be asked for. */
const MIN_TIMEOUT_MS = 100;

/** Between attempts to find a bus that was lost: twice as long each time, up to the longest. */
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5000;

const ENDED = new Set(['done', 'failed', 'cancelled']);
const GOING_ON = new Set(['queued', 'ordered', 'running']);

/** What a bus that stops, or has too much to do, answers: another time it answers otherwise. */
const PASSING = new Set(['BUS_OVERLOADED', 'BUS_RATE_LIMITED', 'BUS_TIMEOUT']);

/** The Job that was answered, if it is one. */
export function jobOf({ type, data }: Answer): ToldJob | undefined {
  if (type !== 'send' || !isJsonObject(data)) return undefined;
  const { job_id: id, state, progress, result, failure } = data;
  if (typeof id !== 'string' || typeof state !== 'string') return undefined;
  if (!ENDED.has(state) && !GOING_ON.has(state)) return undefined;
  return { id, state, progress: typeof progress === 'number' ? progress : null, result, failure };
}

export function hasEnded({ state }: ToldJob): boolean {
  return ENDED.has(state);
}

/**
 * Follows the job until it has ended or the time is over, also over losses of the bus; answers as if the bus had waited
 * all the time. Throws the `CommandError` of the last loss when nobody comes back in time.
 */
export async function followJob(ordered: ToldJob, options: JobWaitingOptions): Promise<Answer> {
  const { bar, now, limitMs } = options;
  const beganAt = now();
  const leftMs = () => limitMs - (now() - beganAt);
  let job = ordered;
  try {
    while (!hasEnded(job)) {
      if (leftMs() <= 0) return timeIsOver(job.id);
      bar?.show({ ...job, seconds: Math.floor((now() - beganAt) / 1000) });
      const answer = await askUntilTold(job.id, leftMs, options);
      const told = jobOf(answer);
      // Whoever may order need not be allowed to ask.
      if (!told) return answer;
      job = told;
    }
  } finally {
    bar?.end();
  }
  return job.state === 'done' ? answerWith('send', job.result) : answerWith('error', job.failure);
}

async function askUntilTold(id: string, leftMs: () => number, options: JobWaitingOptions): Promise<Answer> {
  const { bar, onLost, pause } = options;
  for (let losses = 0; ; losses += 1) {
    const outcome = await attempt(id, leftMs(), options);
    if (!(outcome instanceof CommandError)) return outcome;
    if (leftMs() <= 0) throw outcome;
    if (losses === 0) {
      bar?.end();
      onLost(outcome.message);
    }
    await pause(Math.min(FIRST_PAUSE_MS * 2 ** losses, LONGEST_PAUSE_MS, leftMs()));
  }
}

async function attempt(
  id: string,
  leftMs: number,
  { ask, bar }: JobWaitingOptions,
): Promise<Answer | CommandError> {
  const timeoutMs = Math.max(MIN_TIMEOUT_MS, Math.min(bar ? LOOK_MS : WATCH_MS, Math.ceil(leftMs)));
  try {
    const answer = await ask(id, timeoutMs);
    const { name, description } = isJsonObject(answer.data) ? answer.data : {};
    const isPassing = answer.type === 'error' && PASSING.has(String(name));
    return isPassing ? new CommandError('failed', `${name}: ${description}`) : answer;
  } catch (error) {
    // Also what is no bus: where one was, a proxy may answer in its place.
    if (error instanceof CommandError) return error;
    throw error;
  }
}

function timeIsOver(jobId: string): Answer {
  const description = 'время ожидания истекло, задание продолжается: спросите о нём bus.jobs';
  return answerWith(
    'error',
    new Failure('BUS_TIMEOUT', { description, details: { job_id: jobId } }).toData(),
  );
}
