import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { reasonOf } from './bus-url.ts';
import { CommandError } from './command-error.ts';

/** Makes the folder and what is missing above it. Throws a `CommandError` when nothing could be written there. */
export function requireFolder(path: string): void {
  const folder = resolve(path);
  try {
    // One by one: Node's own `recursive` never ends where the file system knows no new folders, as in /proc.
    for (const missing of missingFolders(folder)) mkdirSync(missing);
    if (!statSync(folder).isDirectory()) throw new Error('it is a file');
    accessSync(folder, constants.W_OK);
  } catch (error) {
    throw new CommandError('failed', `${path} cannot be used as a folder (${reasonOf(error)})`);
  }
}

/** From the top down. */
function missingFolders(folder: string): string[] {
  return existsSync(folder) ? [] : [...missingFolders(dirname(folder)), folder];
}
