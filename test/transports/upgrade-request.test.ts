import { connect, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import { silentLog } from '#core/log.ts';
import { createAvqDialect } from '#protocol/avq.ts';
import { createFilesRoute } from '#transports/files-route.ts';
import { listenHttp } from '#transports/http.ts';
import { ConnectionLimit } from '#transports/listener.ts';
import { createTsrvRoute } from '#transports/tsrv-route.ts';
import { type BridgeBusOptions, startBridgeBus } from '../bridge/bridge-bus.ts';
import { createCertificate } from '../outbound/certificate.ts';
import { eventually } from '../support/eventually.ts';
import { createHeldAnswers } from './held-answers.ts';

/** A bus that answers when it is told to, and a client that writes whatever it likes. */
async function startSlowBus(protocol: 'HTTP' | 'HTTPS' = 'HTTP', options: BridgeBusOptions = {}) {
  const { services, waiting, answer } = createHeldAnswers();
  const tls = protocol === 'HTTPS' ? { ...createCertificate(), clientAuth: false } : undefined;
  const { url, bus } = await startBridgeBus({ services, ...(tls && { tls }), ...options });
  const address = { port: Number(new URL(url).port), host: '127.0.0.1' };
  const socket: Socket = tls ? connectTls({ ...address, rejectUnauthorized: false }) : connect(address);
  onTestFinished(() => void socket.on('error', () => {}).destroy());
  let received = '';
  socket.setEncoding('latin1').on('data', (data) => {
    received += data;
  });
  return {
    bus,
    address,
    socket,
    waiting,
    answer,
    /** What was answered, by status or by which of the answers it is. */
    answers: () => received.match(/(?<=HTTP\/1\.1 )(?!200)\d+|answer \d+|"pong"/g) ?? [],
  };
}

const MESSAGE = '{"type":"send","address":"a","reply_address":"r"}';

function post(more = '', body = MESSAGE): string {
  const head = `host: x\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}`;
  return `POST /tsrv HTTP/1.1\r\n${head}\r\n${more}\r\n${body}`;
}

const H2C = 'connection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAoAAA\r\n';

const HANDSHAKE =
  'GET /tsrv HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n' +
  'sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';

/** A text frame as a client sends it (RFC 6455 5.2), masked with nothing. */
function frame(text: string): Buffer {
  return Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text)]);
}

const PING = frame('{"type":"ping"}');

describe.each(['HTTP', 'HTTPS'] as const)('%s', (protocol) => {
  test('requests that ask for h2c are answered as all others, and all that comes with them', async () => {
    const bus = await startSlowBus(protocol);
    const long = JSON.stringify({ type: 'send', address: 'a', reply_address: 'r', data: 'я'.repeat(60_000) });
    const requests = [post(H2C, long), post(), post(H2C), post(H2C), post(), post(H2C)];
    bus.socket.write(requests.join(''));
    for (let index = 0; index < requests.length; index += 1) {
      await eventually(() => bus.waiting.length > index);
      bus.answer(index);
    }
    await eventually(() => bus.answers().length === requests.length);
    expect(bus.answers()).toEqual(requests.map((_, index) => `answer ${index}`));
    expect(bus.socket.destroyed).toBe(false);
    // The connection is an ordinary one from then on.
    bus.socket.write(post());
    await eventually(() => bus.waiting.length === 7);
    bus.answer(6);
    await eventually(() => bus.answers().length === 7);
    bus.socket.destroy();
    await eventually(() => bus.bus.connections === 0);
  });

  test('a WebSocket begins behind the answers to all requests before it, with the messages that came by then', async () => {
    const bus = await startSlowBus(protocol);
    bus.socket.write(Buffer.concat([Buffer.from(post() + post() + HANDSHAKE), PING]));
    await eventually(() => bus.waiting.length === 2);
    await new Promise((resolve) => bus.socket.write(PING, resolve));
    for (let index = 0; index < 20; index += 1) await turn();
    bus.answer(1);
    bus.answer(0);
    await eventually(() => bus.answers().length === 5);
    expect(bus.answers()).toEqual(['answer 0', 'answer 1', '101', '"pong"', '"pong"']);
    bus.socket.write(PING);
    await eventually(() => bus.answers().length === 6);
  });
});

