import { accessSync, constants, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { makeFolder } from '#core/folder.ts';
import { reasonOf } from './bus-url.ts';
import { CommandError } from './command-error.ts';

/** Makes the folder and what is missing above it. Throws a `CommandError` when nothing could be written there. */
export function requireFolder(path: string): void {
  const folder = resolve(path);
  try {
    makeFolder(folder);
    if (!statSync(folder).isDirectory()) throw new Error('it is a file');
    accessSync(folder, constants.W_OK);
  } catch (error) {
    throw new CommandError('failed', `${path} cannot be used as a folder (${reasonOf(error)})`);
  }
}
