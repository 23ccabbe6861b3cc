import { connect, Socket } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { type Log, silentLog } from '#core/log.ts';
import { NO_HEADERS } from '#core/message.ts';
import { encodeFrame } from '#protocol/length-prefix.ts';
import {
  ALL_ACCESS,
  type BridgeBusOptions,
  createInbox,
  echo,
  startBridgeBus,
} from '../bridge/bridge-bus.ts';
import { expectSilence, expectTcpSilence, openRaw, openTcp } from '../bridge/bridge-clients.ts';
import { eventually } from '../support/eventually.ts';
import { createFakeClock } from '../support/fake-clock.ts';

afterEach(() => vi.restoreAllMocks());

const PING = '{"type":"ping","reply_address":"r"}';
const PONG = { type: 'pong', address: 'r', reply_address: null, data: null, headers: null };
const malformed = { type: 'error', data: expect.objectContaining({ name: 'BUS_MALFORMED_MESSAGE' }) };

async function openWebSocket(options: BridgeBusOptions = ALL_ACCESS) {
  const bus = await startBridgeBus(options);
  const socket = new WebSocket(`${bus.url.replace('http', 'ws')}/tsrv`);
  const inbox = createInbox<{ message: unknown; binary: boolean }>();
  socket.on('message', (data, binary) => inbox.put({ message: JSON.parse(data.toString()), binary }));
  socket.on('error', () => {});
  const closed = new Promise<number>((resolve) => socket.on('close', resolve));
  await new Promise((resolve) => socket.once('open', resolve));
  return { bus, socket, closed, next: inbox.next };
}

describe('a WebSocket at /tsrv', () => {
  test('reads binary frames as text and answers text', async () => {
    const { socket, next } = await openWebSocket();
    socket.send(Buffer.from(PING));
    expect(await next()).toEqual({ message: PONG, binary: false });
  });

  test('joins fragments', async () => {
    const { socket, next } = await openWebSocket();
    socket.send(PING.slice(0, 5), { fin: false });
    socket.send(PING.slice(5, 9), { fin: false });
    socket.send(PING.slice(9), { fin: true });
    expect((await next()).message).toEqual(PONG);
  });

  test('outlives bad UTF-8, bad JSON and an empty frame', async () => {
    const { socket, next } = await openWebSocket();
    for (const data of [Buffer.from([0x22, 0xff, 0x22]), 'nonsense', '']) {
      socket.send(data);
      expect((await next()).message).toMatchObject(malformed);
    }
    socket.send(PING);
    expect((await next()).message).toEqual(PONG);
  });

  test('closes with 1009 for a message that is too long', async () => {
    const { socket, closed } = await openWebSocket({ ...ALL_ACCESS, maxMessageBytes: 1024 });
    socket.send('x'.repeat(1025));
    expect(await closed).toBe(1009);
  });

  test('closes when WebSocket’s own framing is broken', async () => {
    const { socket, closed } = await openWebSocket();
    const { _socket: raw } = socket as unknown as { _socket: Socket };
    raw.write(Buffer.from([0x83, 0x80, 0, 0, 0, 0])); // opcode 3 is reserved (RFC 6455 5.2)
    expect(await closed).toBe(1002);
  });

  test('writes the answers of one turn at once', async () => {
    const { socket, next, bus } = await openWebSocket();
    echo(bus, 'echo');
    const { _socket: raw } = socket as unknown as { _socket: Socket };
    const chunks: Buffer[] = [];
    raw.on('data', (chunk: Buffer) => chunks.push(chunk));
    raw.cork();
    for (let index = 0; index < 20; index += 1) {
      socket.send(JSON.stringify({ address: 'echo', reply_address: `r${index}`, data: index }));
    }
    raw.uncork();
    for (let index = 0; index < 20; index += 1) expect((await next()).message).toMatchObject({ data: index });
    expect(chunks.length).toBeLessThan(5);
  });
});