test.each([15, 16, 100])(
  'a WebSocket behind requests that have their turns is read, and its end is heard: %i',
  async (count) => {
    const bus = await startSlowBus();
    bus.socket.write('GET /nothing HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(count) + HANDSHAKE);
    await eventually(() => bus.answers().at(-1) === '101');
    bus.socket.write(PING);
    await eventually(() => bus.answers().at(-1) === '"pong"');
    bus.socket.destroy();
    await eventually(() => bus.bus.connections === 0);
  },
);

test.each([
  ['a WebSocket', HANDSHAKE, '101'],
  ['a request that asks for h2c', `GET /nothing HTTP/1.1\r\nhost: x\r\n${H2C}\r\n`, '404'],
])('a long answer goes on although %s waits behind it', async (_name, behind, status) => {
  const { bus } = await startBridgeBus();
  const dialect = createAvqDialect({ maxDepth: 64 });
  const chunks = 200;
  const found = {
    name: 'report',
    size: chunks * 65_536,
    mediaType: 'text/csv',
    open: async () => Readable.from(Array.from({ length: chunks }, () => Buffer.alloc(65_536, 'a'))),
  };
  const limits = { maxMessageBytes: 4096, maxQueuedBytes: 4096, maxFragments: 1 };
  const listener = await listenHttp({
    bus,
    endpoint: { host: '127.0.0.1', port: 0 },
    connections: new ConnectionLimit(10),
    originRules: { origins: [], hosts: [] },
    dialect,
    routes: [
      createFilesRoute({ dialect, log: silentLog, clients: () => bus.clients, find: async () => found }),
      createTsrvRoute({ bus, dialect, ...limits }),
    ],
  });
  onTestFinished(() => listener.close());
  const socket = connect(listener.endpoint.port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  let bytes = 0;
  let tail = '';
  socket.setEncoding('latin1').on('data', (data: string) => {
    bytes += data.length;
    tail = (tail + data).slice(-1000);
  });
  socket.write(`GET /files/1 HTTP/1.1\r\nhost: x\r\n\r\n${behind}`);
  await eventually(() => tail.includes(`HTTP/1.1 ${status}`));
  expect(bytes).toBeGreaterThan(found.size);
});

test('what comes behind a WebSocket that waits is counted, and no longer when it begins', async () => {
  const bus = await startSlowBus('HTTP', { limits: { maxInFlightBytes: 20_000 } });
  bus.socket.write(post() + HANDSHAKE);
  await eventually(() => bus.waiting.length === 1);
  await new Promise((resolve) => bus.socket.write(PING, resolve));
  for (let index = 0; index < 20; index += 1) await turn();
  bus.answer(0);
  await eventually(() => bus.answers().at(-1) === '"pong"');
  expect(bus.bus.admission.requesters).toBe(0);
  const greedy = connect(bus.address).on('error', () => {});
  onTestFinished(() => void greedy.destroy());
  greedy.write(post() + HANDSHAKE);
  await eventually(() => bus.waiting.length === 2);
  greedy.write('x'.repeat(60_000));
  await eventually(() => greedy.destroyed);
  await eventually(() => bus.bus.admission.requesters === 0);
});

test('a connection that asked for h2c counts as one', async () => {
  const bus = await startSlowBus('HTTP', { maxConnections: 2 });
  bus.socket.write(post(H2C));
  await eventually(() => bus.waiting.length === 1);
  const other = connect(bus.address);
  onTestFinished(() => void other.destroy());
  other.write(post());
  await eventually(() => bus.waiting.length === 2);
});

test('what comes behind a WebSocket that waits is read as far as a little, and all of it in the end', async () => {
  const bus = await startSlowBus();
  bus.socket.write(post() + HANDSHAKE);
  await eventually(() => bus.waiting.length === 1);
  const pings = 100;
  const text = JSON.stringify({ type: 'ping', data: 'x'.repeat(250_000) });
  const head = Buffer.from([0x81, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  head.writeUInt32BE(text.length, 6);
  for (let index = 0; index < pings; index += 1) bus.socket.write(Buffer.concat([head, Buffer.from(text)]));
  for (let index = 0; index < 200; index += 1) await turn();
  // More than the system takes.
  expect(bus.socket.writableLength).toBeGreaterThan(10_000_000);
  bus.answer(0);
  await eventually(() => bus.answers().length === pings + 2);
});

test('a refusal of a WebSocket comes behind the answers too', async () => {
  const bus = await startSlowBus();
  bus.socket.write(post() + HANDSHAKE.replace('/tsrv', '/nothing'));
  await eventually(() => bus.waiting.length === 1);
  bus.answer(0);
  await eventually(() => bus.answers().length === 2);
  expect(bus.answers()).toEqual(['answer 0', '404']);
});

test.each(['end', 'resetAndDestroy'] as const)(
  'a client that is gone is heard while its WebSocket waits: %s',
  async (go) => {
    const bus = await startSlowBus();
    bus.socket.on('error', () => {}).write(post() + HANDSHAKE);
    await eventually(() => bus.waiting.length === 1);
    bus.socket[go]();
    await eventually(() => bus.waiting[0]?.signal.aborted);
  },
);
