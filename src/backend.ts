import * as commonActions from '#actions/index.ts';
import { MemoryPinSessions } from '#actions/pin-sessions.ts';
import { Router } from '#actions/router.ts';
import { VendorCalls } from '#actions/vendor-calls.ts';
import type { Config } from '#config.ts';
import type { Clock } from '#core/clock.ts';
import type { Log } from '#core/log.ts';
import type { VendorDefinition } from '#domain/vendor-definition.ts';
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

/** What is behind the services: the store, the accounts, and the router over them. */
export type Backend = {
  readonly router: Router;
  /** Looks up what an earlier process has left half-way; nothing may be changed before it has resolved. */
  start(): Promise<void>;
  /** Takes over vendors, devices and groups of another configuration. */
  reload(config: Config): void;
  /** Finishes what was sent, logs out of the vendors, closes the store. */
  close(): Promise<void>;
  /** As if the process were killed: nothing more is written. */
  kill(): Promise<void>;
};

/** Opens the store and wires up what is behind the services. Throws `StoreError`. */
export function openBackend({ config, clock, log }: { config: Config; clock: Clock; log: Log }): Backend {
  const store = openSqliteStore(config.store.path);
  const accounts = new Accounts({ vendors, stateOf: store.vendorState, clock, log });
  let directory = accounts.apply(config);
  const joinedReads = createJoinedReads(clock);
  const operations = new Operations({
    table: store.operations,
    clock,
    log,
    keepMs: config.store.keepOperationsDays * DAY_MS,
    changeOf: (name) => router.changeOf(name),
    onChange: (scope) => joinedReads.forget(scope),
  });
  const router = new Router({
    actions: [...Object.values(commonActions), ...vendors.flatMap((vendor) => vendor.actions)],
    directory: () => directory,
    pins: new MemoryPinSessions({ clock, idleMs: config.pin.idleMs }),
    calls: new VendorCalls({ clock, joinedReads, operations }),
    log,
    version,
  });
  return {
    router,
    start: () => operations.start(),
    reload(next) {
      directory = accounts.apply(next);
    },
    async close() {
      await operations.close();
      await accounts.close();
      await store.close();
    },
    async kill() {
      void operations.close();
      await store.close();
    },
  };
}
