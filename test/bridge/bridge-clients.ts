import { connect, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { expect, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { encodeFrame, LengthPrefixDecoder } from '#protocol/length-prefix.ts';
import { type BridgeBus, createInbox } from './bridge-bus.ts';

type Received = Record<string, unknown>;

/** One connection, whatever it speaks. */
export type BridgeClient = {
  send(message: unknown): void;
  sendText(text: string): void;
  /** The next message; rejects when the connection has ended without one. */
  next(): Promise<Received>;
  /** What was said at the end. */
  readonly closed: Promise<string>;
  close(): void;
  /** Cuts the connection without a word. */
  cut(): void;
};

/** Certificates of tests are nobody's. */
const ANY_CERTIFICATE = { rejectUnauthorized: false };

const ENDED: Received = { ended: true };

function createClient(actions: { write(text: string): void; close(): void; cut(): void }) {
  const inbox = createInbox<Received>();
  const ended = Promise.withResolvers<string>();
  const client: BridgeClient = {
    send: (message) => actions.write(JSON.stringify(message)),
    sendText: actions.write,
    async next() {
      const message = await inbox.next();
      if (message === ENDED) throw new Error('the connection ended without a further message');
      return message;
    },
    closed: ended.promise,
    close: actions.close,
    cut: actions.cut,
  };
  onTestFinished(() => actions.cut());
  return {
    client,
    receive: (text: string) => inbox.put(JSON.parse(text)),
    end: (how: string) => {
      inbox.put(ENDED);
      ended.resolve(how);
    },
  };
}

function opened(socket: WebSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.on('open', () => resolve());
    socket.on('error', reject);
  });
}

/** `/eventbus/websocket`: one JSON text a message; text frames, answered in kind. */
export async function openRaw({ url }: BridgeBus, path = '/eventbus/websocket'): Promise<BridgeClient> {
  const socket = new WebSocket(url.replace('http', 'ws') + path, ANY_CERTIFICATE);
  const { client, receive, end } = createClient({
    write: (text) => socket.send(text),
    close: () => socket.close(),
    cut: () => socket.terminate(),
  });
  socket.on('message', (data) => receive(data.toString()));
  socket.on('close', (code, reason) => end(`${code} ${reason}`));
  await opened(socket);
  return client;
}

let sessions = 0;

/** The same inside SockJS frames. */
export async function openFramed({ url }: BridgeBus, query = ''): Promise<BridgeClient> {
  sessions += 1;
  const socket = new WebSocket(
    `${url.replace('http', 'ws')}/eventbus/000/session${sessions}/websocket${query}`,
    ANY_CERTIFICATE,
  );
  let last = '';
  const { client, receive, end } = createClient({
    write: (text) => socket.send(JSON.stringify([text])),
    close: () => socket.close(),
    cut: () => socket.terminate(),
  });
  const greeted = Promise.withResolvers<void>();
  socket.on('message', (data) => {
    const frame = data.toString();
    if (frame === 'o') greeted.resolve();
    if (frame.startsWith('a')) for (const text of JSON.parse(frame.slice(1))) receive(text);
    if (frame.startsWith('c')) last = frame;
  });
  socket.on('close', () => {
    greeted.resolve();
    end(last);
  });
  await opened(socket);
  await greeted.promise;
  return client;
}

/** Messages after their length: the TCP bridge's, or ours at another port. */
export function openTcp(
  to: number | { path: string },
  tls?: ConnectionOptions,
): Promise<BridgeClient & { socket: Socket }> {
  const { promise, resolve, reject } = Promise.withResolvers<BridgeClient & { socket: Socket }>();
  const target = typeof to === 'number' ? { host: '127.0.0.1', port: to } : to;
  const socket: Socket = tls ? connectTls({ ...tls, ...target }) : connect(target);
  const decoder = new LengthPrefixDecoder(16_777_216);
  const { client, receive, end } = createClient({
    write: (text) => void socket.write(encodeFrame(text)),
    close: () => socket.end(),
    cut: () => socket.destroy(),
  });
  socket.on('data', (chunk: Buffer) => decoder.push(chunk, (frame) => receive(frame.toString())));
  socket.on('close', () => end(''));
  socket.on('error', reject);
  socket.on(tls ? 'secureConnect' : 'connect', () => resolve({ ...client, socket }));
  return promise;
}

/** Nothing has been sent to a SockJS client but what was read: it would come before the answer to nonsense. */
export async function expectSilence(client: BridgeClient): Promise<void> {
  client.send({ type: 'nonsense', address: 'any' });
  expect(await client.next()).toEqual({ type: 'err', body: 'invalid_type' });
}

/** The same for the TCP bridge, which answers pings. */
export async function expectTcpSilence(client: BridgeClient): Promise<void> {
  client.send({ type: 'ping' });
  expect(await client.next()).toEqual({ type: 'pong' });
}
