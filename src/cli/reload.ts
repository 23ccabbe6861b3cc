import { resolve } from 'node:path';
import { ConfigError, readStorePath } from '#config.ts';
import { CommandError, EXIT } from './command-error.ts';
import { readControlFile } from './control-file.ts';
import { print, printJson, tell } from './output.ts';
import type { ReloadOutcome } from './reloading.ts';

export type ReloadOptions = { readonly config?: string; readonly store?: string; readonly json?: boolean };

/** Tells the running bus to read its configuration anew: 0 when it did, 1 with its complaints. */
export async function reload({ config: path, store, json = false }: ReloadOptions): Promise<number> {
  const storePath = store === undefined ? storePathOf(path) : resolve(store);
  const outcome = await order(storePath);
  if (json) printJson(outcome);
  else if (!outcome.ok) for (const complaint of outcome.complaints) tell(complaint);
  else
    print(`reloaded${outcome.ignored.length > 0 ? `; needs a restart: ${outcome.ignored.join(', ')}` : ''}`);
  return outcome.ok ? 0 : EXIT.failed;
}

function storePathOf(path: string | undefined): string {
  try {
    return readStorePath({ path, cwd: process.cwd(), env: process.env });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new CommandError(error.kind === 'missing' ? 'usage' : 'failed', error.message);
  }
}

async function order(storePath: string): Promise<ReloadOutcome> {
  const control = readControlFile(storePath);
  if (!control)
    throw new CommandError('failed', `no bus runs with the store ${storePath}; --store names another`);
  const headers = { authorization: `Bearer ${control.token}` };
  const response = await fetch(`${control.url}/reload`, { method: 'POST', headers }).catch(() => undefined);
  if (response?.status === 200) return (await response.json()) as ReloadOutcome;
  const why = response === undefined ? 'it has ended without saying so' : `it answered ${response.status}`;
  throw new CommandError('failed', `the bus of the store ${storePath} did not reload: ${why}`);
}
