import { resolve } from 'node:path';
import type { VendorDefinition } from '#domain/vendor-definition.ts';
import { checkAccounts } from './account-checks.ts';
import { checkClients, checkConsumers } from './client-checks.ts';
import { createCollector } from './collector.ts';
import { type Complaint, ConfigError, type ConfigPath, formatPath } from './complaint.ts';
import { checkDevices } from './device-checks.ts';
import { deepFreeze } from './frozen.ts';
import type { BaseUrls } from './json-schema.ts';
import { asRecord, asText } from './lenient.ts';
import { checkLimits } from './limit-checks.ts';
import { checkListeners } from './listen-checks.ts';
import { type ReferenceSources, replaceReferences } from './references.ts';
import type { Config } from './schema.ts';
import { validate } from './validation.ts';

/** What a configuration is read against: `folder` is what paths in it are relative to. */
export type ParseOptions = ReferenceSources & {
  readonly vendors: readonly VendorDefinition[];
  /** `optional`: where `baseUrl` is missing it is empty, for {@link withBaseUrls} to fill in. */
  readonly baseUrls?: BaseUrls;
};

/** Where the value was read from, if it was a file. */
type Origin = {
  readonly name: string;
  readonly complaints: readonly Complaint[];
  lineOf(path: ConfigPath): number | undefined;
};

const NOWHERE: Origin = { name: 'the configuration', complaints: [], lineOf: () => undefined };

/** Checks a configuration and completes it. Throws `ConfigError` with every complaint at once. */
export function parseConfig(value: unknown, options: ParseOptions, origin: Origin = NOWHERE): Config {
  const { vendors, folder, baseUrls = 'required' } = options;
  const { complain, complaints } = createCollector(origin.lineOf);
  const references = new Set<string>();
  const root = replaceReferences(value, options, complain, (path) => references.add(formatPath(path)));

  const isReference = (path: ConfigPath) => references.has(formatPath(path));
  validate(root, { vendors, baseUrls, complain, isReference });
  checkListeners(root, folder, complain);
  checkLimits(root, complain);
  checkAccounts(root, folder, complain);
  checkDevices(root, vendors, complain);
  checkClients(root, complain);
  checkConsumers(root, vendors, complain);

  const all = [...origin.complaints, ...complaints()];
  if (all.length > 0) throw new ConfigError('invalid', `${origin.name} cannot be used:`, all);
  const store = asRecord(asRecord(root).store);
  store.path = resolve(folder, asText(store.path) ?? '');
  return deepFreeze(root as Config);
}

/** The same configuration with other addresses of vendors, by the account's name. */
export function withBaseUrls(config: Config, baseUrls: Readonly<Record<string, string>>): Config {
  const accounts = Object.entries(config.vendors).map(([name, account]) => [
    name,
    { ...account, baseUrl: baseUrls[name] ?? account.baseUrl },
  ]);
  return deepFreeze({ ...config, vendors: Object.fromEntries(accounts) });
}
