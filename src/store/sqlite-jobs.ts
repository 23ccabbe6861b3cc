import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { GroupCommit } from './group-commit.ts';
import type { JobQuery, JobRecord, JobTable } from './job-table.ts';

/** Column → key of the record, in the order of the statements. */
const COLUMNS = {
  id: 'id',
  client: 'client',
  scope: 'scope',
  operation_id: 'operationId',
  address: 'address',
  action: 'action',
  account: 'account',
  token: 'token',
  contents: 'contents',
  show_personal_data: 'showPersonalData',
  state: 'state',
  progress: 'progress',
  data: 'data',
  ordered: 'ordered',
  result: 'result',
  failure: 'failure',
  file: 'file',
  created_at: 'createdAt',
  updated_at: 'updatedAt',
  deadline_at: 'deadlineAt',
  expires_at: 'expiresAt',
} as const satisfies Record<string, keyof JobRecord>;

const NAMES = Object.keys(COLUMNS);

const INSERT = `INSERT INTO jobs (${NAMES.join()}) VALUES (${NAMES.map(() => '?').join()}) ON CONFLICT DO NOTHING`;

const UPDATE = `UPDATE jobs SET ${NAMES.map((name) => `${name} = ?`).join()} WHERE id = ?`;

/** How many rows one transaction forgets, so that nobody waits long for it. */
const PRUNE_ROWS = 500;

/**
 * A condition holds where its parameter is null. What stands behind the result in a row comes last: to get there, the
 * whole result is read from the disk.
 */
const LIST = `SELECT * FROM jobs
  WHERE (?7 IS NULL OR number < coalesce((SELECT number FROM jobs WHERE id = ?7), 0))
    AND (?2 IS NULL OR client = ?2) AND (?3 IS NULL OR state = ?3) AND (?4 IS NULL OR address = ?4)
    AND (?5 IS NULL OR action = ?5) AND (?6 IS NULL OR created_at < ?6)
    AND (expires_at IS NULL OR expires_at > ?1)
  ORDER BY number DESC LIMIT ?8`;

function toRecord(row: Record<string, unknown>): JobRecord {
  const entries = Object.entries(COLUMNS).map(([column, key]) => [key, row[column]]);
  // The table is STRICT, so that its columns are what the record says, but for the flag.
  return { ...Object.fromEntries(entries), showPersonalData: row.show_personal_data === 1 };
}

function bytesOf({ data, ordered, result, failure, file }: JobRecord): number {
  return [data, ordered, result, failure, file].reduce((sum, text) => sum + Buffer.byteLength(text ?? ''), 0);
}

/** Row by row, since nobody else gets a turn meanwhile, and results are large. */
function upTo(maxBytes: number, rows: Iterable<Record<string, unknown>>): JobRecord[] {
  const records: JobRecord[] = [];
  let bytes = 0;
  for (const row of rows) {
    const record = toRecord(row);
    bytes += bytesOf(record);
    if (records.length > 0 && bytes > maxBytes) break;
    records.push(record);
  }
  return records;
}

function toValues(record: JobRecord): SQLInputValue[] {
  return Object.values(COLUMNS).map((key) => {
    const value = record[key];
    return typeof value === 'boolean' ? Number(value) : value;
  });
}

export function createJobTable(database: DatabaseSync, commit: GroupCommit): JobTable {
  const select = database.prepare('SELECT * FROM jobs WHERE id = ?');
  const selectSame = database.prepare(
    'SELECT * FROM jobs WHERE client = ? AND scope = ? AND operation_id = ?',
  );
  const selectLive = database.prepare('SELECT * FROM jobs WHERE expires_at IS NULL ORDER BY number');
  const selectList = database.prepare(LIST);
  const insert = database.prepare(INSERT);
  const update = database.prepare(UPDATE);
  const forget = database.prepare(
    `DELETE FROM jobs WHERE number IN
       (SELECT number FROM jobs WHERE expires_at <= ? LIMIT ${PRUNE_ROWS}) RETURNING id`,
  );

  function findSame({ client, scope, operationId }: Parameters<JobTable['findOperation']>[0]) {
    const row = selectSame.get(client, scope, operationId);
    return row && toRecord(row);
  }

  return {
    read: (id) =>
      commit.read(() => {
        const row = select.get(id);
        return row && toRecord(row);
      }),
    findOperation: (key) => commit.read(() => findSame(key)),
    insert: (record) =>
      commit.write(() => (insert.run(...toValues(record)).changes === 1 ? undefined : findSame(record))),
    async update(record) {
      await commit.write(() => update.run(...toValues(record), record.id));
    },
    list: ({ client, state, address, action, beforeId, beforeMs, now, limit, maxBytes }: JobQuery) =>
      commit.read(() => {
        const given = [client, state, address, action, beforeMs, beforeId].map((value) => value ?? null);
        return upTo(maxBytes, selectList.iterate(now, ...given, limit));
      }),
    readLive: () => commit.read(() => selectLive.all().map(toRecord)),
    async prune(now) {
      const forgotten: string[] = [];
      for (;;) {
        const rows = await commit.write(() => forget.all(now));
        forgotten.push(...rows.map(({ id }) => String(id)));
        if (rows.length < PRUNE_ROWS) return forgotten;
      }
    },
  };
}
