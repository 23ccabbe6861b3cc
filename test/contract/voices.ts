// @ts-expect-error the package has no type declarations
import untypedSockJs from 'sockjs-client';
import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { encodeFrame } from '#protocol/length-prefix.ts';
import { type BridgeBus, createInbox } from '../bridge/bridge-bus.ts';
import { openFramed, openRaw, openTcp } from '../bridge/bridge-clients.ts';

type Message = Record<string, unknown>;

/** The answer to a request: a body, or what is said of its failure. */
type Answer = { body: unknown; headers: unknown } | { failure: Message };

type Heard = {
  readonly address: string;
  readonly body: unknown;
  readonly headers: Record<string, unknown>;
  /** As it was sent, where the dialect tells. */
  readonly kind: 'send' | 'publish' | undefined;
  reply(body: unknown): void;
  fail(code: number, text: string): void;
};

/** One client of the bus, whatever it speaks. */
export type Voice = {
  register(address: string): void;
  unregister(address: string): void;
  send(address: string, body: unknown): void;
  publish(address: string, body: unknown): void;
  request(address: string, body: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** A text that nobody can read. */
  babble(): void;
  ping(): Promise<unknown>;
  /** The next message at a registered address. */
  hear(): Promise<Heard>;
  /** The next refusal that belongs to no request. */
  refused(): Promise<Message>;
  /** Everything said so far has been carried out. */
  settled(): Promise<void>;
};

export type VoiceKind = {
  readonly name: string;
  readonly dialect: 'avq' | 'sockjs' | 'tcp';
  readonly open: (bus: BridgeBus) => Promise<Voice>;
};

type Wire = { write(message: Message | string): void; onMessage: (message: Message) => void };

let replies = 0;

/** Routes what comes in: answers to their requests, refusals, deliveries. */
function createVoice(
  wire: Wire,
  dialect: {
    envelope(
      kind: string,
      address: string,
      body: unknown,
      rest: { reply?: string; headers?: object },
    ): Message;
    read(message: Message): {
      to: string;
      answer?: Answer;
      heard?: Omit<Heard, 'reply' | 'fail'>;
      replyTo?: unknown;
    };
    isRefusal(message: Message): boolean;
    fail(address: string, code: number, text: string): Message;
    types: { register: string; unregister: string };
  },
): Voice {
  const heard = createInbox<Heard>();
  const refusals = createInbox<Message>();
  const waiting = new Map<string, (answer: Answer) => void>();
  const pongs = createInbox<unknown>();
  wire.onMessage = (message) => {
    if (message.type === 'pong') return pongs.put(message);
    if (dialect.isRefusal(message)) return refusals.put(message);
    const { to, answer, heard: delivery, replyTo } = dialect.read(message);
    const resolve = waiting.get(to);
    if (resolve && answer) {
      waiting.delete(to);
      return resolve(answer);
    }
    if (!delivery) throw new Error(`nobody waits for ${JSON.stringify(message)}`);
    heard.put({
      ...delivery,
      reply: (body) => wire.write(dialect.envelope('send', String(replyTo), body, {})),
      fail: (code, text) => wire.write(dialect.fail(String(replyTo), code, text)),
    });
  };
  const request: Voice['request'] = (address, body, headers = {}) => {
    replies += 1;
    const reply = `reply-${replies}`;
    wire.write(dialect.envelope('send', address, body, { reply, headers }));
    return new Promise((resolve) => waiting.set(reply, resolve));
  };
  return {
    register: (address) => wire.write(dialect.envelope(dialect.types.register, address, undefined, {})),
    unregister: (address) => wire.write(dialect.envelope(dialect.types.unregister, address, undefined, {})),
    send: (address, body) => wire.write(dialect.envelope('send', address, body, {})),
    publish: (address, body) => wire.write(dialect.envelope('publish', address, body, {})),
    request,
    babble: () => wire.write('{"type":'),
    ping: () => {
      wire.write({ type: 'ping' });
      return pongs.next();
    },
    hear: heard.next,
    refused: refusals.next,
    settled: async () => void (await request('echo', 'settled')),
  };
}

const TEXTS: Record<string, string> = {};

function avqVoice(wire: Wire): Voice {
  return createVoice(wire, {
    envelope: (type, address, data, { reply, headers }) => ({
      type,
      address,
      reply_address: reply ?? null,
      data,
      headers: headers ?? TEXTS,
    }),
    read: ({ type, address, reply_address: replyTo, data, headers }) => ({
      to: String(address),
      answer: type === 'error' ? { failure: data as Message } : { body: data, headers },
      heard: {
        address: String(address),
        body: data,
        headers: (headers ?? {}) as Record<string, unknown>,
        kind: type as 'send' | 'publish',
      },
      replyTo,
    }),
    isRefusal: ({ type, address }) => type === 'error' && address === null,
    fail: (address, code, text) => ({
      type: 'error',
      address,
      data: { description: text, name: 'RECIPIENT_FAILURE', code },
    }),
    types: { register: 'listen', unregister: 'unlisten' },
  });
}

function vertxVoice(wire: Wire): Voice {
  return createVoice(wire, {
    envelope: (type, address, body, { reply, headers }) => ({
      type,
      address,
      body,
      ...(reply && { replyAddress: reply }),
      ...(headers && { headers }),
    }),
    read: (message) => {
      const { type, address, replyAddress: replyTo, body = null, headers = {}, send } = message;
      const kinds = { true: 'send', false: 'publish', undefined: undefined } as const;
      return {
        to: String(address),
        answer: type === 'err' ? { failure: message } : { body, headers },
        heard: {
          address: String(address),
          body,
          headers: headers as Record<string, unknown>,
          kind: kinds[String(send) as keyof typeof kinds],
        },
        replyTo,
      };
    },
    isRefusal: ({ type, address }) => type === 'err' && address === undefined,
    fail: (address, failureCode, message) => ({ type: 'send', address, failureCode, message }),
    types: { register: 'register', unregister: 'unregister' },
  });
}

function toWire(write: (text: string) => void): Wire {
  return {
    write: (message) => write(typeof message === 'string' ? message : JSON.stringify(message)),
    onMessage: () => {},
  };
}

async function avqWebSocket({ url }: BridgeBus): Promise<Voice> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/tsrv`);
  onTestFinished(() => socket.terminate());
  const wire = toWire((text) => socket.send(text));
  socket.on('message', (data) => wire.onMessage(JSON.parse(data.toString())));
  await new Promise((resolve) => socket.once('open', resolve));
  return avqVoice(wire);
}

async function lengthPrefixed(port: number, toVoice: (wire: Wire) => Voice): Promise<Voice> {
  const client = await openTcp(port);
  const wire = toWire((text) => void client.socket.write(encodeFrame(text)));
  pump(client.next, wire);
  return toVoice(wire);
}

/** Hands everything that comes on, until the connection ends. */
function pump(next: () => Promise<Message>, wire: Wire): void {
  next().then(
    (message) => {
      wire.onMessage(message);
      pump(next, wire);
    },
    () => {},
  );
}

async function bridgeWebSocket(bus: BridgeBus, open: typeof openRaw): Promise<Voice> {
  const client = await open(bus);
  const wire = toWire((text) => client.sendText(text));
  pump(client.next, wire);
  return vertxVoice(wire);
}

type SockJsClient = {
  onopen: () => void;
  onmessage: (event: { data: string }) => void;
  send(text: string): void;
  close(): void;
};

const SockJs: new (
  url: string,
  protocols: null,
  options: { transports: string; timeout: number },
) => SockJsClient = untypedSockJs;

async function sockJsHttp({ url }: BridgeBus, transports: string): Promise<Voice> {
  const client = new SockJs(`${url}/eventbus`, null, { transports, timeout: 10_000 });
  onTestFinished(() => client.close());
  const wire = toWire((text) => client.send(text));
  client.onmessage = ({ data }) => wire.onMessage(JSON.parse(data));
  await new Promise<void>((resolve) => {
    client.onopen = resolve;
  });
  return vertxVoice(wire);
}

/** One request, one answer: a new voice may ask, but nobody can tell it anything. */
async function avqHttp({ url }: BridgeBus): Promise<Voice> {
  const wire = toWire((text) => {
    fetch(`${url}/tsrv`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: text })
      .then((response) => response.json())
      .then((message) => wire.onMessage(message as Message))
      .catch(() => {}); // a question that the test left open when its bus went
  });
  return avqVoice(wire);
}

/** Every way to talk to the bus. */
export const VOICES: readonly VoiceKind[] = [
  { name: 'AVQ over HTTP', dialect: 'avq', open: avqHttp },
  { name: 'AVQ over WebSocket', dialect: 'avq', open: avqWebSocket },
  { name: 'AVQ over TCP', dialect: 'avq', open: ({ avqPort }) => lengthPrefixed(avqPort, avqVoice) },
  { name: 'SockJS framed WebSocket', dialect: 'sockjs', open: (bus) => bridgeWebSocket(bus, openFramed) },
  { name: 'SockJS raw WebSocket', dialect: 'sockjs', open: (bus) => bridgeWebSocket(bus, openRaw) },
  { name: 'SockJS xhr-streaming', dialect: 'sockjs', open: (bus) => sockJsHttp(bus, 'xhr-streaming') },
  { name: 'SockJS eventsource', dialect: 'sockjs', open: (bus) => sockJsHttp(bus, 'eventsource') },
  { name: 'SockJS xhr-polling', dialect: 'sockjs', open: (bus) => sockJsHttp(bus, 'xhr-polling') },
  { name: 'TCP bridge', dialect: 'tcp', open: ({ tcpPort }) => lengthPrefixed(tcpPort, vertxVoice) },
];
