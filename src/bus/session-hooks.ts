import type { Socket } from 'node:net';
import type { PeerCertificate } from 'node:tls';
import { isJsonObject, parseJson } from '#core/json.ts';
import type { Log } from '#core/log.ts';
import type { Dialect, Frame, ReadableFrame } from '#protocol/frame.ts';
import { type BridgeEventType, type BridgeHook, type BridgeSocket, HookQueue } from './hooks.ts';
import { withoutCredentials } from './identity.ts';

const EVENTS: Readonly<Record<ReadableFrame['kind'], BridgeEventType | undefined>> = {
  send: 'SEND',
  fail: 'SEND',
  publish: 'PUBLISH',
  register: 'REGISTER',
  unregister: 'UNREGISTER',
  ping: undefined,
  pong: undefined,
};

/** The message as an object of its own, for a hook to look at and to change. */
function toRaw(text: string): Record<string, unknown> {
  const raw = parseJson(text);
  if (!isJsonObject(raw)) return {};
  return isJsonObject(raw.headers) ? withoutCredentials(raw as { headers: Record<string, string> }) : raw;
}

/** What a hook may be told about the network's end of a connection. */
export function describeSocket(
  socket: Socket | undefined,
): Pick<BridgeSocket, 'remoteAddress' | 'peerCertificate'> {
  return {
    remoteAddress: socket?.remoteAddress,
    peerCertificate() {
      if (!socket || !('getPeerCertificate' in socket)) return undefined;
      const { getPeerCertificate } = socket as unknown as { getPeerCertificate(): PeerCertificate };
      return getPeerCertificate.call(socket);
    },
  };
}

/** The events of one connection, and what the hook makes of its messages. */
export class SessionHooks {
  readonly #dialect: Dialect;
  readonly #incoming: HookQueue;
  /** Apart from the other, so that a hook may wait for a message that this connection is to get. */
  readonly #outgoing: HookQueue;

  constructor(
    hook: BridgeHook,
    options: { dialect: Dialect; socket: BridgeSocket; log: Log; isGone: () => boolean },
  ) {
    const { dialect, socket, log, isGone } = options;
    this.#dialect = dialect;
    this.#incoming = new HookQueue(hook, socket, log, isGone);
    this.#outgoing = new HookQueue(hook, socket, log, isGone);
  }

  /** Messages of the peer that wait for an answer of the hook's. */
  get incomingWaiting(): number {
    return this.#incoming.waiting;
  }

  /** Messages for the peer that wait for an answer of the hook's. */
  get outgoingWaiting(): number {
    return this.#outgoing.waiting;
  }

  /** Everything else of the connection waits for the answer. */
  created(reject: () => void): void {
    this.#incoming.ask('SOCKET_CREATED', null, (allowed) => {
      if (!allowed) reject();
    });
  }

  /** `decide` gets the frame as the hook left it; undefined where it said no. */
  incoming(frame: ReadableFrame, text: string, decide: (frame: Frame | undefined) => void): void {
    const type = EVENTS[frame.kind];
    if (type === undefined) {
      this.#incoming.tell('SOCKET_PING');
      return decide(frame);
    }
    const raw = toRaw(text);
    this.#incoming.ask(type, raw, (allowed) =>
      decide(allowed ? this.#dialect.read(JSON.stringify(raw)) : undefined),
    );
  }

  /** `write` gets a delivery or a reply as the hook left it, unless it said no. */
  outgoing(text: string, write: (text: string) => void): void {
    const raw = toRaw(text);
    this.#outgoing.ask('RECEIVE', raw, (allowed) => {
      if (allowed) write(JSON.stringify(raw));
    });
  }

  /** Calls `run` once the messages that came in are decided upon. */
  whenIncomingAnswered(run: () => void): void {
    this.#incoming.whenAnswered(run);
  }

  /** Calls `run` once what is to go out is written, or dropped. */
  whenOutgoingAnswered(run: () => void): void {
    this.#outgoing.whenAnswered(run);
  }

  idle(decide: (allowed: boolean) => void): void {
    this.#incoming.ask('SOCKET_IDLE', null, decide);
  }

  registered(address: string): void {
    this.#incoming.tell('REGISTERED', { type: 'register', address });
  }

  failed(error: Error): void {
    const { message } = error;
    this.#incoming.tell('SOCKET_ERROR', { type: 'err', failureType: 'socketException', message });
  }

  closed(addresses: Iterable<string>): void {
    for (const address of addresses) this.#incoming.tell('UNREGISTER', { type: 'unregister', address });
    this.#incoming.tell('SOCKET_CLOSED');
  }
}
