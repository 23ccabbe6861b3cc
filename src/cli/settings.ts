import { vendors } from '#app.ts';
import { type Config, ConfigError, defaultSandboxConfig, loadConfig, parseConfig } from '#config.ts';
import { CommandError } from './command-error.ts';

export type Source = {
  /** The file named with `--config`. */
  readonly path: string | undefined;
  /** The vendors will be simulators, so that accounts need no `baseUrl`. */
  readonly sandbox: boolean;
};

/** Reads the configuration; in the sandbox, where there is no file, the one that comes with the bus. */
export function readSettings({ path, sandbox }: Source): Config {
  const options = { vendors, env: process.env, baseUrls: sandbox ? 'optional' : 'required' } as const;
  try {
    return loadConfig({ path, cwd: process.cwd(), ...options });
  } catch (error) {
    const isMissing = error instanceof ConfigError && error.kind === 'missing';
    if (!(isMissing && sandbox && path === undefined)) throw error;
    return parseConfig(defaultSandboxConfig, { ...options, folder: process.cwd() });
  }
}

/** The same for a command that cannot go on without one: every complaint, and exit 2. */
export function requireSettings(source: Source): Config {
  try {
    return readSettings(source);
  } catch (error) {
    if (error instanceof ConfigError) throw new CommandError('usage', error.message);
    throw error;
  }
}
