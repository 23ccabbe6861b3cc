import { isJsonObject } from '#core/json.ts';
import type { Fixture } from './fixture.ts';

const FREE_PORT = { host: '127.0.0.1', port: 0 };

function objectAt(parent: unknown, key: string): Record<string, unknown> {
  const child = isJsonObject(parent) ? parent[key] : undefined;
  return isJsonObject(child) ? child : {};
}

/** Names of the accounts under `vendors`. */
export function accountsOf(config: Fixture['config']): string[] {
  return Object.keys(objectAt(config, 'vendors'));
}

/** A fixture's configuration with the replayer's vendors, listeners and store; other keys there are kept. */
export function replayedConfig(
  config: Fixture['config'],
  baseUrls: ReadonlyMap<string, string>,
  storePath: string,
): unknown {
  const listen = objectAt(config, 'listen');
  const vendors = Object.entries(objectAt(config, 'vendors')).map(([name, account]) => [
    name,
    isJsonObject(account) ? { ...account, baseUrl: baseUrls.get(name) } : account,
  ]);
  return {
    ...config,
    listen: {
      ...listen,
      http: { ...objectAt(listen, 'http'), ...FREE_PORT },
      avqTcp: { ...objectAt(listen, 'avqTcp'), ...FREE_PORT },
      vertxTcp: false,
    },
    store: { ...objectAt(config, 'store'), path: storePath },
    ...(vendors.length > 0 && { vendors: Object.fromEntries(vendors) }),
  };
}
