import { setTimeout as pause } from 'node:timers/promises';
import { type Answer, askBus, bearer, headersOf, type Question, timeoutOf } from './bus-question.ts';
import { shown } from './bus-url.ts';
import { SECRET_VARIABLE } from './client-secret.ts';
import { followJob, hasEnded, jobOf, type ToldJob } from './job-waiting.ts';
import { tell } from './output.ts';
import type { ProgressBar } from './progress-bar.ts';

export type WaitedOrderOptions = {
  readonly url: URL;
  readonly question: Question;
  /** As it was given. */
  readonly out: string | undefined;
  /** Undefined where nobody looks. */
  readonly bar: ProgressBar | undefined;
};

/** An order that is sent once, whatever happens; the job it makes, if it makes one, is followed to its end. */
export class WaitedOrder {
  readonly #options: WaitedOrderOptions;
  #isUnanswered = false;
  #isRefused = false;
  #job: ToldJob | undefined;

  constructor(options: WaitedOrderOptions) {
    this.#options = options;
  }

  /** The result of the job, or what was answered instead of a Job. Throws a `CommandError` when the bus is lost. */
  async result(): Promise<Answer> {
    const { url, question, bar } = this.#options;
    const { headers } = question;
    const beganAt = performance.now();
    // The vendor's own answers are told only to whoever waits at the bus.
    const asked = headers.raw === 'true' ? { wait: 'true', ...headers } : headers;
    const answer = await askBus(url, { ...question, headers: asked }, () => {
      this.#isUnanswered = true;
    });
    this.#isUnanswered = false;
    this.#job = jobOf(answer);
    if (!this.#job) return answer;
    return followJob(this.#job, {
      ask: (jobId, timeoutMs) => this.#askForJob(jobId, timeoutMs),
      bar,
      onLost: (reason) => tell(`${reason.split('\n', 1).join()}; looking for it again`),
      pause,
      now: () => performance.now(),
      limitMs: timeoutOf(question) - (performance.now() - beganAt),
    });
  }

  /** How to go on with what was ordered; undefined when there is nothing. */
  whereabouts(): string | undefined {
    const { url, out, question } = this.#options;
    const at = sameBus(url, question.headers.authorization);
    if (this.#job) {
      const { id, state } = this.#job;
      if (state !== 'done' && hasEnded(this.#job)) return undefined;
      const data = quote(JSON.stringify({ job_id: id }));
      const keeping = out === undefined ? '' : ` --out ${quote(out)}`;
      const goesOn = this.#isRefused ? 'was ordered' : 'goes on at the bus';
      const fate = state === 'done' ? 'is done; its result' : `${goesOn}; to follow it`;
      return `job ${id} ${fate}: avq-bus send bus.jobs get_job --data ${data} --wait${keeping} ${at}`;
    }
    if (!this.#isUnanswered) return undefined;
    const unknown = `it is not known whether the order was taken; to find out: avq-bus send bus.jobs list_jobs ${at}`;
    if (question.headers['operation.id'] === undefined) return unknown;
    return `${unknown}\nthe same command may be repeated: of one operation.id there is one job`;
  }

  async #askForJob(jobId: string, timeoutMs: number): Promise<Answer> {
    const { url, question } = this.#options;
    const { authorization } = question.headers;
    const headers = {
      ...headersOf('wait_job', { timeout: timeoutMs }),
      ...(authorization !== undefined && { authorization }),
    };
    const answer = await askBus(url, { address: 'bus.jobs', data: { job_id: jobId }, headers });
    const job = jobOf(answer);
    this.#isRefused = !job;
    this.#job = job ?? this.#job;
    return answer;
  }
}

/**
 * The options for a command that asks there again. A secret is left to whoever repeats it, however it was given: only
 * where it came from the environment the same command finds it again.
 */
function sameBus(url: URL, credentials: string | undefined): string {
  const open = new URL(url);
  open.searchParams.delete('access_token');
  const inEnvironment = process.env[SECRET_VARIABLE];
  const found = inEnvironment ? bearer(inEnvironment) : undefined;
  const isKept = credentials === found && !url.searchParams.has('access_token');
  return `--url ${quote(shown(open))}${isKept ? '' : ' --secret …'}`;
}

/** As a shell takes it for one word. */
function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
