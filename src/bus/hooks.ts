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
 * that throws or rejects is logged, and nothing is carried out; an answer that is no boolean is logged and
 * counts as false. What is asked while an answer is awaited waits
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
  #waiting = 0;

  constructor(hook: BridgeHook, socket: BridgeSocket, log: Log, isGone: () => boolean) {
    this.#hook = hook;
    this.#socket = socket;
    this.#log = log;
    this.#isGone = isGone;
  }

  /** How many questions are not answered yet. */
  get waiting(): number {
    return this.#waiting;
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
    this.#waiting += 1;
    const tail = answered.then(() => {
      this.#waiting -= 1;
      if (this.#tail === tail) this.#tail = undefined;
    });
    this.#tail = tail;
  }

  /** Calls `run` once everything that was asked so far is answered: at once where nothing waits. */
  whenAnswered(run: () => void): void {
    if (this.#tail) void this.#tail.then(run);
    else run();
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
    const fail = (error: unknown) => this.#log.error({ error, event: type }, 'a bridge hook threw');
    let answer: unknown;
    try {
      answer = this.#hook({ type, rawMessage, socket: this.#socket });
    } catch (error) {
      fail(error);
      return undefined;
    }
    const finish = (verdict: unknown) => this.#finish(type, verdict, decide);
    if (isThenable(answer)) return Promise.resolve(answer).then(finish, fail);
    finish(answer);
    return undefined;
  }

  #finish(type: BridgeEventType, verdict: unknown, decide: (allowed: boolean) => void): void {
    if (typeof verdict !== 'boolean') {
      this.#log.error(
        { event: type, answer: typeof verdict },
        'a bridge hook answered neither true nor false',
      );
    }
    if (this.#isGone()) return;
    try {
      decide(verdict === true);
    } catch (error) {
      // What a hook has put into a message may be anything, also what cannot be written.
      this.#log.error({ error, event: type }, 'what a bridge hook let through cannot be carried out');
    }
  }
}

/** Hooks are written by others, who may have promises of their own kind, or no TypeScript. */
function isThenable(answer: unknown): answer is PromiseLike<unknown> {
  return (
    typeof answer === 'object' && answer !== null && 'then' in answer && typeof answer.then === 'function'
  );
}
