import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { MessageTurns } from '#transports/sockjs/message-turns.ts';

const batchOf = (name: string) => Array.from({ length: 100 }, (_, index) => `${name}${index}`);

test('takes one batch after the other, so many messages a turn', async () => {
  const taken: string[] = [];
  const turns = new MessageTurns((message) => taken.push(message));
  const ended: number[] = [];
  for (const name of ['a', 'b']) turns.put(batchOf(name), () => ended.push(taken.length));
  const counts = [taken.length];
  while (turns.waiting > 0) {
    await turn();
    counts.push(taken.length);
  }
  expect([counts, ended]).toEqual([
    [64, 128, 192, 200],
    [100, 200],
  ]);
  expect(taken).toEqual([...batchOf('a'), ...batchOf('b')]);
});

test('takes no more a turn of many batches than of one', async () => {
  const taken: string[] = [];
  const turns = new MessageTurns((message) => taken.push(message));
  for (const message of batchOf('a')) turns.put([message], () => {});
  expect([taken.length, turns.waiting]).toEqual([64, 36]);
  await turn();
  expect([taken, turns.waiting]).toEqual([batchOf('a'), 0]);
});

test('takes nothing more once stopped, and says that all is taken', async () => {
  const taken: string[] = [];
  let ended = 0;
  const turns = new MessageTurns((message) => {
    taken.push(message);
    if (taken.length === 10) turns.stop();
  });
  turns.put(batchOf('a'), () => {
    ended += 1;
  });
  turns.put(['b'], () => {
    ended += 1;
  });
  await turn();
  expect([taken.length, ended, turns.waiting]).toEqual([10, 2, 0]);
});
