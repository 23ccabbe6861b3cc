import { expect, test } from 'vitest';
import { createGroupCommit } from '#store/group-commit.ts';

/** Notes what it is told to execute; fails at `failAt`. */
function recorder(failAt?: string) {
  const statements: string[] = [];
  const database = {
    isTransaction: false,
    exec(sql: string) {
      statements.push(sql);
      if (sql === failAt) throw new Error(`no ${sql}`);
      database.isTransaction = sql.startsWith('BEGIN');
    },
  };
  return { database, statements };
}

const same = (caught: unknown) => caught as Error;

test('puts whatever is written in one turn of the event loop into one transaction', async () => {
  const { database, statements } = recorder();
  const commit = createGroupCommit(database, same);
  const order: number[] = [];
  const writes = Array.from({ length: 400 }, (_, index) => commit.write(() => order.push(index)));
  expect(order).toEqual([]);
  await Promise.all(writes);
  expect(statements).toEqual(['BEGIN IMMEDIATE', 'COMMIT']);
  expect(order).toEqual(Array.from({ length: 400 }, (_, index) => index));

  await commit.write(() => 1);
  expect(statements).toHaveLength(4);
});

test('resolves each write with its own result, after the commit', async () => {
  const { database, statements } = recorder();
  const commit = createGroupCommit(database, same);
  const one = commit.write(() => 'one').then((result) => [result, statements.at(-1)]);
  const two = commit.write(() => 'two').then((result) => [result, statements.at(-1)]);
  expect(await Promise.all([one, two])).toEqual([
    ['one', 'COMMIT'],
    ['two', 'COMMIT'],
  ]);
});

test.each(['BEGIN IMMEDIATE', 'COMMIT'])(
  'acknowledges none of them when %s fails, and goes on',
  async (sql) => {
    const { database, statements } = recorder(sql);
    const commit = createGroupCommit(database, (caught) => new Error('kept nothing', { cause: caught }));
    const results = await Promise.allSettled([commit.write(() => 1), commit.write(() => 2)]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(results[0]).toMatchObject({ reason: { message: 'kept nothing' } });
    expect(statements.at(-1)).toBe(sql === 'COMMIT' ? 'ROLLBACK' : sql);
    await expect(commit.read(() => 3)).resolves.toBe(3);
  },
);

test('a write that throws takes its whole transaction back', async () => {
  const { database, statements } = recorder();
  const commit = createGroupCommit(database, same);
  const fail = () => {
    throw new Error('constraint');
  };
  const results = await Promise.allSettled([commit.write(() => 1), commit.write(fail)]);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(statements).toEqual(['BEGIN IMMEDIATE', 'ROLLBACK']);
});
