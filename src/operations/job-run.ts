import type { Exchange } from '#core/call.ts';
import { delay, type Timer } from '#core/clock.ts';
import { Failure } from '#core/failure.ts';
import { parseJson } from '#core/json.ts';
import type { Job, JobStep } from '#domain/job.ts';
import type { JobRecord } from '#store/job-table.ts';
import { backOffMs } from './back-off.ts';
import { JobCalls } from './job-calls.ts';
import { JobPage, type JobPageOptions } from './job-page.ts';
import type { Operations } from './operations.ts';
import { mayBeToldLater } from './verdict.ts';

export type JobRunOptions = JobPageOptions & {
  readonly operations: Pick<Operations, 'run'>;
  /** How long a job may take (milliseconds). */
  readonly deadlineMs: number;
  /** Finds the job in the present configuration; undefined when there is none such any more. */
  readonly jobOf: (record: JobRecord) => Job | undefined;
};

/** The machine's timers do not count further. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** How long the vendor may take to be told that nobody wants the report any more. */
const CANCEL_MS = 60_000;

/** Until an account that left the configuration is looked for again. */
const MISSING_PAUSE_MS = 10_000;

/** One job under way: ordered once, looked at again and again until it has ended. */
export class JobRun {
  readonly #options: JobRunOptions;
  readonly #page: JobPage;
  readonly #calls: JobCalls;
  readonly #deadline: Timer;
  /** Ends the present step: the time is over, or somebody wants to cancel. */
  #interrupt = new AbortController();
  #cancelling: PromiseWithResolvers<void> | undefined;
  #isOverdue = false;
  /** Attempts in a row that the vendor could not be asked. */
  #failures = 0;
  /** Resolves when the job has ended, or the bus has stopped; never rejects. */
  readonly ended: Promise<void>;

