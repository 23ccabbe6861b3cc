import { silentLog } from '#core/log.ts';
import { simulatorLines } from './banner.ts';
import { EXIT } from './command-error.ts';
import { print, printJson } from './output.ts';
import { requireSettings } from './settings.ts';
import { untilSignal } from './signals.ts';
import { Simulators } from './simulators.ts';

export type SandboxOptions = { readonly config?: string; readonly json?: boolean };

/** Plays the vendors of the configuration, each at a free port, until a signal. */
export async function sandbox({ config: path, json = false }: SandboxOptions): Promise<number> {
  const signalled = untilSignal(() => process.exit(EXIT.failed));
  const simulators = new Simulators(silentLog);
  await simulators.apply(requireSettings({ path, sandbox: true }));
  if (json) printJson(simulators.addresses);
  else for (const line of simulatorLines(simulators.addresses)) print(line);
  await signalled;
  await simulators.close();
  return 0;
}
