import * as commonActions from '#actions/index.ts';
import { createJobDesk, type JobOrderOptions } from '#actions/job-orders.ts';
import { MemoryPinSessions } from '#actions/pin-sessions.ts';
import { Router } from '#actions/router.ts';
import { VendorCalls } from '#actions/vendor-calls.ts';
import { createXReports } from '#actions/x-reports.ts';
import type { Config } from '#config.ts';
import { Cancellation } from '#core/cancellation.ts';
import type { Clock } from '#core/clock.ts';
import type { Log } from '#core/log.ts';
import type { BusStatus } from '#domain/bus-status.ts';
import type { JobView } from '#domain/job-view.ts';
import type { VendorDefinition } from '#domain/vendor-definition.ts';
import { Jobs } from '#operations/jobs.ts';
import { Operations } from '#operations/operations.ts';
import { createJoinedReads } from '#outbound/joined-reads.ts';
import { openSqliteStore } from '#store/sqlite-store.ts';
import * as vendorDefinitions from '#vendors/index.ts';
import { Accounts } from './accounts.ts';
import { version } from './version.ts';

/** Every vendor kind there is. */
export const vendors: readonly VendorDefinition[] = Object.values(
  vendorDefinitions,
) as unknown as VendorDefinition[];

const DAY_MS = 86_400_000;

/** Of an account that is not configured any more. */
const LONGEST_TIMEOUT_MS = 600_000;

const LEAST_SETTLE_AFTER_MS = 30_000;

/** What is behind the services: the store, the accounts, and the router over them. */
export type Backend = {
  readonly router: Router;
  readonly jobs: Jobs;
  /** Looks up what an earlier process has left half-way; nothing may be changed before it has resolved. */
  start(): Promise<void>;
  /** Takes over vendors, devices and groups of another configuration. */
  reload(config: Config): void;
  /** Answers what is under way without waiting for the vendors any longer. */
  giveUp(): void;
  /** Finishes what was sent, logs out of the vendors, closes the store. */
  close(): Promise<void>;
  /** As if the process were killed: nothing more is written. */
  kill(): Promise<void>;
};

export type BackendOptions = {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Log;
  /** Told of the changes of jobs. */
  readonly publishJob: (job: JobView) => void;
  /** What a record of conversations wants. */
  readonly recording: Pick<JobOrderOptions, 'isRecording' | 'onJobEnded'>;
  /** What `get_status` tells beside the vendors. */
  readonly frontStatus: () => Omit<BusStatus, 'version' | 'vendors'>;
};

/** Opens the store and wires up what is behind the services. Throws `StoreError`. */
export function openBackend(options: BackendOptions): Backend {
  const { config, clock, log, publishJob, recording, frontStatus } = options;
  const store = openSqliteStore(config.store.path);
  const accounts = new Accounts({ vendors, stateOf: store.vendorState, clock, log });
  let directory = accounts.apply(config);
  let { vendors: accountConfigs } = config;
  const joinedReads = createJoinedReads();
  const stopped = new Cancellation();
  const operations = new Operations({
    table: store.operations,
    clock,
    log,
    keepMs: config.store.keepOperationsDays * DAY_MS,
    changeOf: (name) => router.changeOf(name),
    // A vendor does not work faster because the bus waits less long for it.
    settleAfterMs: ({ account }) =>
      Math.max(accountConfigs[account]?.timeoutMs ?? LONGEST_TIMEOUT_MS, LEAST_SETTLE_AFTER_MS),
    onChange: (scope) => joinedReads.forget(scope),
  });
  const jobs = new Jobs({
    table: store.jobs,
    files: store.jobFiles,
    operations,
    clock,
    log,
    deadlineMs: config.jobs.deadlineMs,
    keepMs: config.jobs.keepDays * DAY_MS,
    maxLivePerClient: config.jobs.maxLivePerClient,
    maxResultBytes: config.limits.maxResultBytes,
    jobOf: (name) => router.jobOf(name),
    publish: publishJob,
  });
  const calls = new VendorCalls({ clock, stopped, ...recording, joinedReads, operations, jobs });
  const router = new Router({
    actions: [...Object.values(commonActions), ...vendors.flatMap((vendor) => vendor.actions)],
    directory: () => directory,
    pins: new MemoryPinSessions({ clock, idleMs: config.pin.idleMs }),
    calls,
    xReports: createXReports({ calls, clock, log }),
    tolerance: config.reconcile.tolerance,
    status: () => ({ version, ...frontStatus(), vendors: accounts.health().map(toVendorStatus) }),
    jobs: createJobDesk(jobs),
    log,
    version,
  });
  return {
    router,
    jobs,
    async start() {
      await operations.start();
      await jobs.start();
    },
    reload(next) {
      directory = accounts.apply(next);
      accountConfigs = next.vendors;
      // What is under way asks the accounts that were.
      joinedReads.forgetAll();
      operations.retrySettling();
    },
    giveUp: () => stopped.abort(),
    async close() {
      // At once: a vendor that hangs must not keep another's licence slot taken.
      await Promise.all([jobs.close(), operations.close(), accounts.close()]);
      await store.close();
    },
    async kill() {
      void jobs.close();
      void operations.close();
      await store.close();
    },
  };
}

function toVendorStatus(health: ReturnType<Accounts['health']>[number]): BusStatus['vendors'][number] {
  const { name, kind, breaker, lastSuccess, lastFailure } = health;
  return {
    account: name,
    vendor: kind,
    breaker,
    last_success: toTime(lastSuccess),
    last_failure: toTime(lastFailure),
  };
}

function toTime(epochMs: number | null): string | null {
  return epochMs === null ? null : new Date(epochMs).toISOString().replace(/\.\d+Z$/, 'Z');
}
