import type { JobWatcher } from '#actions/job-orders.ts';
import { Bus } from '#bus/bus.ts';
import { createClients } from '#bus/client.ts';
import type { Engine } from '#bus/engine.ts';
import type { BridgeHook } from '#bus/hooks.ts';
import { LocalEngine } from '#bus/local-engine.ts';
import type { AnsweredMessage } from '#bus/shared-bus.ts';
import { TestConsumers } from '#bus/test-consumers.ts';
import type { Config } from '#config.ts';
import type { Clock } from '#core/clock.ts';
import { systemClock } from '#core/clock.ts';
import { allEnded } from '#core/ending-turns.ts';
import type { Log } from '#core/log.ts';
import { NO_HEADERS } from '#core/message.ts';
import type { JobView } from '#domain/job-view.ts';
import type { Endpoint, Listener } from '#transports/listener.ts';
import { openBackend } from './backend.ts';
import { findJobFile } from './job-access.ts';
import { type ListenerName, openListeners } from './listeners.ts';
import { createServices } from './services.ts';
import { version } from './version.ts';

export { vendors } from './backend.ts';

/** The part of `shutdownMs` that is kept for logging out, so that no vendor's licence slot stays taken. */
const LOGOUT_SHARE = 0.2;

/** How long it takes to tell those who cannot be served any more (milliseconds). */
const GIVE_UP_MS = 250;

export type AppOptions = {
  readonly config: Config;
  readonly log: Log;
  readonly clock?: Clock;
  /** The vendors are simulators: said wherever somebody looks. */
  readonly sandbox?: boolean;
  /** Told of every message that was answered. */
  readonly onAnswered?: (answered: AnsweredMessage) => void;
  /** Told of every job that nobody waited for, when it has ended. */
  readonly onJobEnded?: JobWatcher;
  /** Asked for every event of the Vert.x bridges. */
  readonly hook?: BridgeHook;
};

/** The running bus. */
export type App = {
  /** Carries messages between clients; consumers in this process register here. */
  readonly engine: Engine;
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
  const { config, log, clock = systemClock, sandbox = false, onAnswered, onJobEnded, hook } = options;
  const engine = new LocalEngine({ clock, log });
  const publishJob = (job: JobView) =>
    engine.publish({ address: `jobs.${job.job_id}`, headers: NO_HEADERS, body: job });
  let listeners: Record<string, Listener> = {};
  const frontStatus = () => statusOf(config, sandbox, listeners);
  const recording = { isRecording: onAnswered !== undefined, onJobEnded };
  const backend = openBackend({ config, clock, log, publishJob, recording, frontStatus });
  const consumers = new TestConsumers({ engine, clock, consumers: config.consumers });
  const bus = new Bus({
    engine,
    services: createServices({ ...backend, isConsumer: (address) => consumers.has(address) }),
    clients: createClients(config),
    clock,
    log,
    limits: config.limits,
    onAnswered,
    hook,
  });
  const release = () => {
    consumers.close();
    return backend.close();
  };
  const state = { ready: false };
  const start = async () => {
    // Nothing may be changed before it is known what an earlier process has left half-way.
    await backend.start();
    return openListeners({
      config,
      bus,
      version,
      sandbox,
      isReady: () => state.ready && !bus.stopping,
      findFile: (jobId, client) => findJobFile(backend.jobs, jobId, client),
    });
  };
  listeners = await start().catch(async (error: unknown) => {
    await release();
    throw error;
  });
  state.ready = true;

  const closeAll = () => Promise.all(Object.values(listeners).map((listener: Listener) => listener.close()));
  return {
    engine,
    listening: Object.fromEntries(Object.entries(listeners).map(([name, { endpoint }]) => [name, endpoint])),
    reload(next) {
      backend.reload(next);
      bus.replaceClients(createClients(next));
    },
    async stop() {
      const { shutdownMs } = config;
      for (const listener of Object.values(listeners)) listener.refuseNew();
      const drained = bus.drain();
      await within(clock, Math.max(0, shutdownMs * (1 - LOGOUT_SHARE) - GIVE_UP_MS), drained);
      // Whoever still waits is told what is known, a change that was sent as one whose outcome is not.
      backend.giveUp();
      // They are told in turns: what comes now is for those who know by then.
      await allEnded();
      await within(clock, GIVE_UP_MS, drained);
      bus.answerRest();
      bus.close();
      await written();
      await within(clock, shutdownMs * LOGOUT_SHARE, release()).finally(closeAll);
    },
    async kill() {
      consumers.close();
      // First, so that nothing that is still under way reaches the disk: a killed process writes no more.
      await backend.kill();
      await closeAll();
    },
  };
}

/** What `get_status` tells of all that is in front of the services. */
function statusOf(config: Config, sandbox: boolean, listeners: Readonly<Record<string, Listener>>) {
  const bound = Object.entries(listeners).map(([listener, { endpoint }]) => {
    const { host, port, path } = endpoint;
    return path === undefined
      ? { listener, host, port, path: null }
      : { listener, host: null, port: null, path };
  });
  return { ...(sandbox && { sandbox }), engine: config.engine.kind, listeners: bound };
}

/** Nothing is written any more, so that whatever a transport has gathered leaves within two turns. */
async function written(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
}

function within(clock: Clock, ms: number, work: Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = clock.setTimeout(resolve, ms);
    work.finally(() => timer.cancel()).then(resolve, reject);
  });
}
