import type { Socket } from 'node:net';
import { expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { NO_HEADERS } from '#core/message.ts';
import { ALL_ACCESS, startBridgeBus } from '../bridge/bridge-bus.ts';
import { newSession, openByPolling } from '../conformance/expectations.ts';
import { call } from '../conformance/http-client.ts';

const ALL = Array.from({ length: 300 }, (_, index) => index);

/** A bus whose `counted` remembers what it heard, and how much of it in one turn at most. */
async function startCountingBus() {
  const bus = await startBridgeBus(ALL_ACCESS);
  const heard: unknown[] = [];
  const turns = { most: 0, inTurn: 0 };
  bus.engine.register('counted', ({ body, respond }) => {
    respond?.({ body, headers: NO_HEADERS });
    if (turns.inTurn === 0) {
      setImmediate(() => {
        turns.inTurn = 0;
      });
    }
    turns.inTurn += 1;
    turns.most = Math.max(turns.most, turns.inTurn);
    heard.push(body);
  });
  return { ...bus, heard, turns };
}

const bodyOf = (numbers: readonly number[]) =>
  JSON.stringify(numbers.map((body) => JSON.stringify({ type: 'send', address: 'counted', body })));

test('the messages of one body are taken in many turns, in order with the next body, and answered after the last', async () => {
  const { url, heard, turns } = await startCountingBus();
  const session = newSession(`${url}/eventbus`);
  await openByPolling(session);
  const send = async (numbers: readonly number[]) => {
    const { status } = await call('POST', `${session}/xhr_send`, { body: bodyOf(numbers) });
    return [status, heard.includes(numbers.at(-1))];
  };
  const answers = await Promise.all([send(ALL), send([1000, 1001])]);
  expect(answers).toEqual([
    [204, true],
    [204, true],
  ]);
  expect(heard.filter((one) => Number(one) < 1000)).toEqual(ALL);
  expect(turns.most).toBeLessThanOrEqual(66);
});

test('the messages of a framed WebSocket’s array are taken in many turns, in order with what follows', async () => {
  const { url, heard, turns } = await startCountingBus();
  const socket = new WebSocket(`${url.replace('http', 'ws')}/eventbus/000/s/websocket`);
  await new Promise((resolve) => socket.once('message', resolve));
  socket.send(bodyOf(ALL));
  socket.send(bodyOf([300]));
  socket.send(bodyOf([301]));
  await vi.waitUntil(() => heard.length === 302);
  expect(heard).toEqual([...ALL, 300, 301]);
  expect(turns.most).toBeLessThanOrEqual(66);
  // It is read from again.
  socket.send(bodyOf([302]));
  await vi.waitUntil(() => heard.length === 303);
  socket.terminate();
});

test('the messages of many arrays that come at once are taken in many turns, those before a close frame too', async () => {
  const { url, bus, heard, turns } = await startCountingBus();
  const socket = new WebSocket(`${url.replace('http', 'ws')}/eventbus/000/s/websocket`);
  await new Promise((resolve) => socket.once('message', resolve));
  const tens = Array.from({ length: 30 }, (_, index) => ALL.slice(10 * index, 10 * index + 10));
  const { _socket: connection } = socket as unknown as { _socket: Socket };
  connection.cork();
  for (const ten of tens) socket.send(bodyOf(ten));
  socket.close();
  connection.uncork();
  await vi.waitUntil(() => bus.connections === 0);
  expect(heard).toEqual(ALL);
  expect(turns.most).toBe(64);
});
