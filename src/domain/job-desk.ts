import type { Signal } from '#core/cancellation.ts';
import type { JobState, JobView } from './job-view.ts';

/** Who asks for jobs: sees its own, or those of everybody. */
export type JobClient = {
  readonly name: string;
  /** A rule says `jobs: all`. */
  readonly seesAllJobs: boolean;
  /** Phones, cards and e-mails unmasked. */
  readonly seesPersonalData: boolean;
};

export type JobFilter = {
  readonly state?: JobState;
  readonly address?: string;
  readonly action?: string;
  /** Only jobs that are older: than this one (`job_id`), or than this time (RFC 3339). */
  readonly before?: string;
  readonly limit?: number;
};

/** Where jobs are asked for. Whatever a client may not see is `BUS_JOB_NOT_FOUND`. */
export type JobDesk = {
  get(jobId: string, client: JobClient): Promise<JobView>;
  /** Resolves when the job has ended or the signal is aborted, with the Job as it is then. */
  wait(jobId: string, client: JobClient, signal: Signal): Promise<JobView>;
  /**
   * Ends the job; one that has ended stays as it is. Rejects with what keeps the vendor from being told, and with
   * `VENDOR_TIMEOUT` when that takes longer than the signal allows: then it is cancelled later.
   */
  cancel(jobId: string, client: JobClient, signal: Signal): Promise<JobView>;
  /** Newest first. */
  list(filter: JobFilter, client: JobClient): Promise<JobView[]>;
};
