import type { Clock, Timer } from '#core/clock.ts';
import type { Log } from '#core/log.ts';
import type { JobFiles } from '#store/job-files.ts';
import type { JobRecord, JobTable } from '#store/job-table.ts';

export type JobExpiryOptions = {
  readonly table: JobTable;
  readonly files: JobFiles;
  readonly clock: Clock;
  readonly log: Log;
};

const PRUNE_EVERY_MS = 3_600_000;

/** Forgets jobs and their files when they have been kept for long enough. */
export class JobExpiry {
  readonly #options: JobExpiryOptions;
  #timer: Timer | undefined;

  constructor(options: JobExpiryOptions) {
    this.#options = options;
  }

  /** Looks now, and every hour until it is stopped. */
  start(): void {
    const { clock, log } = this.#options;
    this.#prune().catch((error: unknown) => log.warn({ error }, 'old jobs were not pruned'));
    this.#timer = clock.setTimeout(() => this.start(), PRUNE_EVERY_MS);
  }

  stop(): void {
    this.#timer?.cancel();
  }

  /** Is it forgotten, whether or not it is still kept? */
  isGone({ expiresAt }: JobRecord): boolean {
    return expiresAt !== null && expiresAt <= this.#options.clock.now();
  }

  async #prune(): Promise<void> {
    const { table, files, clock, log } = this.#options;
    for (const id of await table.prune(clock.now())) {
      // The next ones are forgotten too, and nobody comes back for their files before a restart.
      await files
        .remove(id)
        .catch((error: unknown) => log.warn({ job: id, error }, 'a file was left behind'));
    }
  }
}
