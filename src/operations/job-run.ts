import type { Call } from '#core/call.ts';
import { Cancellation, type Signal, withAnyOf } from '#core/cancellation.ts';
import { delay, LONGEST_TIMER_MS, type Timer } from '#core/clock.ts';
import { Failure } from '#core/failure.ts';
import { parseJson } from '#core/json.ts';
import type { Job, JobStep } from '#domain/job.ts';
import type { JobRecord } from '#store/job-table.ts';
import { type ExchangeWatcher, JobCalls } from './job-calls.ts';
import { JobOrder } from './job-order.ts';
import { JobPage, type JobPageOptions } from './job-page.ts';
import { JobTrouble } from './job-trouble.ts';
import type { Operations } from './operations.ts';
import { mayBeToldLater } from './verdict.ts';

export type JobRunOptions = JobPageOptions & {
  readonly operations: Pick<Operations, 'run' | 'mayHaveBeenSent'>;
  /** How long a job may take (milliseconds). */
  readonly deadlineMs: number;
  /** Finds the job in the present configuration; undefined when there is none such any more. */
  readonly jobOf: (record: JobRecord) => Job | undefined;
};

/** Until an account that left the configuration is looked for again. */
const MISSING_PAUSE_MS = 10_000;

/** One job under way: ordered once, looked at again and again until it has ended. */
export class JobRun {
  readonly #options: JobRunOptions;
  readonly #page: JobPage;
  readonly #calls: JobCalls;
  readonly #deadline: Timer;
  readonly #order: JobOrder;
  readonly #trouble = new JobTrouble();
  /** Ends the present step: the time is over, or somebody wants to cancel. */
  #interrupt = new Cancellation();
  #cancelling: PromiseWithResolvers<void> | undefined;
  #isOverdue = false;
  /** Resolves when the job has ended, or the bus has stopped; never rejects. */
  readonly ended: Promise<void>;

  constructor(record: JobRecord, options: JobRunOptions) {
    const { clock, deadlineMs } = options;
    this.#options = options;
    this.#page = new JobPage(record, options);
    this.#calls = new JobCalls(record, options);
    this.#order = new JobOrder(options.operations);
    // A clock that was set back must not give it more time.
    const leftMs = Math.min(Math.max(0, record.deadlineAt - clock.now()), deadlineMs);
    this.#deadline = clock.setTimeout(() => {
      this.#isOverdue = true;
      this.#interrupt.abort();
    }, leftMs);
    this.ended = this.#live();
  }

  get record(): JobRecord {
    return this.#page.record;
  }

  /** Tells somebody who waits of every exchange from now on; returns how to stop. */
  watch(tell: ExchangeWatcher): () => void {
    return this.#calls.watch(tell);
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
      while (!this.#page.hasEnded && !closing.aborted) await this.#goOn().catch(this.#endWith);
    } catch (error) {
      if (!closing.aborted) log.error({ ...this.#page.names, error }, 'a job stands still until a restart');
    } finally {
      this.#deadline.cancel();
      if (this.#page.hasEnded) this.#cancelling?.resolve();
      else this.#cancelling?.reject(new Failure('BUS_OVERLOADED'));
    }
  }

  /** What nobody expected would come again at the next step. */
  readonly #endWith = async (caught: unknown): Promise<void> => {
    if (!this.#options.closing.aborted) await this.#page.fail(Failure.from(caught));
  };

  async #goOn(): Promise<void> {
    if (this.#isOverdue) return this.#page.fail(this.#trouble.overdue());
    if (this.#cancelling) return this.#carryOutCancel(this.#cancelling);
    const job = this.#options.jobOf(this.record);
    if (!job) {
      this.#options.log.warn(this.#page.names, 'a job is of nothing configured');
      return this.#pause(MISSING_PAUSE_MS);
    }
    const { ordered } = this.record;
    const pauseMs = await (ordered === null ? this.#place(job) : this.#look(job, parseJson(ordered)));
    if (!this.#page.hasEnded) await this.#pause(pauseMs);
  }

  /** Resolves with how long to wait before the next step. */
  async #place(job: Job): Promise<number> {
    const place = (call: Call) => this.#order.place(this.record, job, call);
    try {
      await this.#page.order(await this.#interruptibly((signal) => this.#calls.run(signal, place)));
      this.#trouble.clear();
    } catch (caught) {
      if (this.#isInterrupted) return 0;
      const failure = Failure.from(caught);
      if (this.#order.mayBeRepeated(failure)) return this.#retryIn(failure);
      await this.#page.fail(failure);
    }
    return 0;
  }

  /** Resolves with how long to wait before the next look. */
  async #look(job: Job, ordered: unknown): Promise<number> {
    let step: JobStep<unknown>;
    try {
      step = await this.#interruptibly((signal) =>
        this.#calls.follow(this.record, signal, (context) => job.follow(ordered, context)),
      );
    } catch (caught) {
      if (this.#isInterrupted) return 0;
      if (mayBeToldLater(caught)) return this.#retryIn(caught);
      step = { failure: Failure.from(caught) };
    }
    this.#trouble.clear();
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
    if (job?.cancel && this.record.ordered === null && !(await this.#findOrder(job))) return;
    const { ordered } = this.record;
    try {
      if (ordered !== null && job?.cancel) {
        const told = parseJson(ordered);
        await this.#calls.tell(this.record, async (context) => job.cancel?.(told, context));
      }
    } catch (caught) {
      const failure = Failure.from(caught);
      // What the vendor cannot cancel any more has ended there, and nobody wants it all the same.
      if (failure.name !== 'VENDOR_REJECTED') {
        this.#cancelling = undefined;
        this.#interrupt = new Cancellation();
        asked.reject(failure);
        return;
      }
    }
    await this.#page.cancel();
  }

  /** Resolves with false when it is not known yet whether it was ordered: until then the wish to cancel it waits. */
  async #findOrder(job: Job): Promise<boolean> {
    if (this.#interrupt.aborted) this.#interrupt = new Cancellation();
    const find = (call: Call) => this.#order.find(this.record, job, call);
    try {
      const found = await this.#interruptibly((signal) => this.#calls.run(signal, find));
      if (found) await this.#page.order(found.ordered);
      return true;
    } catch (caught) {
      if (!this.#isInterrupted) await this.#pause(this.#retryIn(caught));
      return false;
    }
  }

  #retryIn(caught: unknown): number {
    const pauseMs = this.#trouble.add(caught);
    this.#options.log.warn({ ...this.#page.names, pauseMs, error: caught }, 'a job is asked for later');
    return pauseMs;
  }

  async #pause(ms: number): Promise<void> {
    if (ms <= 0) return;
    const pauseMs = Math.min(ms, LONGEST_TIMER_MS);
    await this.#interruptibly((signal) => delay(this.#options.clock, pauseMs, signal)).catch(() => undefined);
  }

  #interruptibly<T>(work: (signal: Signal) => Promise<T>): Promise<T> {
    return withAnyOf([this.#interrupt, this.#options.closing], work);
  }

  get #isInterrupted(): boolean {
    return this.#interrupt.aborted || this.#options.closing.aborted;
  }
}
