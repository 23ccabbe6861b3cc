import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as commonActions from '#actions/index.ts';
import { MemoryPinSessions } from '#actions/pin-sessions.ts';
import { Router } from '#actions/router.ts';
import { type AnsweredMessage, Bus } from '#bus/bus.ts';
import { createClients } from '#bus/client.ts';
import { LocalEngine } from '#bus/local-engine.ts';
import type { Config } from '#config.ts';
import type { Clock } from '#core/clock.ts';
import { systemClock } from '#core/clock.ts';
import type { Log } from '#core/log.ts';
import type { VendorDefinition } from '#domain/vendor-definition.ts';
import { createJoinedReads } from '#outbound/joined-reads.ts';
import type { Endpoint, Listener } from '#transports/listener.ts';
import * as vendorDefinitions from '#vendors/index.ts';
import { Accounts } from './accounts.ts';
import { openListeners } from './listeners.ts';
import { createServices } from './services.ts';

/** Every vendor kind there is. */
export const vendors: readonly VendorDefinition[] = Object.values(
  vendorDefinitions,
) as unknown as VendorDefinition[];

/** The version in package.json. */
export const version: string = JSON.parse(
  readFileSync(fileURLToPath(new URL('../package.json', import.meta.url)), 'utf8'),
).version;

export type AppOptions = {
  readonly config: Config;
  readonly log: Log;
  readonly clock?: Clock;
  /** The vendors are simulators: said wherever somebody looks. */
  readonly sandbox?: boolean;
  /** Told of every message that was answered. */
  readonly onAnswered?: (answered: AnsweredMessage) => void;
};

export type ListenerName = 'http' | 'avqTcp' | 'vertxTcp';

/** The running bus. */
export type App = {
  readonly listening: Readonly<Partial<Record<ListenerName, Endpoint>>>;
  /** Takes over vendors, devices, groups and clients of another configuration; connections stay. */
  reload(config: Config): void;
  /** Answers what is under way within `shutdownMs`, logs out of the vendors, closes. */
  stop(): Promise<void>;
  /** As if the process were killed: nothing is finished. */
  kill(): Promise<void>;
};

/** Wires everything up and listens. Rejects when a listener cannot be bound. */
export async function createApp(options: AppOptions): Promise<App> {
  const { config, log, clock = systemClock, sandbox = false, onAnswered } = options;
  const accounts = new Accounts({ vendors, clock, log });
  let directory = accounts.apply(config);
  const pins = new MemoryPinSessions({ clock, idleMs: config.pin.idleMs });
  const actions = [...Object.values(commonActions), ...vendors.flatMap((vendor) => vendor.actions)];
  const joinedReads = createJoinedReads(clock);
  const router = new Router({ actions, directory: () => directory, pins, joinedReads, clock, log, version });
  const bus = new Bus({
    engine: new LocalEngine({ clock, log }),
    services: createServices(router),
    clients: createClients(config),
    clock,
    log,
    limits: config.limits,
    onAnswered,
  });
  const state = { ready: false };
  const listeners = await openListeners({
    config,
    bus,
    version,
    sandbox,
    isReady: () => state.ready && !bus.stopping,
  });
  state.ready = true;

  const closeAll = () => Promise.all(Object.values(listeners).map((listener: Listener) => listener.close()));
  return {
    listening: Object.fromEntries(Object.entries(listeners).map(([name, { endpoint }]) => [name, endpoint])),
    reload(next) {
      directory = accounts.apply(next);
      bus.replaceClients(createClients(next));
    },
    async stop() {
      for (const listener of Object.values(listeners)) listener.refuseNew();
      await within(clock, config.shutdownMs, bus.drain());
      bus.close();
      await within(clock, config.shutdownMs, accounts.close());
      await closeAll();
    },
    async kill() {
      await closeAll();
    },
  };
}

function within(clock: Clock, ms: number, work: Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = clock.setTimeout(resolve, ms);
    work.finally(() => timer.cancel()).then(resolve, reject);
  });
}
