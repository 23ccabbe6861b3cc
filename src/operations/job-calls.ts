import type { Call, Exchange } from '#core/call.ts';
import type { Clock } from '#core/clock.ts';
import type { JobContext, JobFileSink } from '#domain/job.ts';
import type { JobFiles } from '#store/job-files.ts';
import type { JobRecord } from '#store/job-table.ts';
import { openJobFile } from './job-file.ts';

export type JobCallsOptions = {
  readonly clock: Clock;
  readonly files: JobFiles;
  /** How long a job may take (milliseconds). */
  readonly deadlineMs: number;
};

/** The calls to the vendor that one job makes. */
export class JobCalls {
  readonly #options: JobCallsOptions;
  readonly #watchers = new Set<Exchange[]>();

  constructor(options: JobCallsOptions) {
    this.#options = options;
  }

  /** Enters every exchange from now on among those of somebody who waits; returns how to stop. */
  watch(exchanges: Exchange[]): () => void {
    this.#watchers.add(exchanges);
    return () => void this.#watchers.delete(exchanges);
  }

  /** The signal alone ends the call: the job's time is counted by a timer, which no clock that is set moves. */
  async run<T>(signal: AbortSignal, work: (call: Call) => Promise<T>): Promise<T> {
    const { clock, deadlineMs } = this.#options;
    const exchanges: Exchange[] = [];
    const call = {
      get deadline() {
        return clock.now() + deadlineMs;
      },
      signal,
      exchanges,
      traceparent: undefined,
      isBackground: true,
    } as const;
    try {
      return await work(call);
    } finally {
      for (const watcher of this.#watchers) watcher.push(...exchanges);
    }
  }

  /** The same for what may make a file; one that was not ended is dropped. */
  async follow<T>(
    { id, showPersonalData }: JobRecord,
    signal: AbortSignal,
    work: (context: JobContext) => Promise<T>,
  ): Promise<T> {
    const open: JobFileSink[] = [];
    const openFile = async () => {
      const sink = await openJobFile(this.#options.files, id);
      open.push(sink);
      return sink;
    };
    try {
      return await this.run(signal, (call) => work({ call, showPersonalData, openFile }));
    } finally {
      for (const sink of open) await sink.discard();
    }
  }
}
