import { type Config, ConfigError } from '#config.ts';
import { CommandError, EXIT } from './command-error.ts';
import { print, printJson, tell } from './output.ts';
import { readSettings } from './settings.ts';

export type CheckOptions = { readonly config?: string; readonly json?: boolean };

/** Checks the configuration as `serve` would: 0 when it can be used, 1 with every complaint, 2 without a file. */
export async function checkConfig({ config: path, json = false }: CheckOptions): Promise<number> {
  try {
    const config = readSettings({ path, sandbox: false });
    if (json) printJson({ ok: true, complaints: [] });
    else print(`The configuration can be used: ${summary(config)}.`);
    return 0;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    if (error.kind === 'missing') throw new CommandError('usage', error.message);
    if (json) printJson({ ok: false, complaints: error.complaints });
    else tell(error.message);
    return EXIT.failed;
  }
}

function summary({ vendors, devices, clients }: Config): string {
  return [
    `${Object.keys(vendors).length} vendor accounts`,
    `${devices.length} registers`,
    `${clients.length} clients`,
  ].join(', ');
}
