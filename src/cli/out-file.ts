import { realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { reasonOf } from './bus-url.ts';
import { CommandError } from './command-error.ts';

/** Throws a `CommandError` when nothing can be written there: before anything is asked for that would then be lost. */
export function requireOutFile(path: string): void {
  try {
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw new Error('it is a folder');
    if (!statSync(dirname(path)).isDirectory()) throw new Error('it is below a file');
  } catch (error) {
    throw new CommandError('usage', `--out ${path}: cannot be written (${reasonOf(error)})`);
  }
}

/**
 * Where a file is written while it is not whole, and where it stands then. A link is followed; what is no file, a
 * device or a pipe, is never replaced: what comes is written straight into it.
 */
export function outFilePlaces(path: string): { readonly half: string; readonly whole: string } {
  const known = statSync(path, { throwIfNoEntry: false });
  const whole = known ? realpathSync(path) : path;
  return { half: known && !known.isFile() ? whole : `${whole}.part`, whole };
}
