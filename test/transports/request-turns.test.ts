import { connect, Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Respond } from '#bus/delivery.ts';
import type { Services } from '#bus/services.ts';
import type { Signal } from '#core/cancellation.ts';
import { NO_HEADERS } from '#core/message.ts';
import { PendingAnswers } from '#transports/pending-answers.ts';
import { RequestTurns } from '#transports/request-turns.ts';
import { type BridgeBusOptions, startBridgeBus } from '../bridge/bridge-bus.ts';
import { createCertificate } from '../outbound/certificate.ts';
import { eventually } from '../support/eventually.ts';

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

test.each(['is gone', 'sends no more'])('serves nothing more of a connection that %s', async (way) => {
  const { socket, turns } = openConnection();
  let served = 0;
  for (let index = 0; index < 200; index += 1) {
    turns.take(() => {
      served += 1;
    });
  }
  if (way === 'is gone') socket.destroy();
  else vi.spyOn(socket, 'readableEnded', 'get').mockReturnValue(true);
  for (let index = 0; index < 5; index += 1) await turn();
  expect(served).toBe(16);
});

test('reads on while answers are held back, but no more than a little', async () => {
  const socket = new Socket();
  const answers = new PendingAnswers(socket);
  const turns = new RequestTurns(socket, answers);
  vi.spyOn(answers, 'areFull').mockReturnValue(true);
  const bytesRead = vi.spyOn(socket, 'bytesRead', 'get').mockReturnValue(100_000);
  const serve = vi.fn();
  const isReading = async (bytes: number) => {
    bytesRead.mockReturnValue(bytes);
    turns.take(serve);
    socket.resume();
    await turn();
    return !socket.isPaused();
  };
  expect([await isReading(100_000), await isReading(165_535), await isReading(165_536)]).toEqual([
    true,
    true,
    false,
  ]);
  // Some answers have left, and as many wait as may nevertheless: what was read before counts on.
  socket.emit('drain');
  await turn();
  expect([serve.mock.calls.length, await isReading(170_000)]).toEqual([0, false]);
  vi.mocked(answers.areFull).mockReturnValue(false);
  socket.emit('drain');
  await turn();
  expect([serve.mock.calls.length, await isReading(300_000)]).toEqual([4, true]);
  // The next time it is as much again.
  vi.mocked(answers.areFull).mockReturnValue(true);
  expect([await isReading(310_000), await isReading(370_000), await isReading(376_000)]).toEqual([
    true,
    true,
    false,
  ]);
});

const LONG = 'x'.repeat(20_000);

/** A request that says which it is, so that its answer does. */
function post(index: number, data = ''): string {
  const body = JSON.stringify({ address: 'a', reply_address: `r${index}`, data });
  const head = `Host: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}`;
  return `POST /tsrv HTTP/1.1\r\n${head}\r\n\r\n${body}`;
}

function posts(count: number, data?: string): string {
  return Array.from({ length: count }, (_, index) => post(index, data)).join('');
}

/** A bus that has a long answer to all requests at once, but to the first when it is told to. */
async function startPromptBus(options: BridgeBusOptions = {}) {
  const begun: { respond: Respond; signal: Signal }[] = [];
  const services: Partial<Services> = {
    serves: () => true,
    permits: () => true,
    handle({ signal }, respond) {
      begun.push({ respond, signal });
      if (begun.length > 1) respond({ body: LONG, headers: NO_HEADERS });
    },
  };
  const { url } = await startBridgeBus({ services, ...options });
  const answerFirst = () => begun[0]?.respond({ body: LONG, headers: NO_HEADERS });
  return { begun, answerFirst, address: { port: Number(new URL(url).port), host: '127.0.0.1' } };
}

/** What was answered, in its order. */
function readAnswers(socket: Socket): () => readonly string[] {
  let received = '';
  socket.setEncoding('latin1').on('data', (data) => {
    received += data;
  });
  return () => received.match(/(?<="address":")r\d+|HTTP\/1\.1 [45]\d\d/g) ?? [];
}

test.each(['HTTP', 'HTTPS'])(
  'all long requests that wait for no answers are answered in their order: %s',
  async (protocol) => {
    const tls = { ...createCertificate(), clientAuth: false };
    const bus = await startPromptBus(protocol === 'HTTPS' ? { tls } : {});
    const socket =
      protocol === 'HTTPS' ? connectTls({ ...bus.address, rejectUnauthorized: false }) : connect(bus.address);
    onTestFinished(() => void socket.destroy());
    const answers = readAnswers(socket);
    socket.write(posts(60, LONG));
    await eventually(() => bus.begun.length > 1);
    bus.answerFirst();
    await eventually(() => answers().length === 60);
    expect(answers()).toEqual(Array.from({ length: 60 }, (_, index) => `r${index}`));
  },
);

/** A client whose answers are held back, since the first of them is due. */
async function startHeldAnswers() {
  const bus = await startPromptBus();
  const socket = connect(bus.address);
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => {}).resume();
  socket.write(posts(100));
  await eventually(() => bus.begun.length > 1);
  for (let index = 0; index < 50; index += 1) await turn();
  return { bus, socket };
}

describe('a client that goes while answers are held back', () => {
  const WAYS = {
    'with a farewell': (socket: Socket) => socket.destroy(),
    'with a reset': (socket: Socket) => socket.resetAndDestroy(),
  };

  // The second time with something that is read only when the answers are held already.
  test.each(Object.entries(WAYS).flatMap(([way, go]) => [0, 3].map((more) => [way, more, go] as const)))(
    'is heard, and nothing more is begun for it: %s, %i behind',
    async (_way, more, go) => {
      const { bus, socket } = await startHeldAnswers();
      const begun = bus.begun.length;
      await new Promise((resolve) => socket.write(posts(more), resolve));
      go(socket);
      await eventually(() => bus.begun[0]?.signal.aborted);
      bus.answerFirst();
      for (let index = 0; index < 50; index += 1) await turn();
      expect(bus.begun).toHaveLength(begun);
    },
  );
});

test.each(['end', 'resetAndDestroy'] as const)(
  'a client that goes in the middle of a body is heard while answers are held back: %s',
  async (go) => {
    const { bus, socket } = await startHeldAnswers();
    await new Promise((resolve) => socket.write(post(100).slice(0, -5), resolve));
    for (let index = 0; index < 50; index += 1) await turn();
    socket[go]();
    await eventually(() => bus.begun[0]?.signal.aborted);
  },
);

test('reads no further while many requests wait already, however short they are', async () => {
  const socket = new Socket();
  const answers = new PendingAnswers(socket);
  const turns = new RequestTurns(socket, answers);
  vi.spyOn(answers, 'areFull').mockReturnValue(true);
  for (let index = 0; index < 255; index += 1) turns.take(() => {});
  expect(socket.isPaused()).toBe(false);
  turns.take(() => {});
  expect(socket.isPaused()).toBe(true);
});
