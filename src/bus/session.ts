import type { Socket } from 'node:net';
import { Cancellation } from '#core/cancellation.ts';
import type { Failure } from '#core/failure.ts';
import { type Asked, type Dialect, type Frame, NOBODY, type ReadableFrame } from '#protocol/frame.ts';
import { type Refusal, refusal } from '#protocol/refusal.ts';
import type { Client, Clients } from './client.ts';
import { Connection } from './connection.ts';
import { Conversation } from './conversation.ts';
import { Identity, withoutCredentials } from './identity.ts';
import { IdleWatch } from './idle-watch.ts';
import { describeSocket, SessionHooks } from './session-hooks.ts';
import type { SharedBus } from './shared-bus.ts';

/** The other end of a connection, as a session sees it. */
type Peer = {
  /** One text, in order; texts that follow soon leave in one write. `failure` is what the text tells of, if it does. */
  write(text: string, failure?: Failure): void;
  /** It reads nothing any more, while what it has sent is still being taken. A peer without it is never so. */
  readonly isGone?: () => boolean;
  /** Ends the connection after what was written; `idle` when it gave no sign of life for too long. */
  close(why?: 'idle'): void;
};

export type SessionOptions = {
  readonly peer: Peer;
  readonly dialect: Dialect;
  /** The transport, for the log and for hooks. */
  readonly via: string;
  readonly client: Client;
  /** Where it is not the only session of its connection. */
  readonly connection?: Connection;
  /** The network's end of it, for hooks. */
  readonly socket?: Socket;
  /** Told of every frame as it was read, before anything becomes of it. */
  readonly onFrame?: ((frame: Frame) => void) | undefined;
};

/** One connected peer: says who it is, what it sends to the bus, and when it is gone. */
export class Session {
  readonly #bus: SharedBus;
  readonly #options: SessionOptions;
  readonly #identity: Identity;
  readonly #conversation: Conversation;
  readonly #hooks: SessionHooks | undefined;
  readonly #idleWatch: IdleWatch | undefined;
  readonly #gone = new Cancellation();

  constructor(bus: SharedBus, options: SessionOptions) {
    const { peer, dialect, via, client, connection = new Connection() } = options;
    this.#bus = bus;
    this.#options = options;
    this.#identity = new Identity(client);
    this.#hooks = this.#createHooks(options);
    this.#conversation = new Conversation(bus, dialect, {
      identity: this.#identity,
      connection,
      via,
      signal: this.#gone,
      isGone: peer.isGone ?? (() => false),
      write: (text, failure) => peer.write(text, failure),
      hand: (text) => this.#hand(text),
      registered: (address) => this.#hooks?.registered(address),
    });
    const { liveness } = dialect;
    this.#idleWatch = liveness && new IdleWatch(bus.clock, liveness.pingTimeoutMs, () => this.#endIdle());
  }

  get client(): Client {
    return this.#identity.client;
  }

  get ended(): boolean {
    return this.#gone.aborted;
  }

  /** Called by the bus once it knows the session. */
  start(): void {
    this.#hooks?.created(() => this.end());
  }

  /** Takes one text as it came from the peer. Never throws: what nobody expected is logged and answered. */
  receive(text: string): void {
    const frame = this.#options.dialect.read(text);
    try {
      this.#take(frame, text);
    } catch (error) {
      this.#survive(error, frame);
    }
  }

  #take(frame: Frame, text: string): void {
    this.#options.onFrame?.(frame);
    if (this.#idleWatch && (frame.kind === 'ping' || this.#options.dialect.liveness?.anyFrame))
      this.#idleWatch.sign();
    if (frame.kind === 'invalid') return this.refuse(frame.refusal, frame);
    const refused =
      this.#identity.authenticate(frame.headers, this.#bus.clients) ?? this.#conversation.precheck(frame);
    if (refused) return this.refuse(refused, frame);
    const clean = withoutCredentials(frame);
    if (this.#hooks) return this.#ask(this.#hooks, clean, text);
    this.#conversation.apply(clean, text);
  }

  /** Tells the peer of a frame that is not carried out. */
  refuse(refused: Refusal, to: Asked = NOBODY): void {
    this.#conversation.refuse(refused, to);
  }

  /** The network broke; the end follows. */
  fail(error: Error): void {
    this.#hooks?.failed(error);
  }

  /** The peer is gone, or is to go: drops its registrations, and the work nobody waits for any more. */
  end(why?: 'idle'): void {
    if (this.ended) return;
    this.#gone.abort();
    this.#idleWatch?.cancel();
    const addresses = this.#conversation.end();
    this.#hooks?.closed(addresses);
    this.#bus.forget(this);
    this.#options.peer.close(why);
  }

  /** The peer sends no more, but may still read: ends as soon as nothing is under way, with the hook neither. */
  endWhenIdle(): void {
    const end = () => this.end();
    const hooks = this.#hooks;
    if (!hooks) return this.#conversation.whenIdle(end);
    hooks.whenIncomingAnswered(() => this.#conversation.whenIdle(() => hooks.whenOutgoingAnswered(end)));
  }

  /** A further request of the peer shows who it is from; why not, if the session is somebody else's already. */
  claim(client: Client): Refusal | undefined {
    return this.#identity.claim(client);
  }

  /** Takes over what a reloaded configuration says of the client. */
  reidentify(clients: Clients): void {
    this.#identity.renew(clients);
  }

  #createHooks({ dialect, via, socket }: SessionOptions): SessionHooks | undefined {
    const { hook, log } = this.#bus;
    if (!hook || !dialect.hasHooks) return undefined;
    const identity = this.#identity;
    return new SessionHooks(hook, {
      dialect,
      log,
      isGone: () => this.ended,
      socket: {
        ...describeSocket(socket),
        via,
        get client() {
          return identity.client.name;
        },
        close: () => this.end(),
      },
    });
  }

  #ask(hooks: SessionHooks, frame: ReadableFrame, text: string): void {
    if (hooks.incomingWaiting > this.#bus.limits.maxInFlightPerConnection) {
      return this.refuse(refusal('too-many-handlers', 'слишком много сообщений ждут проверки'), frame);
    }
    hooks.incoming(frame, text, (asked: Frame | undefined) => {
      if (!asked) return this.refuse(refusal('blocked-by-hook'), frame);
      if (asked.kind === 'invalid') return this.refuse(asked.refusal, asked);
      try {
        this.#conversation.apply(withoutCredentials(asked), text);
      } catch (error) {
        this.#survive(error, asked);
      }
    });
  }

  /** A defect of ours ends neither the bus nor the connection. */
  #survive(error: unknown, frame: Frame): void {
    this.#bus.log.error({ error, client: this.client.name, kind: frame.kind }, 'a message failed');
    if (!this.ended) this.refuse(refusal('internal-error'), frame);
  }

  #hand(text: string): void {
    if (!this.#hooks) return this.#options.peer.write(text);
    // A hook that does not keep up is as good as a peer that does not read.
    if (this.#hooks.outgoingWaiting > this.#bus.limits.maxInFlightPerConnection) return this.end();
    this.#hooks.outgoing(text, (seen) => this.#options.peer.write(seen));
  }

  #endIdle(): void {
    if (!this.#hooks) return this.end('idle');
    this.#hooks.idle((allowed) => {
      if (allowed) this.end('idle');
      else this.refuse(refusal('blocked-by-hook'));
    });
  }
}
