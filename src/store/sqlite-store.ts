import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { makeFolder } from '#core/folder.ts';
import { createDiskJobFiles } from './disk-job-files.ts';
import { createGroupCommit } from './group-commit.ts';
import { MIGRATIONS, migrate, versionOf } from './migrations.ts';
import { storeError, toStoreError } from './sqlite-faults.ts';
import { createJobTable } from './sqlite-jobs.ts';
import { createOperationTable } from './sqlite-operations.ts';
import { createVendorStates } from './sqlite-vendor-state.ts';
import type { Store } from './store.ts';
import { lockStore } from './store-lock.ts';

/** FULL: a commit waits for the disk, so that what was said to be kept survives a power cut. */
const SETTINGS = 'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF;';

function openDatabase(folder: string): DatabaseSync {
  const database = new DatabaseSync(join(folder, 'avq-bus.sqlite'));
  try {
    if (versionOf(database) > MIGRATIONS.length) throw storeError('newer', folder);
    database.exec(SETTINGS);
    migrate(database);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/**
 * Opens the store of one process: the file `avq-bus.sqlite` in that folder, which is made if need be. Throws a
 * `StoreError`: `locked` when another process has it open, `newer`, `full`, `broken`.
 */
export function openSqliteStore(folder: string): Store {
  try {
    // Answers of vendors are nobody else's business on this machine.
    makeFolder(folder, 0o700);
    const lock = lockStore(folder);
    try {
      return createStore(folder, openDatabase(folder), lock);
    } catch (error) {
      lock.release();
      throw error;
    }
  } catch (error) {
    throw toStoreError(error, folder);
  }
}

function createStore(folder: string, database: DatabaseSync, lock: { release(): void }): Store {
  const commit = createGroupCommit(database, (caught) =>
    database.isOpen ? toStoreError(caught, folder) : storeError('closed', folder),
  );
  const operations = createOperationTable(database, commit);
  return {
    operations,
    jobs: createJobTable(database, commit),
    jobFiles: createDiskJobFiles(join(folder, 'files')),
    vendorState: createVendorStates(database, commit),
    async close() {
      if (!database.isOpen) return;
      commit.flush();
      database.close();
      lock.release();
    },
  };
}
