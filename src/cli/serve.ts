import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vendors } from '#app.ts';
import { type Config, secretsOf, withBaseUrls } from '#config.ts';
import { ListenError } from '#listeners.ts';
import { StoreError } from '#store/store-error.ts';
import { version } from '#version.ts';
import { banner, lineToPaste, urlsOf } from './banner.ts';
import { type StartedBus, startBus } from './bus-start.ts';
import { CommandError, EXIT } from './command-error.ts';
import { openControl } from './control.ts';
import { requireFolder } from './folder.ts';
import { createLogger, type Logger } from './logger.ts';
import { tell } from './output.ts';
import { createRecording } from './recording.ts';
import { createReloader } from './reloading.ts';
import { readSettings, requireSettings } from './settings.ts';
import { untilSignal } from './signals.ts';
import { Simulators } from './simulators.ts';

export type ServeOptions = {
  readonly config?: string;
  readonly sandbox?: boolean;
  readonly record?: string;
};

/** Runs the bus until a signal. The log goes to stdout, one JSON a line; what is for people goes to stderr. */
export async function serve({ config: path, sandbox = false, record }: ServeOptions): Promise<number> {
  const settings = requireSettings({ path, sandbox });
  if (record !== undefined) requireFolder(record);
  const logger = createLogger(settings.log.level, sandbox);
  const { log } = logger;
  const recording = record === undefined ? undefined : createRecording(record, log);
  const follow = (config: Config) => {
    const secrets = secretsOf(config, vendors);
    logger.learn(secrets);
    recording?.follow(config, secrets);
  };
  follow(settings);
  endOnSurprise(logger);
  const signalled = untilSignal(() => process.exit(EXIT.failed));

  await using cleanup = new AsyncDisposableStack();
  const simulators = new Simulators(log);
  cleanup.defer(() => simulators.close());
  const storePath = sandbox ? createTemporaryStore() : settings.store.path;
  /** In the sandbox every account's vendor is its simulator, and the store forgets with them. */
  const prepare = async (config: Config): Promise<Config> => {
    if (!sandbox) return config;
    await simulators.apply(config);
    return { ...withBaseUrls(config, simulators.baseUrls), store: { ...config.store, path: storePath } };
  };

  const running = await prepare(settings);
  const recorder = recording && { onAnswered: recording.onAnswered, onJobEnded: recording.onJobEnded };
  const bus = await startBus({ config: running, log, sandbox, ...recorder }).catch(explain);
  const read = async () => prepare(readSettings({ path, sandbox }));
  const reload = createReloader({ app: bus.app, running, read, onAccepted: follow, log });
  process.on('SIGHUP', () => void reload());
  const control = await openControl({ storePath, reload, log });
  cleanup.defer(() => control.close());

  announce(bus, { simulators, sandbox, storePath, logger });
  log.info({ signal: await signalled }, 'stopping');
  await bus.app.stop();
  await cleanup.disposeAsync();
  log.info({}, 'stopped');
  await logger.settle();
  // Whatever still lingers.
  return process.exit(0);
}

/** Removed however the process ends, short of a kill. */
function createTemporaryStore(): string {
  const folder = mkdtempSync(join(tmpdir(), 'avq-bus-sandbox-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function explain(error: unknown): never {
  if (error instanceof ListenError || error instanceof StoreError) {
    throw new CommandError('failed', error.message);
  }
  throw error;
}

type Announcement = {
  readonly simulators: Simulators;
  readonly sandbox: boolean;
  readonly storePath: string;
  readonly logger: Logger;
};

/** For programs in the log; for people on stderr, in the sandbox always and otherwise at a terminal. */
function announce(bus: StartedBus, { simulators, sandbox, storePath, logger }: Announcement): void {
  const surroundings = { config: bus.config, listening: bus.app.listening };
  const vendors = Object.fromEntries(simulators.addresses.map(({ kind, baseUrl }) => [kind, baseUrl]));
  const fields = { version, listeners: urlsOf(surroundings), store: storePath };
  const forSandbox = sandbox ? { simulators: vendors, paste: lineToPaste(surroundings) } : {};
  logger.log.info({ ...fields, ...forSandbox }, 'listening');
  logger.flush();
  if (!sandbox && !process.stderr.isTTY) return;
  const { warnings } = bus;
  tell(banner(surroundings, { version, sandbox, simulators: simulators.addresses, warnings }));
}

/** A bus in a state that nobody thought of does not go on: whoever watches over it starts a new one. */
function endOnSurprise(logger: Logger): void {
  const onSurprise = (error: unknown) => {
    logger.log.error({ error }, 'unexpected, the bus ends');
    process.exit(EXIT.failed);
  };
  process.on('uncaughtException', onSurprise);
  process.on('unhandledRejection', onSurprise);
}