describe('TCP with lengths', () => {
  test('answers a frame of length 0 as a malformed Message, and goes on', async () => {
    const { avqPort } = await startBridgeBus();
    const client = await openTcp(avqPort);
    client.sendText('');
    expect(await client.next()).toMatchObject(malformed);
    client.socket.write(Buffer.concat([Buffer.from([0, 0, 0, 2, 0xff, 0xfe]), encodeFrame(PING)]));
    expect(await client.next()).toMatchObject(malformed);
    expect(await client.next()).toEqual(PONG);
  });

  test.each([
    ['negative', [0xff, 0xff, 0xff, 0xff]],
    ['over the limit', [0x00, 0x10, 0x00, 0x00]],
  ])('says why and closes for a length that is %s', async (_name, prefix) => {
    const { avqPort, tcpPort } = await startBridgeBus();
    const client = await openTcp(avqPort);
    client.socket.write(Buffer.from(prefix));
    expect(await client.next()).toMatchObject(malformed);
    await client.closed;
    const bridge = await openTcp(tcpPort);
    bridge.socket.write(Buffer.from(prefix));
    expect(await bridge.next()).toEqual({ type: 'err', message: 'max_message_length_reached' });
    await bridge.closed;
  });

  test('says why once, whatever else comes after a bad length', async () => {
    const refusals: string[] = [];
    const log: Log = { ...silentLog, info: (_fields, message) => refusals.push(message) };
    const { avqPort } = await startBridgeBus({ ...ALL_ACCESS, log });
    const socket = connect({ port: avqPort, host: '127.0.0.1', allowHalfOpen: true });
    socket.write(Buffer.alloc(4, 0xff));
    await new Promise((resolve) => socket.once('data', resolve));
    for (let chunk = 0; chunk < 3; chunk += 1) {
      await new Promise((resolve) => socket.write(Buffer.alloc(8, 0xff), resolve));
      // What another connection sends later is read later.
      await expectAvqSilence(await openTcp(avqPort));
    }
    expect(refusals).toEqual(['refused']);
    socket.destroy();
  });

  test.each(['SEND', 'RECEIVE'] as const)(
    'answers a client that has closed its half while the hook thinks about a %s',
    async (type) => {
      const asked = Promise.withResolvers<void>();
      const held = Promise.withResolvers<boolean>();
      const bus = await startBridgeBus({
        ...ALL_ACCESS,
        hook(event) {
          if (event.type !== type) return true;
          asked.resolve();
          return held.promise;
        },
      });
      echo(bus, 'echo');
      const client = await openTcp(bus.tcpPort);
      client.send({ type: 'send', address: 'echo', replyAddress: 'r', body: 'at last' });
      client.socket.end();
      await asked.promise;
      await expectTcpSilence(await openTcp(bus.tcpPort));
      held.resolve(true);
      expect(await client.next()).toMatchObject({ body: 'at last' });
      await client.closed;
    },
  );

  test('answers a client that has closed its half, then closes', async () => {
    const bus = await startBridgeBus();
    const answers: (() => void)[] = [];
    bus.engine.register('slow', ({ respond }) => {
      answers.push(() => respond?.({ body: 'at last', headers: NO_HEADERS }));
    });
    const client = await openTcp(bus.avqPort);
    client.send({ address: 'slow', reply_address: 'r' });
    client.socket.end();
    await eventually(() => answers.length === 1);
    answers[0]?.();
    expect(await client.next()).toMatchObject({ data: 'at last' });
    await client.closed;
  });

  test('stays in step after a message that nobody understands, on the bridge too', async () => {
    const { tcpPort } = await startBridgeBus();
    const client = await openTcp(tcpPort);
    for (const message of [{ type: 'what', address: 'a' }, { address: 'a' }]) {
      client.send(message);
      expect(await client.next()).toEqual({ type: 'err', message: 'unknown_type' });
    }
    client.send({ type: 'send', address: 'a', headers: { h: null } });
    expect(await client.next()).toEqual({ type: 'err', message: 'invalid_headers' });
    client.sendText('not JSON at all');
    client.send({ type: 'ping' });
    expect(await client.next()).toEqual({ type: 'pong' });
  });
});

/** Nothing has been said to an AVQ client but what was read. */
async function expectAvqSilence(client: Awaited<ReturnType<typeof openTcp>>): Promise<void> {
  client.sendText(PING);
  expect(await client.next()).toEqual(PONG);
}

describe('a client whose machine has lost its power', () => {
  test.each(['TCP', 'HTTP'])('is found out by TCP itself: %s', async (way) => {
    const keepAlive = vi.spyOn(Socket.prototype, 'setKeepAlive');
    const bus = await startBridgeBus();
    if (way === 'TCP') await expectAvqSilence(await openTcp(bus.avqPort));
    else await expectSilence(await openRaw(bus));
    expect(keepAlive).toHaveBeenCalledWith(true, 30_000);
  });
});

