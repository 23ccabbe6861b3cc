import type { Signal } from '#core/cancellation.ts';
import { type Clock, delay } from '#core/clock.ts';
import { Failure } from '#core/failure.ts';
import type { Log } from '#core/log.ts';
import type { JobStep } from '#domain/job.ts';
import type { JobFiles } from '#store/job-files.ts';
import type { JobRecord, JobTable } from '#store/job-table.ts';
import { backOffMs } from './back-off.ts';
import { writeJobFile } from './job-file.ts';
import { hasEnded } from './job-record.ts';
import { formatOutcome } from './outcome.ts';

export type JobPageOptions = {
  readonly table: JobTable;
  readonly files: JobFiles;
  readonly clock: Clock;
  readonly log: Log;
  /** How long a job is kept when it has ended (milliseconds). */
  readonly keepMs: number;
  /** The largest result that is no file. */
  readonly maxResultBytes: number;
  /** Told of every change that is on disk. */
  readonly onChange: (record: JobRecord) => void;
  /** Aborted when the bus stops: from then on nothing is written. */
  readonly closing: Signal;
};

type Finished = Extract<JobStep<unknown>, { result: unknown }>;
type Underway = Extract<JobStep<unknown>, { state: string }>;

/** What is written down of one job, and the only way to write more. */
export class JobPage {
  readonly #options: JobPageOptions;
  #record: JobRecord;

  constructor(record: JobRecord, options: JobPageOptions) {
    this.#record = record;
    this.#options = options;
  }

  get record(): JobRecord {
    return this.#record;
  }

  get hasEnded(): boolean {
    return hasEnded(this.#record);
  }

  /** For the log. */
  get names(): object {
    const { id, address, action, account } = this.#record;
    return { job: id, address, action, account };
  }

  /** How the vendor knows it. */
  async order(ordered: unknown): Promise<void> {
    await this.#save({ state: 'ordered', ordered: JSON.stringify(ordered ?? null) });
  }

  /** An answer that comes late never takes a job back. */
  async note({ state, progress }: Underway): Promise<void> {
    const before = this.#record;
    const next = {
      state: before.state === 'running' ? 'running' : state,
      progress: progress === null ? before.progress : Math.max(before.progress ?? 0, Math.min(1, progress)),
    };
    if (next.state !== before.state || next.progress !== before.progress) await this.#save(next);
  }

  async finish({ result, file }: Finished): Promise<void> {
    const { files, maxResultBytes } = this.#options;
    const { id, action } = this.#record;
    const text = JSON.stringify(result ?? null);
    const ending = { state: 'done', progress: 1 };
    if (file || Buffer.byteLength(text) <= maxResultBytes) {
      return this.#end({ ...ending, result: text, file: file ? JSON.stringify(file) : null });
    }
    const named = { name: `${action}.json`, mediaType: 'application/json', text };
    const written = await writeJobFile(files, id, named).catch(Failure.from);
    if (written instanceof Failure) return this.fail(written);
    return this.#end({ ...ending, file: JSON.stringify(written) });
  }

  fail(failure: Failure): Promise<void> {
    const { name, cause: error } = failure;
    // What nobody expected; the client never sees it. What a vendor answered is told in the failure.
    if (error !== undefined && name === 'BUS_INTERNAL_ERROR')
      this.#options.log.error({ ...this.names, error }, 'a job fails');
    return this.#end({ state: 'failed', failure: formatOutcome({ failure }) });
  }

  cancel(): Promise<void> {
    const failure = new Failure('VENDOR_REJECTED', { description: 'задание отменено' });
    return this.#end({ state: 'cancelled', failure: formatOutcome({ failure }) });
  }

  /** What was asked for is not needed any more, and may tell of people. */
  async #end(changes: Partial<JobRecord>): Promise<void> {
    const { clock, keepMs, files, log } = this.#options;
    await this.#save({ ...changes, data: 'null', expiresAt: clock.now() + keepMs });
    const { id, state, file } = this.#record;
    log.info({ ...this.names, state }, 'a job has ended');
    if (file !== null) return;
    await files
      .remove(id)
      .catch((error: unknown) => log.warn({ ...this.names, error }, 'a file was left behind'));
  }

  /** Nothing is told before it is on disk; a disk that is full is waited for. */
  async #save(changes: Partial<JobRecord>): Promise<void> {
    const { table, clock, log, onChange, closing } = this.#options;
    const next = { ...this.#record, ...changes, updatedAt: clock.now() };
    for (let failures = 0; ; failures += 1) {
      if (closing.aborted) throw closing.reason;
      try {
        await table.update(next);
        break;
      } catch (error) {
        if (!closing.aborted) log.error({ ...this.names, error }, 'a job was not written down');
        await delay(clock, backOffMs(failures), closing);
      }
    }
    this.#record = next;
    onChange(next);
  }
}
