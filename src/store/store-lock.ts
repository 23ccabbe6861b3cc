import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export type StoreLock = { release(): void };

/** A file that nobody refers to is closed by the garbage collector, and its lock is lost. */
const held = new Set<DatabaseSync>();

/**
 * Keeps every other process out of the folder for as long as this one lives: a lock of the operating system on a
 * file of its own, which no kill -9 can leave behind. Throws SQLite's "database is locked" when another holds it.
 */
export function lockStore(folder: string): StoreLock {
  const file = new DatabaseSync(join(folder, 'avq-bus.lock'), { timeout: 0 });
  try {
    file.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    file.close();
    throw error;
  }
  held.add(file);
  return {
    release() {
      held.delete(file);
      file.close();
    },
  };
}
