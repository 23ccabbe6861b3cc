import { randomUUID } from 'node:crypto';
import type { Exchange } from '#core/call.ts';
import type { Timer } from '#core/clock.ts';
import { Failure } from '#core/failure.ts';
import type { Job } from '#domain/job.ts';
import type { JobClient, JobFilter } from '#domain/job-desk.ts';
import type { JobView } from '#domain/job-view.ts';
import type { JobRecord } from '#store/job-table.ts';
import { contentsOf } from './contents.ts';
import { JobEvents } from './job-events.ts';
import { pageOf, toQuery } from './job-list.ts';
import { isVisible, toJobView, wasNeverOrdered } from './job-record.ts';
import { JobRun, type JobRunOptions } from './job-run.ts';
import { guarded } from './journal.ts';
import { type ChangeName, type OperationRequest, type Operations, scopeOf } from './operations.ts';
import { untilAborted } from './waiting.ts';

export type JobRequest = Omit<OperationRequest, 'change' | 'lane'> & { readonly job: Job };

export type JobsOptions = Omit<JobRunOptions, 'onChange' | 'closing' | 'operations' | 'jobOf'> & {
  readonly operations: Pick<Operations, 'run' | 'check'>;
  /** Finds the job in the present configuration; undefined when there is none such any more. */
  readonly jobOf: (name: ChangeName) => Job | undefined;
  /** Told of changes of jobs, of each at most once a second; phones, cards and e-mails are masked. */
  readonly publish: (job: JobView) => void;
};

const PRUNE_EVERY_MS = 3_600_000;

/** Who sees everything masked: events are for many. */
const ANYBODY = { seesPersonalData: false };

/** Orders reports that take minutes and follows them, whenever the process dies, until they have ended. */
export class Jobs {
  readonly #options: JobsOptions;
  readonly #runs = new Map<string, JobRun>();
  readonly #events: JobEvents;
  readonly #closing = new AbortController();
  #pruning: Timer | undefined;

  constructor(options: JobsOptions) {
    const { clock, publish } = options;
    this.#options = options;
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
    for (const record of inOrder) this.#begin(record);
    this.#prune();
  }

  /**
   * Writes the job down and begins with it; resolves with the Job, or with the one that the same operation is
   * already. Rejects with `BUS_OPERATION_CONFLICT`, `BUS_OVERLOADED` (stopping) or `BUS_INTERNAL_ERROR` (the store
   * has failed); nothing was ordered then.
   */
  async order(request: JobRequest): Promise<JobRecord> {
    const { table, operations } = this.#options;
    if (this.#closing.signal.aborted) throw new Failure('BUS_OVERLOADED');
    const fresh = this.#toRecord(request);
    const { job, ...named } = request;
    if (request.operationId !== undefined) {
      await operations.check(named);
      await operations.check({ ...named, lane: job.laneOf?.(request.data) });
    }
    for (;;) {
      const same = await guarded(table.insert(fresh));
      if (!same) {
        this.#begin(fresh);
        return fresh;
      }
      if (same.contents !== fresh.contents) throw new Failure('BUS_OPERATION_CONFLICT');
      const known = this.#runs.get(same.id)?.record ?? same;
      if (!this.#isGone(known) && !wasNeverOrdered(known)) return known;
      // The operation is free for a new job; the old one stays what it was.
      await guarded(table.update({ ...known, operationId: known.id }));
    }
  }

  /** Rejects with `BUS_OPERATION_CONFLICT` when the client's id already stands for a job at that register or account. */
  async check({ client, operationId, account, token }: Omit<JobRequest, 'job'>): Promise<void> {
    if (operationId === undefined) return;
    const key = { client, scope: scopeOf(account, token), operationId };
    const known = await guarded(this.#options.table.findOperation(key));
    if (known && !this.#isGone(known)) throw new Failure('BUS_OPERATION_CONFLICT');
  }

  /** The job as far as it is known to that client. Rejects with `BUS_JOB_NOT_FOUND`. */
  async find(id: string, client: JobClient): Promise<JobRecord> {
    const record = this.#runs.get(id)?.record ?? (await guarded(this.#options.table.read(id)));
    if (record && !this.#isGone(record) && isVisible(record, client)) return record;
    throw new Failure('BUS_JOB_NOT_FOUND', { description: `задание ${id} не найдено` });
  }

  /**
   * Resolves when the job has ended or the signal is aborted, with what it is then. Meanwhile the calls to the
   * vendor are entered among the exchanges.
   */
  async wait(record: JobRecord, signal: AbortSignal, exchanges: Exchange[] = []): Promise<JobRecord> {
    const run = this.#runs.get(record.id);
    if (!run) return (await guarded(this.#options.table.read(record.id))) ?? record;
    const stop = run.watch(exchanges);
    try {
      await untilAborted(run.ended, signal);
    } finally {
      stop();
    }
    return run.record;
  }

  /** Resolves when the job has ended; rejects when the vendor cannot be told, or not in time (`VENDOR_TIMEOUT`). */
  async cancel(record: JobRecord, signal: AbortSignal): Promise<JobRecord> {
    const run = this.#runs.get(record.id);
    if (!run) return record;
    const isOver = await untilAborted(run.cancel(), signal);
    if (!isOver)
      throw new Failure('VENDOR_TIMEOUT', { description: 'задание отменяется, но ещё не отменено' });
    return run.record;
  }

  /** Newest first; a page ends where it would be too large for a message. */
  async list(filter: JobFilter, client: JobClient): Promise<JobRecord[]> {
    const { table, clock, maxResultBytes } = this.#options;
    const records = await guarded(table.list(toQuery(filter, client, clock.now())));
    return pageOf(
      records.map((record) => this.#runs.get(record.id)?.record ?? record),
      maxResultBytes,
    );
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
    this.#pruning?.cancel();
    this.#events.close();
    this.#closing.abort();
    await Promise.all([...this.#runs.values()].map(({ ended }) => ended));
  }

  #begin(record: JobRecord): void {
    const run = new JobRun(record, {
      ...this.#options,
      onChange: (changed) => this.#events.announce(changed),
      closing: this.#closing.signal,
    });
    this.#runs.set(record.id, run);
    void run.ended.then(() => this.#runs.delete(record.id));
  }

  #toRecord(request: JobRequest): JobRecord {
    const { client, address, action, account, token, data, showPersonalData, operationId } = request;
    const { clock, deadlineMs } = this.#options;
    const id = randomUUID();
    const scope = scopeOf(account, token);
    const now = clock.now();
    return {
      ...{ id, client, scope, operationId: operationId ?? id, address, action, account, token },
      ...{ contents: contentsOf(address, action, scope, data), showPersonalData },
      ...{ state: 'queued', progress: null, data: JSON.stringify(data ?? null) },
      ...{ ordered: null, result: null, failure: null, file: null },
      ...{ createdAt: now, updatedAt: now, deadlineAt: now + deadlineMs, expiresAt: null },
    };
  }

  #isGone({ expiresAt }: JobRecord): boolean {
    return expiresAt !== null && expiresAt <= this.#options.clock.now();
  }

  #prune(): void {
    const { clock, log } = this.#options;
    this.#forgetExpired().catch((error: unknown) => log.warn({ error }, 'old jobs were not pruned'));
    this.#pruning = clock.setTimeout(() => this.#prune(), PRUNE_EVERY_MS);
  }

  async #forgetExpired(): Promise<void> {
    const { table, files, clock } = this.#options;
    for (const id of await table.prune(clock.now())) await files.remove(id);
  }
}
