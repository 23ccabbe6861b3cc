import { isDeepStrictEqual } from 'node:util';
import type { App } from '#app.ts';
import { type Config, ConfigError, formatComplaint } from '#config.ts';
import type { Log } from '#core/log.ts';
import { isLoopbackHost } from '#core/loopback.ts';

/** What became of a reload. */
export type ReloadOutcome =
  /** `ignored`: keys that changed too, but are taken over by a restart only. */
  | { readonly ok: true; readonly ignored: readonly string[] }
  | { readonly ok: false; readonly complaints: readonly string[] };

export type ReloaderOptions = {
  readonly app: App;
  /** What the bus started with. */
  readonly running: Config;
  /** Reads the configuration anew; throws `ConfigError`. */
  readonly read: () => Promise<Config>;
  /** Called before the bus takes the new configuration over. */
  readonly onAccepted: (config: Config) => void;
  readonly log: Log;
};

/** The keys that a reload takes over. */
const RELOADED: readonly string[] = ['vendors', 'devices', 'groups', 'clients', 'anonymous'];

/** Takes a changed configuration over, one reload after the other; with complaints the old one stays. Never rejects. */
export function createReloader(options: ReloaderOptions): () => Promise<ReloadOutcome> {
  let last: Promise<unknown> = Promise.resolve();
  return () => {
    const outcome = last.then(() => reload(options));
    last = outcome.catch(() => undefined);
    return outcome;
  };
}

async function reload({ app, running, read, onAccepted, log }: ReloaderOptions): Promise<ReloadOutcome> {
  try {
    const next = await read();
    refuseExposure(running, next);
    onAccepted(next);
    app.reload(next);
    const ignored = changedKeys(running, next).filter((key) => !RELOADED.includes(key));
    log.info({ ignored }, 'configuration reloaded');
    return { ok: true, ignored };
  } catch (error) {
    if (!(error instanceof ConfigError)) {
      log.error({ error }, 'reload failed, the old configuration may be taken over in part');
      return { ok: false, complaints: ['the bus failed to reload; its log says why'] };
    }
    const texts = error.complaints.map(formatComplaint);
    const complaints = texts.length > 0 ? texts : [error.message];
    log.error({ complaints }, 'configuration not reloaded, the old one stays');
    return { ok: false, complaints };
  }
}

/**
 * The listeners stay where they are, whatever the new file says of them. So one that is heard beyond this machine
 * may not lose the clients it was opened with.
 */
function refuseExposure(running: Config, next: Config): void {
  const { http, avqTcp, vertxTcp } = running.listen;
  const exposed = [http, avqTcp, vertxTcp].some((listener) => listener && !isLoopbackHost(listener.host));
  if (!exposed || next.allowAnonymous) return;
  if (next.clients.length > 0 && next.anonymous === undefined) return;
  const message = 'listeners are open beyond loopback: without clients, or with anonymous, restart the bus';
  throw new ConfigError('invalid', 'the configuration cannot be taken over:', [{ path: 'clients', message }]);
}

function changedKeys(one: Config, other: Config): string[] {
  const values = (config: Config): Readonly<Record<string, unknown>> => config;
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].filter(
    (key) => !isDeepStrictEqual(values(one)[key], values(other)[key]),
  );
}