  constructor(record: JobRecord, options: JobRunOptions) {
    const { clock, deadlineMs } = options;
    this.#options = options;
    this.#page = new JobPage(record, options);
    this.#calls = new JobCalls(options);
    // A clock that was set back must not give it more time.
    const leftMs = Math.min(Math.max(0, record.deadlineAt - clock.now()), deadlineMs, LONGEST_TIMER_MS);
    this.#deadline = clock.setTimeout(() => {
      this.#isOverdue = true;
      this.#interrupt.abort();
    }, leftMs);
    this.ended = this.#live();
  }

  get record(): JobRecord {
    return this.#page.record;
  }

  /** Enters every exchange from now on among those of somebody who waits; returns how to stop. */
  watch(exchanges: Exchange[]): () => void {
    return this.#calls.watch(exchanges);
  }

  /** Resolves when the job has ended, cancelled or not; rejects when the vendor cannot be told now. */
  cancel(): Promise<void> {
    if (!this.#cancelling) {
      this.#cancelling = Promise.withResolvers();
      // Whoever asked may be gone.
      this.#cancelling.promise.catch(() => undefined);
      this.#interrupt.abort();
    }
    return this.#cancelling.promise;
  }

  async #live(): Promise<void> {
    const { closing, log } = this.#options;
    try {
      while (!this.#page.hasEnded && !closing.aborted) await this.#goOn();
    } catch (error) {
      if (!closing.aborted) log.error({ ...this.#page.names, error }, 'a job stands still until a restart');
    } finally {
      this.#deadline.cancel();
      if (this.#page.hasEnded) this.#cancelling?.resolve();
      else this.#cancelling?.reject(new Failure('BUS_OVERLOADED'));
    }
  }

  async #goOn(): Promise<void> {
    if (this.#isOverdue) return this.#page.fail(overdue());
    if (this.#cancelling) return this.#carryOutCancel(this.#cancelling);
    const job = this.#options.jobOf(this.record);
    if (!job) {
      this.#options.log.warn(this.#page.names, 'a job is of nothing configured');
      return this.#pause(MISSING_PAUSE_MS);
    }
    const { ordered } = this.record;
    const pauseMs = await (ordered === null ? this.#order(job) : this.#look(job, parseJson(ordered)));
    if (!this.#page.hasEnded) await this.#pause(pauseMs);
  }

  /** Resolves with how long to wait before the next step. */
  async #order(job: Job): Promise<number> {
    const { client, operationId, address, action, account, token, showPersonalData } = this.record;
    const data = parseJson(this.record.data);
    const name = { client, operationId, address, action, account, token };
    const request = { ...name, data, showPersonalData, change: job.order, lane: job.laneOf?.(data) };
    try {
      const { operations } = this.#options;
      await this.#page.order(await this.#calls.run(this.#signal, (call) => operations.run(request, call)));
      this.#failures = 0;
    } catch (caught) {
      if (this.#isInterrupted) return 0;
      const failure = Failure.from(caught);
      // It was sent, and what became of it is being found out.
      if (failure.name === 'VENDOR_OUTCOME_UNKNOWN') return this.#retryIn(failure);
      await this.#page.fail(failure);
    }
    return 0;
  }

  /** Resolves with how long to wait before the next look. */
  async #look(job: Job, ordered: unknown): Promise<number> {
    let step: JobStep<unknown>;
    try {
      step = await this.#calls.follow(this.record, this.#signal, (context) => job.follow(ordered, context));
    } catch (caught) {
      if (this.#isInterrupted) return 0;
      if (mayBeToldLater(caught)) return this.#retryIn(caught);
      step = { failure: Failure.from(caught) };
    }
    this.#failures = 0;
    if ('failure' in step) await this.#page.fail(step.failure);
    else if ('result' in step) await this.#page.finish(step);
    else {
      await this.#page.note(step);
      return step.againInMs;
    }
    return 0;
  }

  async #carryOutCancel(asked: PromiseWithResolvers<void>): Promise<void> {
    const job = this.#options.jobOf(this.record);
    const { ordered } = this.record;
    try {
      if (ordered !== null && job?.cancel) await this.#tellVendor(job, parseJson(ordered));
    } catch (caught) {
      const failure = Failure.from(caught);
      // What the vendor cannot cancel any more has ended there, and nobody wants it all the same.
      if (failure.name !== 'VENDOR_REJECTED') {
        this.#cancelling = undefined;
        this.#interrupt = new AbortController();
        asked.reject(failure);
        return;
      }
    }
    await this.#page.cancel();
  }

  async #tellVendor(job: Job, ordered: unknown): Promise<void> {
    const { clock, closing } = this.#options;
    const timeOut = new AbortController();
    const timer = clock.setTimeout(() => timeOut.abort(), CANCEL_MS);
    const signal = AbortSignal.any([timeOut.signal, closing]);
    try {
      await this.#calls.follow(this.record, signal, async (context) => job.cancel?.(ordered, context));
    } finally {
      timer.cancel();
    }
  }

  #retryIn(caught: unknown): number {
    const pauseMs = backOffMs(this.#failures);
    this.#failures += 1;
    this.#options.log.warn({ ...this.#page.names, pauseMs, error: caught }, 'a job is asked for later');
    return pauseMs;
  }

  async #pause(ms: number): Promise<void> {
    if (ms <= 0) return;
    const pauseMs = Math.min(ms, LONGEST_TIMER_MS);
    await delay(this.#options.clock, pauseMs, this.#signal).catch(() => undefined);
  }

  get #signal(): AbortSignal {
    return AbortSignal.any([this.#interrupt.signal, this.#options.closing]);
  }

  get #isInterrupted(): boolean {
    return this.#interrupt.signal.aborted || this.#options.closing.aborted;
  }
}

function overdue(): Failure {
  const description = 'отчёт не готов за отведённое заданию время (jobs.deadlineMs)';
  return new Failure('VENDOR_TIMEOUT', { description });
}
