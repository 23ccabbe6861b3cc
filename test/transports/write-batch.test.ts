import { Writable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { WriteBatch } from '#transports/write-batch.ts';

/** A socket that keeps what it was given at once. */
function createSocket(maxQueuedBytes = 1_000_000) {
  const writes: string[] = [];
  const socket = new Writable({
    decodeStrings: false,
    write(chunk, _encoding, done) {
      writes.push(chunk);
      done();
    },
    writev(chunks, done) {
      writes.push(chunks.map(({ chunk }) => chunk).join(''));
      done();
    },
  });
  const batch = new WriteBatch(socket, maxQueuedBytes);
  const write = (text: string) => {
    batch.open();
    socket.write(text);
  };
  return { writes, batch, write };
}

/** Milliseconds; stands still unless a test moves it. */
let now = 0;
beforeEach(() => void vi.spyOn(performance, 'now').mockImplementation(() => now));
afterEach(() => vi.restoreAllMocks());

const nextTick = () => new Promise<void>((resolve) => process.nextTick(resolve));

test('answers that come in different ticks and turns leave in one write, soon after the last of them', async () => {
  const { writes, write } = createSocket();
  write('a');
  await nextTick();
  write('b');
  await setImmediate();
  write('c');
  await setImmediate();
  expect(writes).toEqual([]);
  await setImmediate();
  expect(writes).toEqual(['abc']);
});

test('answers that never cease are not gathered for long', async () => {
  const { writes, write } = createSocket();
  const turns = 100;
  for (let turn = 0; turn < turns; turn += 1) {
    write('a');
    await setImmediate();
  }
  expect(writes.length).toBeGreaterThan(2);
  expect(writes.length).toBeLessThan(turns / 2);
});

test('answers that never cease are gathered for a moment only, however long a turn is', async () => {
  const { writes, write } = createSocket();
  for (const text of ['a', 'b', 'c']) {
    write(text);
    now += 0.5;
    await setImmediate();
  }
  expect(writes).toEqual(['ab']);
});

test('much is written at the end of its turn', async () => {
  const { writes, write } = createSocket();
  const much = 'a'.repeat(100_000);
  write(much);
  await setImmediate();
  expect(writes).toEqual([much]);
});

test('of a small queue no more than half is gathered', async () => {
  const { writes, write } = createSocket(200);
  for (let turn = 0; turn < 3; turn += 1) {
    write('a'.repeat(50));
    await setImmediate();
  }
  expect(writes).toEqual(['a'.repeat(100)]);
});

test('what an incoming message is answered at once leaves before the turn ends', async () => {
  const { writes, batch, write } = createSocket();
  batch.receiving(() => write('a'));
  batch.receiving(() => write('b'));
  expect(writes).toEqual([]);
  await nextTick();
  expect(writes).toEqual(['ab']);
  write('c');
  await nextTick();
  expect(writes).toEqual(['ab']);
  for (let turn = 0; turn < 2; turn += 1) await setImmediate();
  expect(writes).toEqual(['ab', 'c']);
});

test('a message that cannot be taken leaves no trace', async () => {
  const { writes, batch, write } = createSocket();
  const take = () => {
    throw new Error('broken');
  };
  expect(() => batch.receiving(take)).toThrow('broken');
  write('a');
  await nextTick();
  expect(writes).toEqual([]);
});
