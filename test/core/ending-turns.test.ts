import { setImmediate as turn } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { Cancellation, GIVEN_UP } from '#core/cancellation.ts';
import { allEnded, endInTurn } from '#core/ending-turns.ts';
import { endMuch } from '../support/ending.ts';

const MANY = 1000;

test('what ends together ends in turns, in its order, and others have theirs between', async () => {
  await turn();
  const ended: number[] = [];
  const all = Array.from({ length: MANY }, (_, index) => index);
  for (const index of all) endInTurn(() => void ended.push(index));
  const counts = [ended.length];
  while (ended.length < MANY) {
    await turn();
    counts.push(ended.length);
  }
  expect(ended).toEqual(all);
  expect(Math.max(...counts.map((count, index) => count - (counts[index - 1] ?? 0)))).toBeLessThan(MANY / 10);
});

test('one requester’s few end among the many of another', async () => {
  await turn();
  const ended: string[] = [];
  const end = (requester: string, request: number) =>
    endInTurn(() => void ended.push(requester), { requester, request });
  for (let request = 0; request < MANY; request += 1) end('many', request);
  for (let request = 0; request < 3; request += 1) end('few', request);
  while (ended.length < MANY + 3) await turn();
  expect(ended.lastIndexOf('few')).toBeLessThan(MANY / 10);
});

test('what ends now and then ends at once', async () => {
  for (let index = 0; index < MANY; index += 1) {
    let isEnded = false;
    endInTurn(() => {
      isEnded = true;
    });
    expect(isEnded).toBe(true);
    await turn();
  }
});

test('one that throws keeps nobody else from ending', async () => {
  const errors: unknown[] = [];
  const onError = (error: unknown) => void errors.push(error);
  // The test's own listeners would take it for a failure.
  const others = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException').on('uncaughtException', onError);
  onTestFinished(() => {
    process.off('uncaughtException', onError);
    for (const other of others) process.on('uncaughtException', other);
  });
  const done = endMuch();
  let ended = 0;
  endInTurn(() => {
    throw new Error('broken');
  });
  for (let index = 0; index < 100; index += 1) {
    endInTurn(() => {
      ended += 1;
    });
  }
  await done;
  while (ended < 100) await turn();
  expect(errors).toEqual([new Error('broken')]);
});

test('what is aborted in its turn is so at once, and tells of it later', async () => {
  const done = endMuch();
  const cancellation = new Cancellation();
  let told = 0;
  cancellation.addEventListener('abort', () => {
    told += 1;
  });
  cancellation.abortInTurn();
  cancellation.abortInTurn();
  cancellation.abort(new Error('later'));
  expect([cancellation.aborted, cancellation.reason, told]).toEqual([true, GIVEN_UP, 0]);
  await done;
  while (told === 0) await turn();
  for (let index = 0; index < 10; index += 1) await turn();
  expect(told).toBe(1);
});

test('nothing is left to do when all has ended', async () => {
  await endMuch();
  for (let index = 0; index < 3; index += 1) await turn();
  expect(process.getActiveResourcesInfo()).not.toContain('Immediate');
});

test('it is known when all has ended, whoever’s it was', async () => {
  await allEnded();
  let ended = 0;
  for (let request = 0; request < MANY; request += 1)
    endInTurn(
      () => {
        ended += 1;
      },
      { requester: 'many', request },
    );
  await allEnded();
  expect(ended).toBe(MANY);
});
