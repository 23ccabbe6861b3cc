import type { Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import type { Services } from '#bus/services.ts';
import { type Log, silentLog } from '#core/log.ts';
import { NO_HEADERS } from '#core/message.ts';
import { type BridgeBusOptions, startBridgeBus } from '../bridge/bridge-bus.ts';
import { createCertificate } from '../outbound/certificate.ts';
import { eventually } from '../support/eventually.ts';

const MESSAGES_A_TURN = 64;

const TEXT = 0x81;
const CLOSE = 0x88;
const PING = 0x89;

/** A frame of a client, with a mask that changes nothing. */
function frameOf(text: string, head = TEXT): Buffer {
  const { length } = Buffer.from(text);
  return Buffer.concat([Buffer.from([head, 0x80 | length]), Buffer.alloc(4), Buffer.from(text)]);
}

type Way = {
  readonly path: string;
  readonly messageOf: (body: number) => string;
  readonly malformed: string;
  /** The messages in what the bus has sent. */
  readonly answersIn: (text: string) => readonly string[];
};

const bridgeMessage = (body: number) =>
  JSON.stringify({ type: 'send', address: 's', replyAddress: 'r', body });

const AVQ: Way = {
  path: '/tsrv',
  messageOf: (data) => JSON.stringify({ address: 's', data }),
  malformed: 'x',
  answersIn: (text) => [text],
};

const WAYS: Readonly<Record<string, Way>> = {
  'AVQ over WebSocket': AVQ,
  'a raw SockJS WebSocket': { ...AVQ, path: '/eventbus/websocket', messageOf: bridgeMessage },
  'a framed SockJS WebSocket': {
    path: '/eventbus/000/turns/websocket',
    messageOf: (body) => JSON.stringify([bridgeMessage(body)]),
    malformed: '["x"]',
    answersIn: (text) => (text.startsWith('a') ? JSON.parse(text.slice(1)) : []),
  },
};

/** A client that reads what it is answered, and `atOnce` sends many frames in one write. */
async function openClient(url: string, { path, answersIn }: Way) {
  const webSocket = new WebSocket(url.replace('http', 'ws') + path, { rejectUnauthorized: false });
  onTestFinished(() => webSocket.terminate());
  const answers: string[] = [];
  webSocket.on('message', (data) => answers.push(...answersIn(data.toString())));
  webSocket.on('error', () => {});
  const closed = new Promise((resolve) => webSocket.once('close', resolve));
  await new Promise((resolve) => webSocket.once('open', resolve));
  const { _socket: socket } = webSocket as unknown as { _socket: Socket };
  return {
    webSocket,
    socket,
    answers,
    closed,
    atOnce: (frames: readonly Buffer[]) => void socket.write(Buffer.concat(frames)),
  };
}

/** A bus that answers at once, and remembers what it was asked, and how many messages it took in each turn. */
async function startCountingBus(options: BridgeBusOptions = {}) {
  const bodies: unknown[] = [];
  const perTurn: number[] = [];
  let isTurn = false;
  let onTaken = (): void => {};
  const take = () => {
    if (!isTurn) {
      perTurn.push(0);
      isTurn = true;
      setImmediate(() => {
        isTurn = false;
      });
    }
    perTurn.push((perTurn.pop() ?? 0) + 1);
    onTaken();
  };
  const services: Partial<Services> = {
    serves: () => true,
    permits: () => true,
    handle({ body }, respond) {
      bodies.push(body);
      take();
      respond({ body, headers: NO_HEADERS });
    },
  };
  const log: Log = { ...silentLog, info: (_fields, message) => message === 'refused' && take() };
  const bus = await startBridgeBus({ inbound: [{}], services, log, ...options });
  return {
    ...bus,
    bodies,
    perTurn,
    whenTaken: (call: () => void) => {
      onTaken = call;
    },
  };
}

const numbers = (length: number) => Array.from({ length }, (_, index) => index);

describe.each(Object.entries(WAYS))('messages that come at once: %s', (_name, way) => {
  test('are taken in turns and in their order, a close frame behind them last', async () => {
    const { url, bus, bodies, perTurn } = await startCountingBus();
    const client = await openClient(url, way);
    const all = numbers(1000);
    client.atOnce([...all.map((body) => frameOf(way.messageOf(body))), frameOf('', CLOSE)]);
    expect(await client.closed).toBe(1005);
    await eventually(() => bus.connections === 0);
    expect(bodies).toEqual(all);
    expect(Math.max(...perTurn)).toBe(MESSAGES_A_TURN);
    // SockJS gathers the answers of a turn until its end, when the close frame has been answered.
    expect(client.answers.length).toBeGreaterThanOrEqual(all.length - MESSAGES_A_TURN);
  });

  test('reach other peers where the client is gone behind them', async () => {
    const { url, bus, engine } = await startCountingBus({ services: {} });
    const bodies: unknown[] = [];
    engine.register('s', ({ body }) => void bodies.push(body));
    const client = await openClient(url, way);
    const all = numbers(1000);
    client.atOnce(all.map((body) => frameOf(way.messageOf(body))));
    client.socket.end();
    await eventually(() => bus.connections === 0);
    expect(bodies).toEqual(all);
  });

  test.each(['end', 'resetAndDestroy'] as const)(
    'ask services no more once the client is known to be gone behind them: %s',
    async (leave) => {
      const { url, bus, bodies } = await startCountingBus();
      const client = await openClient(url, way);
      const all = numbers(1000);
      client.atOnce(all.map((body) => frameOf(way.messageOf(body))));
      client.socket.write('', () => client.socket[leave]());
      await eventually(() => bus.connections === 0);
      expect(bodies.length).toBeLessThan(all.length);
    },
  );

  test('are all refused where nobody understands them, and others are heard in between', async () => {
    const counting = await startCountingBus({ maxQueuedBytes: 200_000 });
    const client = await openClient(counting.url, way);
    const quiet = await openClient(counting.url, AVQ);
    let taken = 0;
    let takenBefore = 0;
    counting.whenTaken(() => {
      taken += 1;
      if (taken === 1) quiet.webSocket.send('{"address":"s"}');
      if (counting.bodies.length === 1) takenBefore ||= taken;
    });
    const messages = 9000;
    client.atOnce(numbers(messages).map(() => frameOf(way.malformed)));
    await eventually(
      () => client.answers.length === messages || client.webSocket.readyState > WebSocket.OPEN,
    );
    expect(client.answers).toHaveLength(messages);
    await eventually(() => quiet.answers.length === 1);
    expect(takenBefore).toBeLessThanOrEqual(4 * MESSAGES_A_TURN);
  });

  test('are answered as many pongs as they are pings', async () => {
    const { url } = await startCountingBus();
    const client = await openClient(url, way);
    const quiet = await openClient(url, AVQ);
    const pings = 5000;
    let pongs = 0;
    let pongsBefore: number | undefined;
    client.webSocket.on('pong', () => {
      if (pongs === 0) quiet.webSocket.send('{"address":"s"}');
      pongs += 1;
    });
    quiet.webSocket.on('message', () => {
      pongsBefore = pongs;
    });
    client.atOnce(numbers(pings).map(() => frameOf('', PING)));
    await eventually(() => pongs === pings || client.webSocket.readyState > WebSocket.OPEN);
    expect(pongs).toBe(pings);
    await eventually(() => pongsBefore !== undefined);
    expect(pongsBefore).toBeLessThan(pings);
  });

  test('leave each turn to one of many connections', async () => {
    const { url, bodies, perTurn } = await startCountingBus();
    const clients = await Promise.all(numbers(8).map(() => openClient(url, way)));
    const frames = numbers(1000).map((body) => frameOf(way.messageOf(body)));
    for (const client of clients) client.atOnce(frames);
    await eventually(() => bodies.length === 8000);
    // Those that wait have one message taken.
    expect(perTurn.length).toBeGreaterThan(8000 / (2 * MESSAGES_A_TURN));
    await eventually(() => clients.every(({ answers }) => answers.length === 1000));
  });
});

test('messages that come at once in many records of TLS are taken in turns, too', async () => {
  const { key, cert } = createCertificate();
  const { url, bodies, perTurn } = await startCountingBus({ tls: { key, cert, clientAuth: false } });
  const client = await openClient(url.replace('http', 'https'), AVQ);
  const all = numbers(1200);
  for (const first of numbers(20)) {
    client.atOnce(all.slice(60 * first, 60 * first + 60).map((body) => frameOf(AVQ.messageOf(body))));
  }
  await eventually(() => bodies.length === all.length);
  expect(bodies).toEqual(all);
  expect(Math.max(...perTurn)).toBe(MESSAGES_A_TURN);
});
