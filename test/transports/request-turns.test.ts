import { Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { PendingAnswers } from '#transports/pending-answers.ts';
import { RequestTurns } from '#transports/request-turns.ts';

/** A connection of which is remembered when it was not read from. */
function openConnection() {
  const socket = new Socket();
  const turns = new RequestTurns(socket, new PendingAnswers(socket));
  return { socket, turns, pause: vi.spyOn(socket, 'pause') };
}

test('serves requests that came at once in turns and in their order, and reads no further meanwhile', async () => {
  const { socket, turns } = openConnection();
  const served: number[] = [];
  const all = Array.from({ length: 40 }, (_, index) => index);
  for (const index of all) turns.take(() => served.push(index));
  const counts = [served.length];
  while (served.length < all.length) {
    // As Node does with every body.
    socket.resume();
    await turn();
    counts.push(served.length);
  }
  expect(served).toEqual(all);
  expect(counts).toEqual([16, 32, 40]);
  expect(socket.isPaused()).toBe(false);
});

test('stays paused until its turn, whoever else has it resumed', async () => {
  const { socket, turns } = openConnection();
  for (let index = 0; index < 16; index += 1) turns.take(() => {});
  socket.resume();
  await new Promise((resolve) => process.nextTick(resolve));
  expect(socket.isPaused()).toBe(true);
  await turn();
  expect(socket.isPaused()).toBe(false);
});

test('lets one that asks now and then wait for nobody', async () => {
  const { turns, pause } = openConnection();
  for (let index = 0; index < 200; index += 1) {
    turns.take(() => {});
    await turn();
  }
  expect(pause).not.toHaveBeenCalled();
});

test('serves nothing more of a connection that is gone', async () => {
  const { socket, turns } = openConnection();
  let served = 0;
  for (let index = 0; index < 200; index += 1) {
    turns.take(() => {
      served += 1;
    });
  }
  socket.destroy();
  for (let index = 0; index < 5; index += 1) await turn();
  expect(served).toBe(16);
});
