import { connect } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import { type BridgeBusOptions, startBridgeBus } from '../bridge/bridge-bus.ts';
import { eventually } from '../support/eventually.ts';
import { createHeldAnswers } from './held-answers.ts';

/** A bus that answers messages when it is told to. */
async function startSlowBus(options: BridgeBusOptions = {}) {
  const { services, waiting, answer } = createHeldAnswers();
  const { url, bus } = await startBridgeBus({ services, ...options });
  const open = () => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1').on('error', () => {});
    onTestFinished(() => void socket.destroy());
    let received = '';
    socket.setEncoding('utf8').on('data', (data) => {
      received += data;
    });
    return {
      socket,
      statuses: () => [...received.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status),
    };
  };
  return {
    bus,
    waiting,
    open,
    answer,
  };
}

const BODY = '{"address":"a","reply_address":"r"}';
const POST = `POST /tsrv HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${BODY.length}\r\n\r\n${BODY}`;
const GET = 'GET / HTTP/1.1\r\nhost: x\r\n\r\n';
const TOO_LONG = `POST /tsrv HTTP/1.1\r\nhost: x\r\ncontent-length: 5000\r\n\r\n${'x'.repeat(5000)}`;

/** Two fifths of it are one connection's. */
const ROOM_BYTES = 1_000_000;

test.each([
  ['that wait for their turns', GET.repeat(2000)],
  ['that will never have one', TOO_LONG + GET.repeat(2000)],
])('a connection is cut off that has more requests than there is room for: %s', async (_name, requests) => {
  const bus = await startSlowBus({ limits: { maxInFlightBytes: ROOM_BYTES }, maxMessageBytes: 4096 });
  const greedy = bus.open();
  const modest = bus.open();
  greedy.socket.write(POST);
  await eventually(() => bus.waiting.length === 1);
  greedy.socket.write(requests);
  await eventually(() => greedy.socket.destroyed);
  expect(greedy.statuses()).toEqual([]);
  modest.socket.write(POST + GET.repeat(40));
  await eventually(() => bus.waiting.length === 2);
  bus.answer(1);
  await eventually(() => modest.statuses().length === 41);
  modest.socket.destroy();
  await eventually(() => bus.bus.admission.requesters === 0);
});

test('what is counted of requests that waited is given back once', async () => {
  const bus = await startSlowBus();
  const { admission } = bus.bus;
  const taken = vi.spyOn(admission, 'take');
  const given = vi.spyOn(admission, 'give');
  const { socket, statuses } = bus.open();
  socket.write(GET.repeat(150));
  await eventually(() => statuses().length === 150);
  socket.destroy();
  await eventually(() => admission.requesters === 0);
  for (let index = 0; index < 20; index += 1) await turn();
  const bytesOf = (calls: readonly (readonly unknown[])[]) =>
    calls.reduce((sum, call) => sum + Number(call[2]), 0);
  expect(bytesOf(taken.mock.calls)).toBeGreaterThan(100_000);
  expect(bytesOf(given.mock.calls)).toBe(bytesOf(taken.mock.calls));
});

test('requests that wait are counted, and no longer once they are answered', async () => {
  const bus = await startSlowBus({ limits: { maxInFlightBytes: ROOM_BYTES } });
  const { socket, statuses } = bus.open();
  for (let round = 0; round < 5; round += 1) {
    socket.write(POST + GET.repeat(150));
    await eventually(() => bus.waiting.length === round + 1);
    for (let index = 0; index < 20; index += 1) await turn();
    bus.answer(round);
    await eventually(() => statuses().length === (round + 1) * 151);
  }
  expect(bus.bus.admission.requesters).toBe(0);
  expect(new Set(statuses())).toEqual(new Set(['200', '404']));
});

test('requests that wait are counted as those of the client that they name', async () => {
  const client = { inbound: [{}], outbound: [], personalData: false };
  const bus = await startSlowBus({
    limits: { maxInFlightBytes: ROOM_BYTES },
    maxMessageBytes: 4096,
    clients: { clients: [{ ...client, name: 'shop', secret: 'long-enough-secret' }], anonymous: client },
  });
  const named = (request: string) =>
    request.replace('host: x', 'host: x\r\nauthorization: Bearer long-enough-secret');
  // None of these will ever have its turn.
  const requests = named(POST) + TOO_LONG + named(GET).repeat(150);
  const first = bus.open();
  first.socket.write(requests);
  await eventually(() => bus.waiting.length === 1);
  for (let index = 0; index < 20; index += 1) await turn();
  // Its other connection finds the rest of the same room.
  const second = bus.open();
  second.socket.write(requests);
  await eventually(() => second.socket.destroyed);
  expect(first.socket.destroyed).toBe(false);
});
