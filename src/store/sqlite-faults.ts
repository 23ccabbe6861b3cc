import { StoreError, type StoreFault } from './store-error.ts';

/** SQLite's primary result codes (the low byte of the extended ones) that say more than "it failed". */
const FAULTS: Readonly<Record<number, StoreFault>> = { 5: 'locked', 6: 'locked', 13: 'full' };

const MESSAGES: Readonly<Record<StoreFault, (folder: string) => string>> = {
  locked: (folder) =>
    `the store in ${folder} is in use by another process: stop it, or give this one another store.path`,
  newer: (folder) =>
    `the store in ${folder} was written by a later version: start that one, or name another store.path`,
  full: (folder) => `there is no room left on the disk for the store in ${folder}`,
  broken: (folder) => `the store in ${folder} cannot be used`,
  closed: (folder) => `the store in ${folder} is closed`,
};

export function storeError(fault: StoreFault, folder: string, cause?: unknown): StoreError {
  const words = cause instanceof Error ? `: ${cause.message}` : '';
  return new StoreError(fault, `${MESSAGES[fault](folder)}${fault === 'broken' ? words : ''}`, cause);
}

/** Whatever SQLite or the file system has thrown, as a fault of the store in that folder. */
export function toStoreError(caught: unknown, folder: string): StoreError {
  if (caught instanceof StoreError) return caught;
  const code = caught instanceof Error && 'errcode' in caught ? Number(caught.errcode) & 0xff : undefined;
  const isFull = caught instanceof Error && 'code' in caught && caught.code === 'ENOSPC';
  const fault = isFull ? 'full' : code === undefined ? undefined : FAULTS[code];
  return storeError(fault ?? 'broken', folder, caught);
}
