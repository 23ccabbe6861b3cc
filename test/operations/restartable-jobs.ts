import { type JobWatcher, orderJob } from '#actions/job-orders.ts';
import type { Exchange } from '#core/call.ts';
import type { Signal } from '#core/cancellation.ts';
import { Failure } from '#core/failure.ts';
import { type Log, silentLog } from '#core/log.ts';
import type { ServiceHeaders } from '#domain/action.ts';
import type { Job } from '#domain/job.ts';
import type { JobClient } from '#domain/job-desk.ts';
import type { JobView } from '#domain/job-view.ts';
import { toJobView } from '#operations/job-record.ts';
import { Jobs } from '#operations/jobs.ts';
import { Operations } from '#operations/operations.ts';
import { openSqliteStore } from '#store/sqlite-store.ts';
import type { Store } from '#store/store.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { START_MS, until } from './restartable.ts';

export const DAY_MS = 86_400_000;
export const DEADLINE_MS = 3_600_000;

export type Asked = {
  readonly tag?: string;
  readonly data?: unknown;
  readonly id?: string;
  readonly client?: Partial<JobClient>;
  readonly account?: string;
  readonly wait?: boolean;
  readonly raw?: boolean;
  readonly timeoutMs?: number;
  readonly exchanges?: Exchange[];
  readonly signal?: Signal;
};

type Told = { readonly data: unknown } | { readonly failure: Failure };

export const client = (more: Partial<JobClient> = {}) => ({
  name: 'pos-1',
  seesAllJobs: false,
  seesPersonalData: false,
  permits: () => true,
  ...more,
});

/** The jobs of one process after another, all on the same folder. */
export class RestartableJobs {
  readonly clock = createFakeClock(START_MS);
  readonly #folder: string;
  readonly #jobOf: (account: string) => Job | undefined;
  readonly #wrap: (store: Store) => Store;
  readonly #maxLive: number;
  /** What was published, with the time. */
  readonly events: { readonly at: number; readonly job: JobView }[] = [];
  /** How long the vendor may still be at an order after its answer was lost. */
  settleAfterMs = 0;
  log: Log = silentLog;
  /** Told of the jobs that nobody waits for. */
  onJobEnded: JobWatcher | undefined;
  /** Aborted when nobody may wait any longer. */
  readonly stopping = new AbortController();
  declare store: Store;
  declare jobs: Jobs;
  declare operations: Operations;

  constructor(
    folder: string,
    jobOf: (account: string) => Job | undefined,
    wrap: (store: Store) => Store = (store) => store,
    maxLive = 1000,
  ) {
    this.#folder = folder;
    this.#jobOf = jobOf;
    this.#wrap = wrap;
    this.#maxLive = maxLive;
  }

  async start(): Promise<this> {
    const { clock } = this;
    this.store = this.#wrap(openSqliteStore(this.#folder));
    this.operations = new Operations({
      ...{ table: this.store.operations, clock, log: this.log, keepMs: 30 * DAY_MS },
      changeOf: ({ account }) => this.#jobOf(account)?.order,
      settleAfterMs: () => this.settleAfterMs,
    });
    this.jobs = new Jobs({
      ...{ table: this.store.jobs, files: this.store.jobFiles, operations: this.operations, clock },
      ...{
        log: this.log,
        deadlineMs: DEADLINE_MS,
        maxLivePerClient: this.#maxLive,
        keepMs: 7 * DAY_MS,
        maxResultBytes: 1000,
      },
      jobOf: ({ account }) => this.#jobOf(account),
      publish: (job) => void this.events.push({ at: clock.now() - START_MS, job }),
    });
    await this.operations.start();
    await this.jobs.start();
    return this;
  }

  /** As if the process were killed: nothing is finished, nothing more is written. */
  async kill(): Promise<void> {
    void this.jobs.close();
    void this.operations.close();
    await this.store.close();
  }

  async restart(): Promise<void> {
    await this.kill();
    await this.start();
  }

  async ask(asked: Asked): Promise<Told> {
    const { tag = 'a', data = { tag }, id, account = 'ofd', wait = false, timeoutMs, exchanges = [] } = asked;
    const { raw = false } = asked;
    const headers = { operationId: id, wait, raw, timeoutMs } as ServiceHeaders;
    const { signal = new AbortController().signal } = asked;
    const job = this.#jobOf(account);
    if (!job) throw new Error('no such account');
    const order = { address: 'reports', action: 'make', account, token: null, data, job };
    try {
      const requester = { client: client(asked.client), signal, exchanges };
      return { data: await orderJob({ ...this, stopped: this.stopping.signal }, requester, headers, order) };
    } catch (caught) {
      return { failure: Failure.from(caught) };
    }
  }

  /** Orders and gives the Job. */
  async order(asked: Asked = {}): Promise<JobView> {
    const told = await this.ask(asked);
    if ('failure' in told) throw told.failure;
    return told.data as JobView;
  }

  async see(id: string, by = client()): Promise<JobView> {
    return toJobView(await this.jobs.find(id, by), by);
  }

  /** Lets time pass, second by second, with whatever happens between. */
  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 1000) {
      await settle();
      this.clock.advance(Math.min(left, 1000));
    }
    await settle();
  }

  /** Resolves with the Job when it is as wanted. */
  async until(id: string, isWanted: (job: JobView) => boolean): Promise<JobView> {
    let seen: JobView | undefined;
    let isSeen = false;
    const look = async () => {
      seen = await this.see(id);
      isSeen = isWanted(seen);
    };
    await until(() => {
      void look();
      return isSeen;
    });
    return seen as JobView;
  }
}

/** Lets what needs no clock come to rest, the disk too. */
export async function settle(): Promise<void> {
  for (let turns = 0; turns < 25; turns += 1) await new Promise((resolve) => setImmediate(resolve));
}
