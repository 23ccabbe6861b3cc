import { existsSync, readFileSync } from 'node:fs';
import { dirname, extname, resolve } from 'node:path';
import { ConfigError } from './config/complaint.ts';
import { asRecord } from './config/lenient.ts';
import { type ParseOptions, parseConfig } from './config/parse.ts';
import { codeOf, replaceReferences } from './config/references.ts';
import { type Config, DEFAULT_STORE_PATH } from './config/schema.ts';
import { readSource } from './config/source.ts';

export { ConfigError, formatComplaint } from './config/complaint.ts';
export { describeConfig } from './config/description.ts';
export { configSchema } from './config/json-schema.ts';
export { parseConfig, withBaseUrls } from './config/parse.ts';
export { defaultSandboxConfig } from './config/sandbox-config.ts';
export type { Config } from './config/schema.ts';
export { secretsOf } from './config/secrets.ts';

/** Looked for in the working folder, in this order, unless a file is named. */
const FILE_NAMES = ['avq-bus.yaml', 'avq-bus.json'];

export type LoadOptions = Omit<ParseOptions, 'folder'> & {
  /** The file given with `--config`, relative to `cwd`. */
  readonly path?: string | undefined;
  readonly cwd: string;
};

/**
 * Finds, reads and checks the configuration file. Throws `ConfigError`: `missing` when there is none, `invalid`
 * with every complaint at once.
 */
export function loadConfig({ path, cwd, ...options }: LoadOptions): Config {
  const file = findFile(path, cwd);
  const source = readSource(readText(file), extname(file) === '.json' ? 'json' : 'yaml');
  const origin = { ...source, name: file };
  if (source.value === undefined)
    throw new ConfigError('invalid', `${file} cannot be used:`, source.complaints);
  return parseConfig(source.value, { ...options, folder: dirname(file) }, origin);
}

/**
 * Only where the store is: for a command beside the running bus, which may not have the bus's environment, and whose
 * file may hold complaints. Throws `ConfigError` when there is no file, or none that can be read at all.
 */
export function readStorePath({ path, cwd, env }: Pick<LoadOptions, 'path' | 'cwd' | 'env'>): string {
  const file = findFile(path, cwd);
  const folder = dirname(file);
  const source = readSource(readText(file), extname(file) === '.json' ? 'json' : 'yaml');
  if (source.value === undefined)
    throw new ConfigError('invalid', `${file} cannot be used:`, source.complaints);
  const configured = asRecord(asRecord(source.value).store).path ?? DEFAULT_STORE_PATH;
  const ignore = () => undefined;
  return resolve(folder, String(replaceReferences(configured, { env, folder }, ignore, ignore)));
}

function findFile(path: string | undefined, cwd: string): string {
  const places = (path === undefined ? FILE_NAMES : [path]).map((name) => resolve(cwd, name));
  const file = places.find((place) => existsSync(place));
  if (file !== undefined) return file;
  throw new ConfigError(
    'missing',
    `there is no configuration: looked for ${places.join(' and ')}. ` +
      'Write one, name it with --config, or try the bus against simulated vendors with --sandbox.',
  );
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigError('invalid', `${file} cannot be read (${codeOf(error)})`);
  }
}
