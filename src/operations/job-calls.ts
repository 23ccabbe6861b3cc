import type { Call, Exchange } from '#core/call.ts';
import type { Signal } from '#core/cancellation.ts';
import { type Clock, withTimeOut } from '#core/clock.ts';
import type { Flow } from '#core/flow.ts';
import type { JobContext, JobFileSink } from '#domain/job.ts';
import type { JobFiles } from '#store/job-files.ts';
import type { JobRecord } from '#store/job-table.ts';
import { openJobFile } from './job-file.ts';

/** Told of the calls to a vendor, in order of their ends. */
export type ExchangeWatcher = (exchanges: readonly Exchange[]) => void;

export type JobCallsOptions = {
  readonly clock: Clock;
  readonly files: JobFiles;
  /** How long a job may take (milliseconds). */
  readonly deadlineMs: number;
  /** Aborted when the bus stops. */
  readonly closing: Signal;
};

/** How long the vendor may take to be told something. */
const TELL_MS = 60_000;

/** The calls to the vendor that one job makes. */
export class JobCalls {
  readonly #options: JobCallsOptions;
  /** The client's, whether or not it is still there. */
  readonly #flow: Flow;
  readonly #watchers = new Set<ExchangeWatcher>();

  constructor({ client, id }: JobRecord, options: JobCallsOptions) {
    this.#options = options;
    this.#flow = { requester: client, request: id };
  }

  /** Tells of every exchange from now on; returns how to stop. */
  watch(tell: ExchangeWatcher): () => void {
    this.#watchers.add(tell);
    return () => void this.#watchers.delete(tell);
  }

  /** The signal alone ends the call: the job's time is counted by a timer, which no clock that is set moves. */
  async run<T>(signal: Signal, work: (call: Call) => Promise<T>): Promise<T> {
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
      flow: this.#flow,
    } as const;
    try {
      return await work(call);
    } finally {
      for (const tell of this.#watchers) tell(exchanges);
    }
  }

  /** The same for what may make a file; one that was not ended is dropped. */
  async follow<T>(
    { id, showPersonalData }: JobRecord,
    signal: Signal,
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

  /** The same for what is told to the vendor in passing, within a minute. */
  async tell(record: JobRecord, work: (context: JobContext) => Promise<void>): Promise<void> {
    const { clock, closing } = this.#options;
    await withTimeOut(clock, TELL_MS, [closing], (signal) => this.follow(record, signal, work));
  }
}
