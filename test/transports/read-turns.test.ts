import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { awaitTurn } from '#transports/read-turns.ts';

test('each who waits has a turn alone, in the order in which they came, however often they come again', async () => {
  const had: string[] = [];
  const come = (name: string, times: number) =>
    awaitTurn(() => {
      had.push(name);
      if (times > 1) come(name, times - 1);
    });
  come('a', 3);
  come('b', 1);
  come('c', 2);
  const counts: number[] = [];
  while (had.length < 6) {
    await turn();
    counts.push(had.length);
  }
  expect(had).toEqual(['a', 'b', 'c', 'a', 'c', 'a']);
  expect(counts).toEqual([1, 2, 3, 4, 5, 6]);
});
