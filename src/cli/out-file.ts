import { randomUUID } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  constants,
  createWriteStream,
  openSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { Socket } from 'node:net';
import { basename, dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { reasonOf } from './bus-url.ts';
import { CommandError } from './command-error.ts';

type Bytes = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** Where `--out` says. */
export type OutFile = {
  /** As it was given. */
  readonly name: string;
  /** Rejects as the system does, or as the bytes do. */
  save(bytes: Bytes): Promise<void>;
  /** Leaves nothing half done; for a program that ends at once. */
  abandon(): void;
};

/** Of `--out`: the standard output. */
export const STDOUT = '-';

const STDOUT_DESCRIPTOR = 1;

const PERMISSIONS = 0o777;

/**
 * A file is replaced only by a whole one; what is no file (a device, a named pipe) is written to as it is. Throws a
 * `CommandError` when nothing could be written there, and leaves everything as it was.
 */
export function openOutFile(name: string): OutFile {
  const isStdout = name === STDOUT;
  try {
    const known = isStdout ? undefined : statSync(name, { throwIfNoEntry: false });
    if (known?.isDirectory() || /[/\\]$/.test(name)) throw new Error('it is a folder');
    if (known?.isSocket()) throw new Error('it is a socket');
    if (known) accessSync(name, constants.W_OK);
    if (!isStdout && (!known || known.isFile())) return wholeFile(name, known?.mode);
  } catch (error) {
    throw new CommandError('usage', `--out ${name}: cannot be written (${reasonOf(error)})`);
  }
  const save = async (bytes: Bytes) => {
    if (isStdout) return saveToStdout(bytes);
    const handle = await open(name, constants.O_WRONLY);
    return pipeline(bytes, handle.createWriteStream());
  };
  return { name, save, abandon: () => undefined };
}

async function saveToStdout(bytes: Bytes): Promise<void> {
  // A file as the standard output fails by an event nobody could answer here; its descriptor tells.
  if (process.stdout instanceof Socket) await pipeline(bytes, process.stdout, { end: false });
  else await pipeline(bytes, createWriteStream('', { fd: STDOUT_DESCRIPTOR, autoClose: false }));
}

function wholeFile(name: string, mode: number | undefined): OutFile {
  const file = realFile(name);
  // Beside the file, since nothing is renamed across file systems; of its own name, since any other may be taken.
  const half = join(dirname(file), `.avq-bus-${randomUUID()}.part`);
  const abandon = () => rmSync(half, { force: true });
  writeFileSync(half, '', { flag: 'wx' });
  abandon();
  return {
    name,
    async save(bytes) {
      try {
        // Opened at once: a stream that fails before it has opened its file would make it after it was removed.
        await pipeline(bytes, createWriteStream(half, { fd: openSync(half, 'wx'), flush: true }));
        if (mode !== undefined) chmodSync(half, mode & PERMISSIONS);
        renameSync(half, file);
      } catch (error) {
        abandon();
        throw error;
      }
    },
    abandon,
  };
}

/** The file behind all symbolic links, which need not be there yet; its folder must. */
function realFile(path: string): string {
  const file = join(realpathSync(dirname(resolve(path))), basename(path));
  const link = linkAt(file);
  return link === undefined ? file : realFile(resolve(dirname(file), link));
}

function linkAt(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
