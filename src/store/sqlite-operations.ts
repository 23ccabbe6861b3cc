import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { GroupCommit } from './group-commit.ts';
import { ABSENT, type OperationRecord, type OperationTable, type Versioned } from './store.ts';

/** A row as SQLite gives it; the table is STRICT, so its types are these. */
type Row = {
  readonly client: string;
  readonly scope: string;
  readonly id: string;
  readonly address: string;
  readonly action: string;
  readonly account: string;
  readonly token: string | null;
  readonly contents: string;
  readonly show_personal_data: number;
  readonly is_doubtful: number;
  readonly status: string;
  readonly evidence: string | null;
  readonly outcome: string | null;
  readonly created_at: number;
  readonly sent_at: number | null;
  readonly ended_at: number | null;
  readonly revision: number;
};

/** How many rows one transaction forgets, so that nobody waits long for it. */
const PRUNE_ROWS = 500;

const INSERT = `INSERT INTO operations
  (address, action, account, token, contents, show_personal_data, is_doubtful, status, evidence, outcome,
   created_at, sent_at, ended_at, revision, client, scope, id)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`;

const UPDATE = `UPDATE operations SET
  address = ?, action = ?, account = ?, token = ?, contents = ?, show_personal_data = ?, is_doubtful = ?,
  status = ?, evidence = ?, outcome = ?, created_at = ?, sent_at = ?, ended_at = ?, revision = ?
  WHERE client = ? AND scope = ? AND id = ? AND revision = ?`;

function toVersioned(row: Row): Versioned {
  const { client, scope, id, address, action, account, token, contents, status, evidence, outcome } = row;
  return {
    record: {
      ...{ client, scope, id, address, action, account, token, contents, status, evidence, outcome },
      showPersonalData: row.show_personal_data === 1,
      isDoubtful: row.is_doubtful === 1,
      createdAt: row.created_at,
      sentAt: row.sent_at,
      endedAt: row.ended_at,
    },
    revision: row.revision,
  };
}

/** In the order of both statements. */
function toValues(record: OperationRecord, revision: number): SQLInputValue[] {
  const { address, action, account, token, contents, status, evidence, outcome } = record;
  return [
    ...[address, action, account, token, contents],
    ...[record.showPersonalData ? 1 : 0, record.isDoubtful ? 1 : 0],
    ...[status, evidence, outcome, record.createdAt, record.sentAt, record.endedAt, revision],
    ...[record.client, record.scope, record.id],
  ];
}

export function createOperationTable(database: DatabaseSync, commit: GroupCommit): OperationTable {
  const select = database.prepare('SELECT * FROM operations WHERE client = ? AND scope = ? AND id = ?');
  const selectHalfWay = database.prepare(
    'SELECT * FROM operations WHERE ended_at IS NULL ORDER BY created_at, rowid',
  );
  const selectLastSent = database.prepare('SELECT max(sent_at) AS last FROM operations WHERE scope = ?');
  const insert = database.prepare(INSERT);
  const update = database.prepare(UPDATE);
  const forget = database.prepare(
    `DELETE FROM operations WHERE rowid IN
       (SELECT rowid FROM operations WHERE ended_at < ? ORDER BY ended_at LIMIT ${PRUNE_ROWS})`,
  );

  function put(record: OperationRecord, expected: number): number | undefined {
    const revision = expected + 1;
    const values = toValues(record, revision);
    const { changes } = expected === ABSENT ? insert.run(...values) : update.run(...values, expected);
    return changes === 1 ? revision : undefined;
  }

  return {
    read: ({ client, scope, id }) =>
      commit.read(() => {
        const row = select.get(client, scope, id);
        return row && toVersioned(row as unknown as Row);
      }),
    write: (record, expected) => commit.write(() => put(record, expected)),
    lastSentAt: (scope) => commit.read(() => (selectLastSent.get(scope)?.last as number | null) ?? null),
    readHalfWay: () =>
      commit.read(() => selectHalfWay.all().map((row) => toVersioned(row as unknown as Row))),
    async prune(endedBefore) {
      let forgotten = 0;
      for (;;) {
        const { changes } = await commit.write(() => forget.run(endedBefore));
        forgotten += Number(changes);
        if (changes < PRUNE_ROWS) return forgotten;
      }
    },
  };
}
