import { type FixtureResult, replayPaths } from '#replay/fixture-files.ts';
import { createReplayableApp } from '#replayable-app.ts';
import { CommandError, EXIT } from './command-error.ts';
import { print, printJson } from './output.ts';

export type ReplayOptions = { readonly json?: boolean };

/** Replays fixtures, a line each: 0 when all passed, 1 when one did not, 2 when there is none. */
export async function replay(paths: readonly string[], { json = false }: ReplayOptions): Promise<number> {
  const onResult = json ? printJson : printResult;
  const { passed, failed } = await replayPaths(paths, { createApp: createReplayableApp, onResult }).catch(
    explain,
  );
  if (passed + failed === 0) throw new CommandError('usage', `no fixture (*.json) in ${paths.join(', ')}`);
  if (!json) print(`${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : EXIT.failed;
}

function explain(error: unknown): never {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' && error instanceof Error) throw new CommandError('usage', error.message);
  throw error;
}

function printResult({ ok, name, path, differences }: FixtureResult): void {
  print(`${ok ? 'ok  ' : 'FAIL'}  ${path}${name === undefined ? '' : `  ${name}`}`);
  for (const difference of differences) print(difference.replace(/^/gm, '      '));
}
