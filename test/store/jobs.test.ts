import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { JobRecord } from '#store/job-table.ts';
import { openSqliteStore } from '#store/sqlite-store.ts';
import { temporaryFolder } from './temporary-folder.ts';

const ID = '0b9f2f2e-6a0e-4a53-9a1d-3f6c8f6f1a01';

const RECORD: JobRecord = {
  id: ID,
  client: 'pos-1',
  scope: 'account:ofd',
  operationId: 'op',
  address: 'reports',
  action: 'make',
  account: 'ofd',
  token: null,
  contents: 'hash',
  showPersonalData: true,
  state: 'queued',
  progress: 0.25,
  data: '{"a":1}',
  ordered: '{"id":"1"}',
  result: '{}',
  failure: '{"failure":{}}',
  file: '{"name":"x"}',
  createdAt: 1,
  updatedAt: 2,
  deadlineAt: 3,
  expiresAt: null,
};

function open(folder = temporaryFolder()) {
  const store = openSqliteStore(folder);
  onTestFinished(() => store.close());
  return { store, table: store.jobs, files: store.jobFiles, folder: join(folder, 'files') };
}

const collect = async (bytes: AsyncIterable<Uint8Array> | undefined) => {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes ?? []) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
};

describe('the table of jobs', () => {
  test('keeps every field, also after a restart', async () => {
    const folder = temporaryFolder();
    const { store, table } = open(folder);
    expect(await table.insert(RECORD)).toBeUndefined();
    const changed = {
      ...RECORD,
      state: 'done',
      progress: null,
      file: null,
      expiresAt: 9,
      showPersonalData: false,
    };
    await table.update(changed);
    await store.close();
    expect(await open(folder).table.read(ID)).toEqual(changed);
  });

  test('takes the operation of a client once, and tells the job that it is', async () => {
    const { table } = open();
    await table.insert(RECORD);
    expect(await table.insert({ ...RECORD, id: 'b' })).toEqual(RECORD);
    expect(await table.insert({ ...RECORD, id: 'c', client: 'pos-2' })).toBeUndefined();
    expect(await table.insert({ ...RECORD, id: 'd', scope: 'account:other' })).toBeUndefined();
    expect(await table.read('b')).toBeUndefined();
  });

  test('ends a list where its texts would be too large, one row at least, however large', async () => {
    const { table } = open();
    const large = { ...RECORD, data: 'null', ordered: null, file: null };
    const texts = { a: { result: 'x'.repeat(600) }, b: { failure: 'ю'.repeat(250), result: null } };
    for (const [id, text] of Object.entries({ ...texts, c: texts.a, d: { result: null, failure: null } })) {
      await table.insert({ ...large, id, operationId: id, failure: null, ...text });
    }
    const list = async (maxBytes: number) =>
      (await table.list({ now: 0, limit: 10, maxBytes })).map(({ id }) => id);
    expect(await list(10_000)).toEqual(['d', 'c', 'b', 'a']);
    expect(await list(1700)).toEqual(['d', 'c', 'b']);
    expect(await list(1000)).toEqual(['d', 'c']);
    expect(await list(1)).toEqual(['d']);
    expect(await list(1)).toEqual(['d']);
  });

  test('forgets what has expired, whatever number it is, and tells which', async () => {
    const { table } = open();
    const ids = Array.from({ length: 1100 }, (_, index) => `j${index}`);
    const expiresAt = (index: number) => (index === 0 ? null : index === 1 ? 100 : 50);
    await Promise.all(
      ids.map((id, index) => table.insert({ ...RECORD, id, operationId: id, expiresAt: expiresAt(index) })),
    );
    expect((await table.prune(99)).toSorted()).toEqual(ids.slice(2).toSorted());
    expect((await table.readLive()).map(({ id }) => id)).toEqual(['j0']);
    expect(await table.prune(100)).toEqual(['j1']);
  });
});

describe('the files of jobs', () => {
  test('are there when they are whole, with their size and their hash', async () => {
    const { files, folder } = open();
    const file = await files.create(ID);
    await file.write(Buffer.from('one '));
    await file.write(Buffer.from('two'));
    expect(await files.read(ID)).toBeUndefined();
    const sha256 = createHash('sha256').update('one two').digest('hex');
    expect(await file.finish()).toEqual({ size: 7, sha256 });
    expect(await collect(await files.read(ID))).toBe('one two');
    expect(readdirSync(folder)).toEqual([ID]);
    expect(statSync(join(folder, ID)).mode & 0o077).toBe(0);
    await files.remove(ID);
    await files.remove(ID);
    expect(await files.read(ID)).toBeUndefined();
  });

  test('leave nothing when they are discarded, and stay when they were whole already', async () => {
    const { files, folder } = open();
    const half = await files.create(ID);
    await half.write(Buffer.from('half'));
    await half.discard();
    expect(readdirSync(folder)).toEqual([]);
    const whole = await files.create(ID);
    await whole.finish();
    await whole.discard();
    expect(readdirSync(folder)).toEqual([ID]);
  });

  test('are swept when they are half, or of nobody', async () => {
    const { files, folder } = open();
    for (const name of [ID, `${ID}.part`, 'a', 'stranger.txt']) writeFileSync(join(folder, name), name);
    await files.sweep(async (id) => id === ID);
    expect(readdirSync(folder)).toEqual([ID]);
  });

  test('never lead out of their folder', async () => {
    const { files } = open();
    await expect(files.read('../avq-bus.sqlite')).rejects.toThrow();
    await expect(files.create('..')).rejects.toThrow();
  });

  test('that the disk does not take are named so, and leave nothing', () => {
    const folder = temporaryFolder();
    const child = fileURLToPath(new URL('starved-file-child.ts', import.meta.url));
    const limited = 'ulimit -f 512; trap "" XFSZ; exec "$0" "$@"';
    const said = execFileSync('/bin/sh', ['-c', limited, process.execPath, child, folder], {
      encoding: 'utf8',
    });
    expect(JSON.parse(said)).toEqual({ name: 'StoreError', left: [] });
  });
});
