import { createHash } from 'node:crypto';
import { type FileHandle, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '#core/folder.ts';
import type { GrowingFile, JobFiles } from './job-files.ts';
import { toStoreError } from './sqlite-faults.ts';

/** What is not whole yet; no id ends so. */
const HALF = '.part';

/** The path is made of the id, so that it must lead nowhere else. */
const ID = /^[0-9a-f-]+$/;

/** The new name of a file is on disk only when its folder is. */
async function syncFolder(folder: string): Promise<void> {
  // Windows opens no folders, and does not need it.
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function writeWhole(handle: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let at = 0; at < chunk.length; ) {
    const { bytesWritten } = await handle.write(chunk, at);
    at += bytesWritten;
  }
}

/** Whatever of the file system fails, fails as the store does. */
async function guarded<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (caught) {
    throw toStoreError(caught, folder);
  }
}

/** Files in a folder of the store, which is made if need be. */
export function createDiskJobFiles(folder: string): JobFiles {
  makeFolder(folder, 0o700);
  const pathOf = (id: string) => {
    if (!ID.test(id)) throw new Error('not the id of a job');
    return join(folder, id);
  };

  function grow(path: string, half: string, handle: FileHandle): GrowingFile {
    const hash = createHash('sha256');
    let size = 0;
    let isOpen = true;
    const drop = async () => {
      if (!isOpen) return;
      isOpen = false;
      await handle.close().catch(() => undefined);
      await rm(half, { force: true });
    };
    const orDrop = <T>(work: () => Promise<T>): Promise<T> =>
      guarded(folder, work).catch(async (error: unknown) => {
        await drop().catch(() => undefined);
        throw error;
      });
    return {
      write: (chunk) =>
        orDrop(async () => {
          await writeWhole(handle, chunk);
          hash.update(chunk);
          size += chunk.length;
        }),
      finish: () =>
        orDrop(async () => {
          await handle.sync();
          await handle.close();
          await rename(half, path);
          isOpen = false;
          await syncFolder(folder);
          return { size, sha256: hash.digest('hex') };
        }),
      discard: () => guarded(folder, drop),
    };
  }

  return {
    create: (id) =>
      guarded(folder, async () => {
        const path = pathOf(id);
        const half = `${path}${HALF}`;
        return grow(path, half, await open(half, 'w', 0o600));
      }),
    read: (id) =>
      guarded(folder, async () => {
        try {
          const handle = await open(pathOf(id), 'r');
          return handle.createReadStream();
        } catch (error) {
          if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
          throw error;
        }
      }),
    remove: (id) => guarded(folder, () => rm(pathOf(id), { force: true })),
    sweep: (isKept) =>
      guarded(folder, async () => {
        for (const name of await readdir(folder)) {
          if (ID.test(name) && (await isKept(name))) continue;
          await rm(join(folder, name), { force: true, recursive: true });
        }
      }),
  };
}
