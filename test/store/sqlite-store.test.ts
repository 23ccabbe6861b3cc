import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parseJson } from '#core/json.ts';
import { MIGRATIONS } from '#store/migrations.ts';
import { toStoreError } from '#store/sqlite-faults.ts';
import { openSqliteStore } from '#store/sqlite-store.ts';
import { ABSENT, type OperationRecord } from '#store/store.ts';
import { temporaryFolder } from './temporary-folder.ts';

const KEY = { client: 'pos-1', scope: 'token:KZ1', id: 'op-1' };

const RECORD: OperationRecord = {
  ...KEY,
  address: 'ik.service.token.shift',
  action: 'close_shift',
  account: 'almaty',
  token: 'KZ1',
  contents: 'hash',
  showPersonalData: true,
  isDoubtful: false,
  status: 'sent',
  evidence: '{"id_shift":5}',
  outcome: null,
  createdAt: 1_600_000_000_000,
  sentAt: 1_600_000_000_001,
  endedAt: null,
};

function openStore(folder = temporaryFolder()) {
  const store = openSqliteStore(folder);
  onTestFinished(() => store.close());
  return store;
}

function childPath(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

describe('the operations', () => {
  test('are read as they were written, also after a restart', async () => {
    const folder = temporaryFolder();
    const store = openStore(folder);
    expect(await store.operations.read(KEY)).toBeUndefined();
    expect(await store.operations.write(RECORD, ABSENT)).toBe(1);
    await store.close();

    const { operations } = openStore(folder);
    expect(await operations.read(KEY)).toEqual({ record: RECORD, revision: 1 });
    expect(await operations.read({ ...KEY, client: 'pos-2' })).toBeUndefined();
  });

  test('are written only over the revision that was read', async () => {
    const { operations } = openStore();
    const ended = { ...RECORD, status: 'answered', outcome: '{"data":null}', endedAt: 7 };
    await operations.write(RECORD, ABSENT);
    expect(await operations.write(ended, ABSENT)).toBeUndefined();
    expect(await operations.write(ended, 2)).toBeUndefined();
    expect(await operations.read(KEY)).toEqual({ record: RECORD, revision: 1 });
    expect(await operations.write(ended, 1)).toBe(2);
    expect(await operations.read(KEY)).toEqual({ record: ended, revision: 2 });
  });

  test('let one of two writers of the same revision win', async () => {
    const { operations } = openStore();
    await operations.write(RECORD, ABSENT);
    const revisions = await Promise.all([
      operations.write({ ...RECORD, status: 'a' }, 1),
      operations.write({ ...RECORD, status: 'b' }, 1),
    ]);
    expect(revisions).toEqual([2, undefined]);
    expect((await operations.read(KEY))?.record.status).toBe('a');
  });

  test('without an end are listed, oldest first, and never pruned', async () => {
    const { operations } = openStore();
    const at = (id: string, createdAt: number, endedAt: number | null) =>
      operations.write({ ...RECORD, id, createdAt, endedAt }, ABSENT);
    await at('late', 30, null);
    await at('early', 10, null);
    await at('old', 1, 100);
    await at('new', 2, 200);
    expect(await operations.prune(200)).toBe(1);
    expect(await operations.read({ ...KEY, id: 'old' })).toBeUndefined();
    expect(await operations.read({ ...KEY, id: 'new' })).toBeDefined();
    expect((await operations.readHalfWay()).map(({ record }) => record.id)).toEqual(['early', 'late']);
  });

  test('are pruned however many they are', async () => {
    const { operations } = openStore();
    const ids = Array.from({ length: 1201 }, (_, index) => `op-${index}`);
    await Promise.all(ids.map((id) => operations.write({ ...RECORD, id, endedAt: 1 }, ABSENT)));
    expect(await operations.prune(2)).toBe(1201);
  });
});

describe('the vendor state', () => {
  test('keeps a value for account, register and key, digit by digit', async () => {
    const folder = temporaryFolder();
    const store = openStore(folder);
    const value = parseJson('{"uid":"a","fiscal_number":12345678901234567890}');
    await store.vendorState('almaty').write('KZ1', 'uid', { uid: 'stale' });
    await store.vendorState('almaty').write('KZ1', 'uid', value);
    await store.close();

    const reopened = openStore(folder);
    const state = reopened.vendorState('almaty');
    expect(JSON.stringify(await state.read('KZ1', 'uid'))).toBe(JSON.stringify(value));
    expect(await state.read('KZ2', 'uid')).toBeUndefined();
    expect(await reopened.vendorState('astana').read('KZ1', 'uid')).toBeUndefined();
  });

  test('forgets what is written as undefined', async () => {
    const state = openStore().vendorState('almaty');
    await state.write('KZ1', 'uid', 'a');
    await state.write('KZ1', 'uid', undefined);
    expect(await state.read('KZ1', 'uid')).toBeUndefined();
  });
});

describe('the file', () => {
  test('is written ahead, so that others may read it meanwhile', () => {
    const folder = temporaryFolder();
    openStore(folder);
    const database = new DatabaseSync(join(folder, 'avq-bus.sqlite'), { readOnly: true });
    expect(database.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
    database.close();
  });

  test('is nobody else’s to read when its folder is made', () => {
    const folder = join(temporaryFolder(), 'made', 'for-it');
    openStore(folder);
    expect(statSync(folder).mode & 0o077).toBe(0);
  });

  test('of a later version is refused and left as it is', async () => {
    const folder = temporaryFolder();
    await openStore(folder).close();
    const file = join(folder, 'avq-bus.sqlite');
    const database = new DatabaseSync(file);
    database.exec(`PRAGMA user_version = ${MIGRATIONS.length + 1}`);
    database.close();
    expect(() => openSqliteStore(folder)).toThrow(
      expect.objectContaining({
        name: 'StoreError',
        fault: 'newer',
        message: expect.stringContaining(folder),
      }),
    );
    const reread = new DatabaseSync(file);
    expect(reread.prepare('PRAGMA user_version').get()).toEqual({ user_version: MIGRATIONS.length + 1 });
    reread.close();
  });

  test('that is no database is refused', () => {
    const folder = temporaryFolder();
    writeFileSync(
      join(folder, 'avq-bus.sqlite'),
      'not a database, but long enough to be taken for one'.repeat(50),
    );
    expect(() => openSqliteStore(folder)).toThrow(expect.objectContaining({ fault: 'broken' }));
  });

  test('that cannot be made is refused', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'occupied'), '');
    expect(() => openSqliteStore(join(folder, 'occupied'))).toThrow(
      expect.objectContaining({ fault: 'broken' }),
    );
    mkdirSync(join(folder, 'other', 'avq-bus.sqlite'), { recursive: true });
    expect(() => openSqliteStore(join(folder, 'other'))).toThrow(
      expect.objectContaining({ fault: 'broken' }),
    );
  });

  test('is refused to a second store of this process until the first is closed', async () => {
    const folder = temporaryFolder();
    const first = openStore(folder);
    expect(() => openSqliteStore(folder)).toThrow(expect.objectContaining({ fault: 'locked' }));
    await first.close();
    await openStore(folder).close();
  });

  test('is refused to a second process at once, and free again when the first is killed', async () => {
    const folder = temporaryFolder();
    const child = spawn(process.execPath, [childPath('holding-child.ts'), folder]);
    onTestFinished(() => void child.kill('SIGKILL'));
    await once(child.stdout, 'data');
    expect(() => openSqliteStore(folder)).toThrow(
      expect.objectContaining({
        name: 'StoreError',
        fault: 'locked',
        message: `the store in ${folder} is in use by another process: stop it, or give this one another store.path`,
      }),
    );
    child.kill('SIGKILL');
    await once(child, 'exit');
    await openStore(folder).close();
  });

  test('that cannot grow acknowledges nothing more and keeps what it has acknowledged', async () => {
    const folder = temporaryFolder();
    const limited = 'ulimit -f 1000; exec "$0" "$@"';
    const { stdout } = spawnSync(
      'sh',
      ['-c', limited, process.execPath, childPath('starved-child.ts'), folder],
      {
        encoding: 'utf8',
      },
    );
    const { kept, fault } = JSON.parse(stdout);
    expect(kept).toBeGreaterThan(0);
    expect(['full', 'broken']).toContain(fault);

    const state = openStore(folder).vendorState('almaty');
    expect(await state.read('KZ1', String(kept - 1))).toHaveLength(4000);
    expect(await state.read('KZ1', String(kept))).toBeUndefined();
  });
});

describe('a closed store', () => {
  test('has written what it was handed before, and refuses what comes afterwards', async () => {
    const folder = temporaryFolder();
    const store = openStore(folder);
    const before = store.operations.write(RECORD, ABSENT);
    await store.close();
    expect(await before).toBe(1);
    const closed = { name: 'StoreError', fault: 'closed' };
    await expect(store.operations.write(RECORD, 1)).rejects.toMatchObject(closed);
    await expect(store.operations.read(KEY)).rejects.toMatchObject(closed);
    await store.close();
  });
});

describe('an error', () => {
  test.each([
    [{ errcode: 13 }, 'full'],
    [{ errcode: 13 | (2 << 8) }, 'full'],
    [{ code: 'ENOSPC' }, 'full'],
    [{ errcode: 5 }, 'locked'],
    [{ errcode: 10 | (3 << 8) }, 'broken'],
    [{}, 'broken'],
  ])('of SQLite or the file system %j is named %s', (fields, fault) => {
    const cause = Object.assign(new Error('as told'), fields);
    expect(toStoreError(cause, '/data')).toMatchObject({ name: 'StoreError', fault, cause });
  });
});
