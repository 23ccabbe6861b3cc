import type { DatabaseSync } from 'node:sqlite';

/**
 * How the file came to be what it is, oldest first. The file's version is how many of these it has been through;
 * what has been released is never edited, only added to.
 */
export const MIGRATIONS: readonly string[] = [
  `CREATE TABLE operations (
     client TEXT NOT NULL,
     scope TEXT NOT NULL,
     id TEXT NOT NULL,
     address TEXT NOT NULL,
     action TEXT NOT NULL,
     account TEXT NOT NULL,
     token TEXT,
     contents TEXT NOT NULL,
     show_personal_data INTEGER NOT NULL,
     is_doubtful INTEGER NOT NULL,
     status TEXT NOT NULL,
     evidence TEXT,
     outcome TEXT,
     created_at INTEGER NOT NULL,
     sent_at INTEGER,
     ended_at INTEGER,
     revision INTEGER NOT NULL,
     PRIMARY KEY (client, scope, id)
   ) STRICT;
   CREATE INDEX operations_by_end ON operations (ended_at);
   CREATE INDEX operations_by_sending ON operations (scope, sent_at);
   CREATE TABLE vendor_state (
     account TEXT NOT NULL,
     register TEXT NOT NULL,
     key TEXT NOT NULL,
     value TEXT NOT NULL,
     PRIMARY KEY (account, register, key)
   ) STRICT, WITHOUT ROWID;`,
  `CREATE TABLE jobs (
     number INTEGER PRIMARY KEY AUTOINCREMENT,
     id TEXT NOT NULL UNIQUE,
     client TEXT NOT NULL,
     scope TEXT NOT NULL,
     operation_id TEXT NOT NULL,
     address TEXT NOT NULL,
     action TEXT NOT NULL,
     account TEXT NOT NULL,
     token TEXT,
     contents TEXT NOT NULL,
     show_personal_data INTEGER NOT NULL,
     state TEXT NOT NULL,
     progress REAL,
     data TEXT NOT NULL,
     ordered TEXT,
     result TEXT,
     failure TEXT,
     file TEXT,
     created_at INTEGER NOT NULL,
     updated_at INTEGER NOT NULL,
     deadline_at INTEGER NOT NULL,
     expires_at INTEGER,
     UNIQUE (client, scope, operation_id)
   ) STRICT;
   CREATE INDEX jobs_by_end ON jobs (expires_at);`,
];

/** The file's version: 0 for a new one. */
export function versionOf(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.user_version);
}

/** Brings the file to the newest version; each step is done wholly or not at all. */
export function migrate(database: DatabaseSync): void {
  for (let version = versionOf(database); version < MIGRATIONS.length; version += 1) {
    database.exec(`BEGIN IMMEDIATE; ${MIGRATIONS[version]}; PRAGMA user_version = ${version + 1}; COMMIT;`);
  }
}
