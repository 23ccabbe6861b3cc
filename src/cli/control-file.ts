import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '#core/folder.ts';

/** Where a running bus takes orders from its own operator, and what proves that it is him. */
export type ControlFile = {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** Made anew at every start. */
  readonly token: string;
};

function pathIn(storePath: string): string {
  return join(storePath, 'control.json');
}

/** Only the user the bus runs as may read the file: whoever can could also stop the bus. */
export function writeControlFile(storePath: string, content: ControlFile): void {
  makeFolder(storePath);
  // Written beside and moved into place, so that nobody ever reads half of it, nor through an older file's mode.
  const draft = `${pathIn(storePath)}.${randomBytes(4).toString('hex')}`;
  writeFileSync(draft, JSON.stringify(content), { mode: 0o600, flag: 'wx' });
  renameSync(draft, pathIn(storePath));
}

/** Undefined when no bus runs with this store, or none that could write there. */
export function readControlFile(storePath: string): ControlFile | undefined {
  try {
    return JSON.parse(readFileSync(pathIn(storePath), 'utf8'));
  } catch {
    return undefined;
  }
}

/** Leaves alone what another bus has written since. */
export function removeControlFile(storePath: string, token: string): void {
  if (readControlFile(storePath)?.token === token) rmSync(pathIn(storePath), { force: true });
}
