import { connect, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { NO_HEADERS } from '#core/message.ts';
import { encodeFrame } from '#protocol/length-prefix.ts';
import { ALL_ACCESS, type BridgeBus, echo, startBridgeBus } from '../bridge/bridge-bus.ts';
import { eventually } from '../support/eventually.ts';

const BODY = 'x'.repeat(4096);

/** More than the kernel keeps for both directions of a connection (bytes). */
const ENOUGH = 100_000_000;

const LIMITED = { ...ALL_ACCESS, maxQueuedBytes: 200_000 };

type Spout = { socket: Socket; send(text: string): void };

function overTcp(port: number): Spout {
  const socket = connect(port, '127.0.0.1');
  return { socket, send: (text) => void socket.write(encodeFrame(text)) };
}

async function overWebSocket(url: string, frame: (text: string) => string): Promise<Spout> {
  const webSocket = new WebSocket(url.replace('http', 'ws'));
  webSocket.on('error', () => {});
  await new Promise((resolve) => webSocket.once('open', resolve));
  const { _socket: socket } = webSocket as unknown as { _socket: Socket };
  return { socket, send: (text) => webSocket.send(frame(text)) };
}

const asIs = (text: string) => text;

type Way = (bus: BridgeBus) => Spout | Promise<Spout>;

const WAYS: Readonly<Record<string, Way>> = {
  'AVQ over TCP': ({ avqPort }) => overTcp(avqPort),
  'AVQ over WebSocket': ({ url }) => overWebSocket(`${url}/tsrv`, asIs),
  'the TCP bridge': ({ tcpPort }) => overTcp(tcpPort),
  'a raw SockJS WebSocket': ({ url }) => overWebSocket(`${url}/eventbus/websocket`, asIs),
  'a framed SockJS WebSocket': ({ url }) =>
    overWebSocket(`${url}/eventbus/000/firehose/websocket`, (text) => JSON.stringify([text])),
};

function requestOf(way: string): string {
  const common = { type: 'send', address: 'echo', headers: {} };
  return JSON.stringify(
    way.startsWith('AVQ')
      ? { ...common, data: BODY, reply_address: 'r' }
      : { ...common, body: BODY, replyAddress: 'r' },
  );
}

describe('a client that sends for ever and reads nothing', () => {
  test.each(Object.entries(WAYS))('is cut off: %s', async (way, open) => {
    const bus = await startBridgeBus(LIMITED);
    echo(bus, 'echo');
    const { socket, send } = await open(bus);
    let isCut = false;
    socket.on('error', () => {});
    socket.on('close', () => {
      isCut = true;
    });
    socket.pause();
    onTestFinished(() => void socket.destroy());
    const text = requestOf(way);
    let sent = 0;
    for (; !isCut && sent < ENOUGH; sent += text.length) {
      send(text);
      // Reset only once what the client has sent was taken, so it goes at the bus's pace.
      if (socket.writableLength > 65_536 || sent % 1000 === 0)
        await new Promise((resolve) => setImmediate(resolve));
    }
    await eventually(() => bus.bus.connections === 0);
    expect(sent).toBeLessThan(ENOUGH);
  });

  test.each(['xhr', 'xhr_streaming'])('loses its session: %s', async (transport) => {
    const bus = await startBridgeBus(LIMITED);
    echo(bus, 'echo');
    const base = `${bus.url}/eventbus/000/firehose`;
    const opened = connect(Number(new URL(bus.url).port), '127.0.0.1');
    opened.on('error', () => {});
    onTestFinished(() => void opened.destroy());
    opened.write(
      `POST /eventbus/000/firehose/${transport} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n`,
    );
    await eventually(() => bus.bus.connections === 1);
    const body = JSON.stringify(Array.from({ length: 20 }, () => requestOf('SockJS')));
    let sent = 0;
    while (bus.bus.connections > 0 && sent < ENOUGH) {
      await fetch(`${base}/xhr_send`, { method: 'POST', body });
      sent += body.length;
    }
    expect(sent).toBeLessThan(2_000_000);
    expect(bus.bus.connections).toBe(0);
  });
});

describe('a client that listens and never polls', () => {
  test('loses its session to what is published', async () => {
    const bus = await startBridgeBus(LIMITED);
    const base = `${bus.url}/eventbus/000/listener`;
    await fetch(`${base}/xhr`, { method: 'POST' });
    const register = JSON.stringify([JSON.stringify({ type: 'register', address: 'news' })]);
    await fetch(`${base}/xhr_send`, { method: 'POST', body: register });
    await eventually(() => bus.engine.has('news'));
    for (let index = 0; index < 60; index += 1) {
      bus.engine.publish({ address: 'news', body: BODY, headers: NO_HEADERS });
      await new Promise((resolve) => setImmediate(resolve));
    }
    await eventually(() => !bus.engine.has('news'));
    expect(bus.bus.connections).toBe(0);
  });
});

describe('a connection that never stops sending', () => {
  test.each(Object.entries(WAYS))('leaves the turns between to others: %s', async (_way, open) => {
    const bus = await startBridgeBus(ALL_ACCESS);
    let inTurn = 0;
    let most = 0;
    let all = 0;
    bus.engine.register('sink', ({ respond }) => {
      respond?.({ body: null, headers: NO_HEADERS });
      if (inTurn === 0) {
        setImmediate(() => {
          inTurn = 0;
        });
      }
      all += 1;
      inTurn += 1;
      most = Math.max(most, inTurn);
    });
    const { socket, send } = await open(bus);
    onTestFinished(() => void socket.destroy());
    const text = JSON.stringify({ type: 'send', address: 'sink', body: 'x'.repeat(970), headers: {} });
    const messages = 4000;
    socket.cork();
    for (let index = 0; index < messages; index += 1) send(text);
    socket.uncork();
    await eventually(() => all === messages);
    // 64 KiB and what was begun before; a system that is let hands over 2 MiB.
    expect(most).toBeLessThan(200);
  });
});
