import { connect, type Socket } from 'node:net';
import { WebSocket } from 'ws';
import { encodeFrame, LengthPrefixDecoder } from '#protocol/length-prefix.ts';
import { type Answer, type DialectName, readAvqAnswer, readBridgeAnswer } from './answer-ledger.ts';
import { type FuzzedBus, SECRET } from './fuzzed-bus.ts';

/** One connection that has shown its secret, whatever it speaks. */
type Wire = {
  readonly isOpen: boolean;
  send(text: string): void;
  close(): void;
};

export type WireKind = {
  readonly name: string;
  readonly dialect: DialectName;
  /** `hear` gets everything that comes but the answer to the greeting. */
  open(bus: FuzzedBus, hear: (text: string) => void): Promise<Wire>;
  /** Throws for what the bus may not write. */
  read(text: string): Answer;
};

export function openSocket(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port }, () => resolve(socket));
    socket.on('error', reject);
  });
}

async function openWebSocket(url: string, hear: (text: string) => void): Promise<Wire> {
  const socket = new WebSocket(url);
  socket.on('message', (data) => hear(data.toString()));
  await new Promise<void>((resolve, reject) => socket.once('open', resolve).once('error', reject));
  return {
    get isOpen() {
      return socket.readyState === WebSocket.OPEN;
    },
    send: (text) => socket.send(text),
    close: () => socket.terminate(),
  };
}

async function openFramed(url: string, hear: (text: string) => void): Promise<Wire> {
  const wire = await openWebSocket(url, (frame) => {
    if (frame.startsWith('a')) for (const text of JSON.parse(frame.slice(1))) hear(text);
  });
  return {
    get isOpen() {
      return wire.isOpen;
    },
    send: (text) => wire.send(JSON.stringify([text])),
    close: wire.close,
  };
}

/** Authenticates by its first message, as a connection does that has no HTTP headers. */
async function openTcp(port: number, greeting: object, hear: (text: string) => void): Promise<Wire> {
  const socket = await openSocket(port);
  const decoder = new LengthPrefixDecoder(16_777_216);
  let isGreeted = false;
  const greeted = Promise.withResolvers<void>();
  socket.on('data', (chunk: Buffer) =>
    decoder.push(chunk, (frame) => {
      if (isGreeted) hear(frame.toString());
      isGreeted = true;
      greeted.resolve();
    }),
  );
  socket.write(encodeFrame(JSON.stringify(greeting)));
  await greeted.promise;
  return {
    get isOpen() {
      return socket.readyState === 'open';
    },
    send: (text) => void socket.write(encodeFrame(text.toWellFormed())),
    close: () => socket.destroy(),
  };
}

const GREETING = { type: 'ping', headers: { authorization: `Bearer ${SECRET}` } };
const ACCESS = `access_token=${SECRET}`;

const readSockJsAnswer = (text: string) => readBridgeAnswer('sockjs', text);

/** Every way to say many messages over one connection. */
export const WIRES: readonly WireKind[] = [
  {
    name: 'AVQ over WebSocket',
    dialect: 'avq',
    read: (text) => readAvqAnswer(text),
    open: ({ httpPort }, hear) => openWebSocket(`ws://127.0.0.1:${httpPort}/tsrv?${ACCESS}`, hear),
  },
  {
    name: 'AVQ over TCP',
    dialect: 'avq',
    read: (text) => readAvqAnswer(text),
    open: ({ avqPort }, hear) => openTcp(avqPort, GREETING, hear),
  },
  {
    name: 'SockJS framed WebSocket',
    dialect: 'sockjs',
    read: readSockJsAnswer,
    open: ({ httpPort }, hear) =>
      openFramed(`ws://127.0.0.1:${httpPort}/eventbus/000/any/websocket?${ACCESS}`, hear),
  },
  {
    name: 'raw bridge WebSocket',
    dialect: 'sockjs',
    read: readSockJsAnswer,
    open: ({ httpPort }, hear) =>
      openWebSocket(`ws://127.0.0.1:${httpPort}/eventbus/websocket?${ACCESS}`, hear),
  },
  {
    name: 'Vert.x TCP bridge',
    dialect: 'tcp',
    read: (text) => readBridgeAnswer('tcp', text),
    open: ({ vertxPort }, hear) => openTcp(vertxPort, GREETING, hear),
  },
];
