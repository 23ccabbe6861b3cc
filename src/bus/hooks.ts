import type { PeerCertificate } from 'node:tls';
import type { Log } from '#core/log.ts';

/** What can happen on a connection of a Vert.x bridge (`BridgeEventType`). */
export type BridgeEventType =
  | 'SOCKET_CREATED'
  | 'SOCKET_CLOSED'
  | 'SOCKET_IDLE'
  | 'SOCKET_PING'
  | 'SOCKET_ERROR'
  | 'SEND'
  | 'PUBLISH'
  | 'RECEIVE'
  | 'REGISTER'
  | 'REGISTERED'
  | 'UNREGISTER';

/** The connection that an event is about. */
export type BridgeSocket = {
  /** `tcp-bridge`, or the SockJS transport. */
  readonly via: string;
  /** The client's name, `anonymous` for those who have not said who they are. */
  readonly client: string;
  readonly remoteAddress: string | undefined;
  /** Of a TLS connection; whoever it belongs to may not have been verified. */
  peerCertificate(): PeerCertificate | undefined;
  close(): void;
};

/**
 * One event. `rawMessage` is the message as the client sent it, or is to get it, without its credentials;
 * what a hook changes in it is what is carried out. Null for SOCKET_CREATED, _CLOSED, _PING and _IDLE.
 */
export type BridgeEvent = {
  readonly type: BridgeEventType;
  readonly rawMessage: Record<string, unknown> | null;
  readonly socket: BridgeSocket;
};

/**
 * Asked for every event of the Vert.x bridges. False refuses a SEND, PUBLISH, REGISTER or UNREGISTER, drops a
 * RECEIVE, closes at SOCKET_CREATED, keeps an idle socket at SOCKET_IDLE, and means nothing elsewhere. A hook
 * that throws or rejects is logged, and nothing is carried out. What is asked while an answer is awaited waits
 * behind it, so that the order of messages holds.
 */
export type BridgeHook = (event: BridgeEvent) => boolean | Promise<boolean>;

/** The questions about one connection, asked one after the other. */
export class HookQueue {
  readonly #hook: BridgeHook;
  readonly #socket: BridgeSocket;
  readonly #log: Log;
  readonly #isGone: () => boolean;
  #tail: Promise<void> | undefined;

  constructor(hook: BridgeHook, socket: BridgeSocket, log: Log, isGone: () => boolean) {
    this.#hook = hook;
    this.#socket = socket;
    this.#log = log;
    this.#isGone = isGone;
  }

  /** `decide` gets the answer, at once where the hook answers at once; never when the connection is gone by then. */
  ask(
    type: BridgeEventType,
    rawMessage: BridgeEvent['rawMessage'],
    decide: (allowed: boolean) => void,
  ): void {
    const run = () => (this.#isGone() ? undefined : this.#call(type, rawMessage, decide));
    const answered = this.#tail ? this.#tail.then(run) : run();
    if (answered === undefined) return;
    const tail = answered.then(() => {
      if (this.#tail === tail) this.#tail = undefined;
    });
    this.#tail = tail;
  }

  /** An event whose answer means nothing; told even of a connection that is gone. */
  tell(type: BridgeEventType, rawMessage: BridgeEvent['rawMessage'] = null): void {
    void this.#call(type, rawMessage, () => {});
  }

  #call(
    type: BridgeEventType,
    rawMessage: BridgeEvent['rawMessage'],
    decide: (allowed: boolean) => void,
  ): Promise<void> | undefined {
    let answer: boolean | Promise<boolean>;
    try {
      answer = this.#hook({ type, rawMessage, socket: this.#socket });
    } catch (error) {
      this.#log.error({ error, event: type }, 'a bridge hook threw');
      return undefined;
    }
    const finish = (allowed: boolean) => {
      if (!this.#isGone()) decide(allowed);
    };
    if (typeof answer === 'boolean') {
      finish(answer);
      return undefined;
    }
    return answer.then(finish, (error: unknown) =>
      this.#log.error({ error, event: type }, 'a bridge hook threw'),
    );
  }
}
