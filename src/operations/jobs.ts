import { Cancellation, type Signal } from '#core/cancellation.ts';
import { Failure } from '#core/failure.ts';
import type { Job } from '#domain/job.ts';
import type { JobClient, JobFilter } from '#domain/job-desk.ts';
import type { JobView } from '#domain/job-view.ts';
import type { JobRecord } from '#store/job-table.ts';
import type { ExchangeWatcher } from './job-calls.ts';
import { JobEvents } from './job-events.ts';
import { JobExpiry } from './job-expiry.ts';
import { toQuery } from './job-list.ts';
import { hasEnded, isVisible, jobNotFound, mayBeAskedAnew, toJobView } from './job-record.ts';
import { type JobRequest, possibleOperations, toJobRecord } from './job-request.ts';
import { JobRun, type JobRunOptions } from './job-run.ts';
import { guarded } from './journal.ts';
import { LiveJobs } from './live-jobs.ts';
import { type ChangeName, type Operations, scopeOf } from './operations.ts';
import { untilAborted } from './waiting.ts';

export type JobsOptions = Omit<JobRunOptions, 'onChange' | 'closing' | 'operations' | 'jobOf'> & {
  readonly operations: Pick<Operations, 'run' | 'check' | 'mayHaveBeenSent'>;
  /** Finds the job in the present configuration; undefined when there is none such any more. */
  readonly jobOf: (name: ChangeName) => Job | undefined;
  /** Told of changes of jobs, of each at most once a second; phones, cards and e-mails are masked. */
  readonly publish: (job: JobView) => void;
  /** Jobs of one client that have not ended. */
  readonly maxLivePerClient: number;
};

/** Who sees everything masked: events are for many. */
const ANYBODY = { seesPersonalData: false };

/** Orders reports that take minutes and follows them, whenever the process dies, until they have ended. */
export class Jobs {
  readonly #options: JobsOptions;
  readonly #live: LiveJobs;
  readonly #events: JobEvents;
  readonly #closing = new Cancellation();
  readonly #expiry: JobExpiry;

  constructor(options: JobsOptions) {
    const { clock, publish } = options;
    this.#options = options;
    this.#live = new LiveJobs(options.maxLivePerClient);
    this.#expiry = new JobExpiry(options);
    this.#events = new JobEvents(clock, (record) => publish(toJobView(record, ANYBODY)));
  }

  /** Takes up what an earlier process has left, once it is known what became of its orders. Rejects as the store does. */
  async start(): Promise<void> {
    const { table, files } = this.#options;
    await files.sweep(async (id) => ((await table.read(id))?.file ?? null) !== null);
    const live = await table.readLive();
    // What is at work already has its place at the vendor before anything new is ordered there.
    const inOrder = live.toSorted(
      (one, other) => Number(one.ordered === null) - Number(other.ordered === null),
    );
    for (const record of inOrder) this.#live.addEarlier(this.#begin(record));
    this.#expiry.start();
  }