describe('the end of a session over TCP', () => {
  test('cuts a client that keeps its own half open, a second later', async () => {
    const clock = createFakeClock(0);
    const { bus, avqPort } = await startBridgeBus({ ...ALL_ACCESS, clock });
    const socket = connect({ port: avqPort, host: '127.0.0.1', allowHalfOpen: true });
    const closed = new Promise((resolve) => socket.on('close', () => resolve('closed')));
    socket.on('error', () => {});
    socket.write(encodeFrame(PING));
    await new Promise((resolve) => socket.once('data', resolve));
    const halfClosed = new Promise((resolve) => socket.once('end', resolve));
    bus.close();
    await halfClosed;
    clock.advance(999);
    expect([clock.pending, socket.destroyed]).toEqual([1, false]);
    clock.advance(1);
    // What is written to a socket that is gone is answered with a reset.
    const writing = setInterval(() => socket.write('x'), 5);
    expect(await closed).toBe('closed');
    clearInterval(writing);
  });

  test('leaves no timer behind when the client closes, too', async () => {
    const clock = createFakeClock(0);
    const { bus, avqPort } = await startBridgeBus({ ...ALL_ACCESS, clock });
    const client = await openTcp(avqPort);
    client.sendText(PING);
    await client.next();
    bus.close();
    await client.closed;
    await eventually(() => clock.pending === 0);
  });
});

describe('the limit of connections', () => {
  test('counts those of all listeners together', async () => {
    const { url, tcpPort, avqPort } = await startBridgeBus({ ...ALL_ACCESS, maxConnections: 2 });
    const first = await openTcp(avqPort);
    first.sendText(PING);
    expect(await first.next()).toEqual(PONG);
    const second = await openTcp(tcpPort);
    await expectTcpSilence(second);
    await expect(fetch(`${url}/eventbus/info`)).rejects.toThrow();
    first.close();
    await first.closed;
    await eventually(async () => (await fetch(`${url}/eventbus/info`)).status === 200);
  });
});

describe('a defect of the bus', () => {
  const errors: string[] = [];
  const options: BridgeBusOptions = {
    ...ALL_ACCESS,
    log: { ...silentLog, error: (_fields, message) => errors.push(message) },
    services: {
      serves(address) {
        if (address === 'defect') throw new Error('nobody thought of this');
        return false;
      },
    },
  };
  const name = 'BUS_INTERNAL_ERROR';

  test('is logged and answered, and the connection goes on: AVQ over TCP', async () => {
    errors.length = 0;
    const client = await openTcp((await startBridgeBus(options)).avqPort);
    client.socket.cork();
    client.send({ address: 'defect', reply_address: 'r' });
    client.sendText(PING);
    client.socket.uncork();
    expect(await client.next()).toMatchObject({ type: 'error', address: 'r', data: { name } });
    expect(await client.next()).toEqual(PONG);
    expect(errors).toEqual(['a message failed']);
  });

  test('is logged and answered, and the connection goes on: AVQ over WebSocket', async () => {
    const { socket, next } = await openWebSocket(options);
    socket.send('{"address":"defect"}');
    expect((await next()).message).toMatchObject({ type: 'error', data: { name } });
    socket.send(PING);
    expect((await next()).message).toEqual(PONG);
  });

  test('after a request was taken gives its place back, and answers', async () => {
    const services: BridgeBusOptions['services'] = {
      serves: () => true,
      permits: () => true,
      handle({ admit, body }, respond) {
        const refused = admit();
        if (refused) return respond(refused);
        if (body === 'defect') throw new Error('nobody thought of this');
        respond({ body, headers: NO_HEADERS });
      },
    };
    const bus = await startBridgeBus({ ...ALL_ACCESS, services, limits: { maxInFlightPerConnection: 1 } });
    const client = await openTcp(bus.avqPort);
    client.send({ address: 'a', reply_address: 'r', data: 'defect' });
    expect(await client.next()).toMatchObject({ type: 'error', address: 'r', data: { name } });
    expect(bus.bus.inFlight).toBe(0);
    client.send({ address: 'a', reply_address: 'r', data: 'fine' });
    expect(await client.next()).toMatchObject({ type: 'send', data: 'fine' });
  });

  test('is logged and answered, and the connection goes on: the bridges, asked by a hook or not', async () => {
    for (const hook of [undefined, () => true, () => Promise.resolve(true)]) {
      const bus = await startBridgeBus({ ...options, ...(hook && { hook }) });
      const tcp = await openTcp(bus.tcpPort);
      tcp.send({ type: 'send', address: 'defect' });
      expect(await tcp.next()).toEqual({ type: 'err', message: 'internal_error' });
      await expectTcpSilence(tcp);
      const raw = await openRaw(bus);
      raw.send({ type: 'send', address: 'defect' });
      expect(await raw.next()).toEqual({ type: 'err', body: 'internal_error' });
      await expectSilence(raw);
    }
  });
});

