import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { systemClock } from '#core/clock.ts';
import { silentLog } from '#core/log.ts';
import type { Change } from '#domain/change.ts';
import { Operations } from '#operations/operations.ts';
import { openSqliteStore } from '#store/sqlite-store.ts';
import { verdict } from './table.ts';

const OPERATIONS = 20_000;
const IN_FLIGHT = 400;
/** A commit for each row is slow; fewer rows tell its rate as well. */
const ROWS_ALONE = 2000;
/** The best of so many rounds counts: the machine has other things to do as well. */
const ROUNDS = 3;
const AIM = 0.5;

/** About what an operation of a register writes in the end. */
const ROW = [
  ...['pos-1', 'token:KZ77505', 'kassa24.shift', 'close_shift', 'almaty', 'KZ77505'],
  ...['x'.repeat(44), 'answered', '{"id_shift":123456,"uid":"8c5d1f3e-3b0e-4a53-9a1d-3f6c8f6f1a01"}'],
  JSON.stringify({ data: { result: 'Ok', report: 'x'.repeat(300) } }),
];

/** A vendor that has done it before it is asked. */
const atOnce: Change = {
  prepare: async () => ({ evidence: { id_shift: 123_456, uid: '8c5d1f3e-3b0e-4a53-9a1d-3f6c8f6f1a01' } }),
  send: async () => ({ result: 'Ok', report: 'x'.repeat(300) }),
};

async function inFolder<T>(work: (folder: string) => T | Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'avq-bus-bench-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** How many a second, the work being done `count` times. */
async function rateOf(count: number, work: () => void | Promise<void>): Promise<number> {
  const since = performance.now();
  await work();
  return (count * 1000) / (performance.now() - since);
}

/** Changes of so many registers under way at once, each with its journal. */
function operationsRate(): Promise<number> {
  return inFolder(async (folder) => {
    const store = openSqliteStore(folder);
    const operations = new Operations({
      ...{ table: store.operations, clock: systemClock, log: silentLog, keepMs: 86_400_000 },
      changeOf: () => atOnce,
    });
    await operations.start();
    const { signal } = new AbortController();
    let left = OPERATIONS;
    const client = async (_: unknown, register: number): Promise<void> => {
      const name = { address: 'kassa24.shift', action: 'close_shift', account: 'almaty', data: null };
      while (left > 0) {
        left -= 1;
        const call = { deadline: systemClock.now() + 60_000, signal, exchanges: [], traceparent: undefined };
        const request = { ...name, client: 'pos-1', token: `KZ${register}`, operationId: undefined };
        await operations.run({ ...request, showPersonalData: false }, call);
      }
    };
    const rate = await rateOf(OPERATIONS, async () => {
      await Promise.all(Array.from({ length: IN_FLIGHT }, client));
    });
    await operations.close();
    await store.close();
    return rate;
  });
}

/** Plain inserts of the same row with the same durability, so many in a transaction. */
function insertsRate(count: number, perTransaction: number): Promise<number> {
  return inFolder(async (folder) => {
    const database = new DatabaseSync(join(folder, 'plain.sqlite'));
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
    const columns = ROW.map((_, index) => `c${index}`);
    database.exec(
      `CREATE TABLE plain (id TEXT PRIMARY KEY, ${columns.join()}) STRICT`.replace(/c\d+/g, '$& TEXT'),
    );
    const insert = database.prepare(`INSERT INTO plain VALUES (?, ${columns.map(() => '?').join()})`);
    const rate = await rateOf(count, () => {
      for (let row = 0; row < count; row += perTransaction) {
        database.exec('BEGIN IMMEDIATE');
        for (let index = row; index < row + perTransaction; index += 1) insert.run(`op-${index}`, ...ROW);
        database.exec('COMMIT');
      }
    });
    database.close();
    return rate;
  });
}

async function best(measure: () => Promise<number>): Promise<number> {
  let highest = 0;
  for (let round = 0; round < ROUNDS; round += 1) highest = Math.max(highest, await measure());
  return highest;
}

/** Changes a second with the journal on, beside plain SQLite inserts with the same durability in the same run. */
export async function durable(): Promise<void> {
  const operations = await best(operationsRate);
  const alone = await best(() => insertsRate(ROWS_ALONE, 1));
  const batched = await best(() => insertsRate(OPERATIONS, IN_FLIGHT));
  const line = (what: string, rate: number, ratio: string) =>
    console.log(`${what.padEnd(46)} ${Math.round(rate).toString().padStart(8)}/s   ${ratio}`);
  console.log(`durable: ${OPERATIONS} changes, ${IN_FLIGHT} in flight, 3 writes each`);
  line('changes with the journal on', operations, '');
  const ratio = operations / alone;
  const told = `ratio ${ratio.toFixed(2)} (aim ${AIM}: ${verdict(ratio >= AIM)})`;
  line('plain inserts, one a transaction', alone, told);
  line(`plain inserts, ${IN_FLIGHT} a transaction`, batched, `ratio ${(operations / batched).toFixed(2)}`);
}