  /**
   * Writes the job down and begins with it; resolves with the Job, or with the one that the same operation is
   * already. Rejects with `BUS_OPERATION_CONFLICT`, `BUS_OVERLOADED` (stopping, or too many jobs of that client),
   * `BUS_TIMEOUT` (the signal is aborted) or `BUS_INTERNAL_ERROR` (the store has failed); nothing was ordered then.
   */
  async order(request: JobRequest, signal?: Signal): Promise<JobRecord> {
    const { operations, clock, deadlineMs } = this.#options;
    if (this.#closing.aborted) throw new Failure('BUS_OVERLOADED');
    const fresh = toJobRecord(request, clock.now(), deadlineMs);
    if (request.operationId !== undefined) {
      for (const operation of possibleOperations(request)) await operations.check(operation);
    }
    if (signal?.aborted) throw new Failure('BUS_TIMEOUT');
    if (!this.#live.take(fresh.client)) return this.#joined(fresh);
    let isBegun = false;
    try {
      const placed = await this.#place(fresh);
      isBegun = placed === fresh;
      return placed;
    } finally {
      if (!isBegun) this.#live.giveBack(fresh.client);
    }
  }

  /** Rejects with `BUS_OPERATION_CONFLICT` when the client's id already stands for a job at that register or account. */
  async check({ client, operationId, account, token }: Omit<JobRequest, 'job'>): Promise<void> {
    if (operationId === undefined) return;
    const key = { client, scope: scopeOf(account, token), operationId };
    const known = await guarded(this.#options.table.findOperation(key));
    if (known && !this.#expiry.isGone(known)) throw new Failure('BUS_OPERATION_CONFLICT');
  }

  /** The job as far as it is known to that client. Rejects with `BUS_JOB_NOT_FOUND`. */
  async find(jobId: string, client: JobClient): Promise<JobRecord> {
    const id = jobId.toLowerCase();
    const record = this.#live.get(id)?.record ?? (await guarded(this.#options.table.read(id)));
    if (record && !this.#expiry.isGone(record) && isVisible(record, client)) return record;
    throw jobNotFound(jobId);
  }

  /**
   * Resolves when the job has ended or the signal is aborted, with what it is then. Meanwhile `onExchanges` is told of
   * the calls to the vendor.
   */
  async wait(record: JobRecord, signal: Signal, onExchanges?: ExchangeWatcher): Promise<JobRecord> {
    const run = this.#live.get(record.id);
    if (!run) return this.#reread(record);
    const stop = onExchanges ? run.watch(onExchanges) : () => undefined;
    try {
      await untilAborted(run.ended, signal);
    } finally {
      stop();
    }
    return run.record;
  }

  /**
   * Resolves when the job has ended; rejects when the vendor cannot be told, or not in time (`VENDOR_TIMEOUT`), or when
   * the bus stops (`BUS_OVERLOADED`).
   */
  async cancel(record: JobRecord, signal: Signal): Promise<JobRecord> {
    const run = this.#live.get(record.id);
    const isOver = run ? await untilAborted(run.cancel(), signal) : true;
    const description = 'задание отменяется, но ещё не отменено';
    if (!isOver) throw new Failure('VENDOR_TIMEOUT', { description });
    const known = run?.record ?? (await this.#reread(record));
    if (hasEnded(known)) return known;
    throw new Failure('BUS_OVERLOADED');
  }

  /** Newest first; a page ends where it would be too large for a message. */
  async list(filter: JobFilter, client: JobClient): Promise<JobRecord[]> {
    const { table, clock, maxResultBytes } = this.#options;
    return guarded(table.list(toQuery(filter, client, { now: clock.now(), maxBytes: maxResultBytes })));
  }

  /** What an event of that job is to a client; undefined when it is not for it. */
  eventFor(id: string, client: JobClient): JobView | undefined {
    const record = this.#events.lastOf(id);
    return record && isVisible(record, client) ? toJobView(record, client) : undefined;
  }

  /** The bytes of a job's file; rejects with `BUS_JOB_NOT_FOUND` when there is none. */
  async openFile({ id }: JobRecord): Promise<AsyncIterable<Uint8Array>> {
    const bytes = await guarded(this.#options.files.read(id));
    if (bytes) return bytes;
    throw new Failure('BUS_JOB_NOT_FOUND', { description: `у задания ${id} нет файла` });
  }

  /** Follows no job any more, and writes nothing; resolves when every step under way has ended. */
  async close(): Promise<void> {
    this.#expiry.stop();
    this.#closing.abort();
    await Promise.all([...this.#live.values()].map(({ ended }) => ended));
    // What was being written down was told of still.
    this.#events.close();
  }

  async #reread(record: JobRecord): Promise<JobRecord> {
    return (await guarded(this.#options.table.read(record.id))) ?? record;
  }

  /** The order as a job of its own, begun, or the job that it is already. */
  async #place(fresh: JobRecord): Promise<JobRecord> {
    const { table } = this.#options;
    for (;;) {
      const same = await guarded(table.insert(fresh));
      if (!same) {
        this.#live.add(this.#begin(fresh));
        return fresh;
      }
      const known = this.#live.get(same.id)?.record ?? same;
      if (this.#stands(known, fresh)) return known;
      // The operation is free for a new job; the old one stays what it was.
      await guarded(table.update({ ...known, operationId: known.id }));
    }
  }

  /** The job that the order is already; there may be no new one. */
  async #joined(fresh: JobRecord): Promise<JobRecord> {
    const same = await guarded(this.#options.table.findOperation(fresh));
    const known = same && (this.#live.get(same.id)?.record ?? same);
    if (known && this.#stands(known, fresh)) return known;
    throw this.#live.refusal();
  }

  /** Is the order that job? Throws `BUS_OPERATION_CONFLICT` when its id stands for something else. */
  #stands(known: JobRecord, fresh: JobRecord): boolean {
    if (known.contents !== fresh.contents) throw new Failure('BUS_OPERATION_CONFLICT');
    return !this.#expiry.isGone(known) && !mayBeAskedAnew(known);
  }

  #begin(record: JobRecord): JobRun {
    return new JobRun(record, {
      ...this.#options,
      onChange: (changed) => this.#events.announce(changed),
      closing: this.#closing,
    });
  }
}