describe('bytes that are not UTF-8', () => {
  test('inside a message to the SockJS bridge are no JSON, and are never delivered changed', async () => {
    const bus = await startBridgeBus();
    const delivered = createInbox<unknown>();
    bus.engine.register('a', ({ body }) => delivered.put(body));
    const socket = new WebSocket(`${bus.url.replace('http', 'ws')}/eventbus/websocket`);
    const answer = new Promise((resolve) => socket.once('message', (data) => resolve(JSON.parse(`${data}`))));
    await new Promise((resolve) => socket.once('open', resolve));
    socket.send(Buffer.from('{"type":"send","address":"a","body":"\xff"}', 'latin1'));
    expect(await answer).toEqual({ type: 'err', body: 'invalid_json' });
    expect(delivered.waiting()).toBe(0);
    socket.terminate();
  });
});

describe('the old liveness rule', () => {
  const old = '{"type":"ping","replyAddress":"r"}';

  async function start(legacyPing: boolean) {
    const clock = createFakeClock(0);
    const { avqPort } = await startBridgeBus({ ...ALL_ACCESS, clock, legacyPing });
    const client = await openTcp(avqPort);
    return { clock, client };
  }

  test('pings a client of the older spelling every 15 s, and keeps it when it answers', async () => {
    const { clock, client } = await start(true);
    client.sendText(old);
    await client.next();
    for (const untilPingMs of [15_000, 13_000]) {
      clock.advance(untilPingMs);
      const ping = await client.next();
      expect(ping).toMatchObject({ type: 'ping', address: 'topics.default.ping' });
      client.send({ type: 'pong', address: ping.replyAddress });
      client.sendText(PING);
      expect(await client.next()).toEqual(PONG);
      clock.advance(2000);
    }
    client.sendText(PING);
    expect(await client.next()).toEqual(PONG);
  });

  test('cuts one that does not answer in 2 s', async () => {
    const { clock, client } = await start(true);
    client.sendText(old);
    await client.next();
    clock.advance(15_000);
    await client.next();
    clock.advance(2000);
    await client.closed;
  });

  test('cuts one that only talks of a pong', async () => {
    const { clock, client } = await start(true);
    client.sendText(old);
    await client.next();
    clock.advance(15_000);
    await client.next();
    client.sendText('{"type":"ping","reply_address":"r","data":{"type":"pong"}}');
    expect(await client.next()).toEqual(PONG);
    clock.advance(2000);
    await client.closed;
  });

  test('leaves one alone that only talks of the older spelling', async () => {
    const { clock, client } = await start(true);
    client.sendText('{"type":"ping","reply_address":"r","data":{"replyAddress":"x"}}');
    expect(await client.next()).toEqual(PONG);
    clock.advance(60_000);
    client.sendText(PING);
    expect(await client.next()).toEqual(PONG);
  });

  test('leaves everybody else alone', async () => {
    const { clock, client } = await start(true);
    client.sendText(PING);
    await client.next();
    clock.advance(60_000);
    client.sendText(PING);
    expect(await client.next()).toEqual(PONG);
    const off = await start(false);
    off.client.sendText(old);
    await off.client.next();
    off.clock.advance(60_000);
    off.client.sendText(PING);
    expect(await off.client.next()).toEqual(PONG);
  });
});

describe('a consumer that does not read', () => {
  test.each(['AVQ over TCP', 'the TCP bridge', 'AVQ over WebSocket', 'a raw SockJS WebSocket'])(
    'is disconnected at its queue limit: %s',
    async (way) => {
      const bus = await startBridgeBus({ ...ALL_ACCESS, maxQueuedBytes: 200_000 });
      const path = { 'AVQ over WebSocket': '/tsrv', 'a raw SockJS WebSocket': '/eventbus/websocket' }[way];
      const register = JSON.stringify({
        type: way.startsWith('AVQ') ? 'listen' : 'register',
        address: 'flood',
      });
      let socket: Socket;
      if (path === undefined) {
        socket = connect(way === 'AVQ over TCP' ? bus.avqPort : bus.tcpPort, '127.0.0.1');
        socket.write(encodeFrame(register));
      } else {
        const webSocket = new WebSocket(`${bus.url.replace('http', 'ws')}${path}`);
        webSocket.on('error', () => {});
        await new Promise((resolve) => webSocket.once('open', resolve));
        webSocket.send(register);
        socket = (webSocket as unknown as { _socket: Socket })._socket;
      }
      await eventually(() => bus.engine.has('flood'));
      socket.pause();
      socket.on('error', () => {});
      const neighbour = await openRaw(bus);
      const body = 'x'.repeat(65_536);
      await vi.waitUntil(
        () => {
          bus.engine.publish({ address: 'flood', body, headers: NO_HEADERS });
          return !bus.engine.has('flood');
        },
        { timeout: 10_000, interval: 1 },
      );
      socket.destroy();
      neighbour.send({ type: 'register', address: 'flood' });
      await eventually(() => bus.engine.has('flood'));
    },
  );
});
