import { Failure } from '#core/failure.ts';
import { type Headers, header, type Message } from '#core/message.ts';
import type { Dialect, Frame, ReplyTo } from '#protocol/frame.ts';
import type { Bus } from './bus.ts';
import { bearerSecret, type Client, type Clients } from './client.ts';
import type { Delivery, Outcome, Registration } from './delivery.ts';
import { mayListen, mayPublish, maySend } from './guard.ts';
import { PendingRequest, type Requester, type SendFrame } from './pending-request.ts';
import { ReplyLedger } from './reply-ledger.ts';

/** How long a consumer may take when the sender does not say (milliseconds). */
const DEFAULT_REPLY_TIMEOUT_MS = 30_000;

type FrameOf<K extends Frame['kind']> = Extract<Frame, { kind: K }>;
type ReadableFrame = Exclude<Frame, { kind: 'invalid' }>;

/** The other end of a connection, as a session sees it. */
export type Peer = {
  /** One text, in order; texts of one tick leave in one write. `failure` is what the text tells of, if it does. */
  write(text: string, failure?: Failure): void;
  /** Ends the connection after what was written. */
  close(): void;
};

/** One connected peer: applies its frames to the bus and remembers what it registered and what it owes. */
export class Session {
  readonly #bus: Bus;
  readonly #peer: Peer;
  readonly #dialect: Dialect;
  readonly #registrations = new Map<string, Registration>();
  readonly #ledger: ReplyLedger;
  readonly #gone = new AbortController();
  readonly #requester: Requester & { client: Client };
  #inFlight = 0;
  #ending = false;

  constructor(bus: Bus, options: { peer: Peer; dialect: Dialect; via: string; client: Client }) {
    this.#bus = bus;
    this.#peer = options.peer;
    this.#dialect = options.dialect;
    this.#ledger = new ReplyLedger(bus.clock);
    this.#requester = {
      client: options.client,
      via: options.via,
      enter: () => this.#enter(),
      leave: () => {
        this.#inFlight -= 1;
      },
      answer: (frame, outcome) => {
        const text = this.#answer(frame, outcome);
        if (this.#ending && this.#inFlight === 0) this.end();
        return text;
      },
    };
  }

  get client(): Client {
    return this.#requester.client;
  }

  get ended(): boolean {
    return this.#gone.signal.aborted;
  }

  /** Takes one text as it came from the peer. Never throws. */
  receive(text: string): void {
    const frame = this.#dialect.read(text);
    if (frame.kind === 'invalid') return this.refuse(frame.failure, frame);
    const failure = this.#authenticate(frame);
    if (failure) return this.refuse(failure, frame);
    this.#apply(withoutCredentials(frame), text);
  }

  /** Tells the peer of a frame that is not carried out. */
  refuse(failure: Failure, to: ReplyTo = { replyAddress: null, camelCase: false }): void {
    this.#bus.log.info(
      { client: this.client.name, via: this.#requester.via, outcome: failure.name },
      'refused',
    );
    this.#write(this.#dialect.writeFailure(to, failure), failure);
  }

  /** The peer is gone, or is to go: drops its registrations, and the work nobody waits for any more. */
  end(): void {
    if (this.ended) return;
    this.#gone.abort();
    for (const registration of this.#registrations.values()) registration.unregister();
    this.#registrations.clear();
    this.#ledger.clear();
    this.#bus.forget(this);
    this.#peer.close();
  }

  /** The peer sends no more, but may still read: ends as soon as nothing is under way. */
  endWhenIdle(): void {
    this.#ending = true;
    if (this.#inFlight === 0) this.end();
  }

  /** A client's secret makes the connection that client's, once and for all; undefined is no secret at all. */
  identify(secret: string | undefined): Failure | undefined {
    const { clients } = this.#bus;
    if (!clients.required) return undefined;
    const client = secret === undefined ? undefined : clients.identify(secret);
    if (!client) {
      const description = 'секрет клиента не подошёл: проверьте Authorization: Bearer <секрет>';
      return new Failure('BUS_NOT_AUTHENTICATED', { description });
    }
    if (this.client.authenticated && this.client.name !== client.name) {
      const description = 'соединение уже принадлежит другому клиенту: откройте новое';
      return new Failure('BUS_ACCESS_DENIED', { description });
    }
    this.#requester.client = client;
    return undefined;
  }

  /** Takes over what a reloaded configuration says of the client; one that left it is nobody from now on. */
  reidentify(clients: Clients): void {
    this.#requester.client = clients.byName(this.client.name) ?? clients.anonymous;
  }

  #authenticate(frame: ReadableFrame): Failure | undefined {
    const credentials = header(frame.headers, 'authorization');
    return credentials === undefined ? undefined : this.identify(bearerSecret(credentials));
  }

  #apply(frame: ReadableFrame, text: string): void {
    switch (frame.kind) {
      case 'send':
        return this.#send(frame, text);
      case 'publish':
        return this.#publish(frame);
      case 'fail':
        return this.#fail(frame);
      case 'register':
        return this.#register(frame);
      case 'unregister':
        return this.#unregister(frame);
      case 'ping':
        return this.#pong(frame);
      case 'pong':
        return;
    }
  }

  #send(frame: SendFrame, text: string): void {
    const owed = this.#ledger.take(frame.address);
    if (owed) return owed(this.#replyOf(frame));
    const request = new PendingRequest(this.#bus, this.#requester, frame, text);
    const refusal = maySend(this.#bus, this.client, frame);
    if (refusal) return request.respond(refusal);
    if (this.#bus.services.serves(frame.address)) return this.#serve(frame, request);
    const overload = request.admit();
    if (overload) return request.respond(overload);
    if (frame.replyAddress !== null || this.#dialect.alwaysAnswers) {
      return this.#bus.engine.request(messageOf(frame), timeoutOf(frame.headers), request.respond);
    }
    this.#bus.engine.send(messageOf(frame));
    request.done();
  }

  #serve(frame: SendFrame, request: PendingRequest): void {
    this.#bus.services.handle(
      {
        ...messageOf(frame),
        replyAddress: frame.replyAddress,
        client: this.client,
        signal: this.#gone.signal,
        exchanges: request.exchanges,
        admit: request.admit,
      },
      request.respond,
    );
  }

  #publish(frame: FrameOf<'publish'>): void {
    const refusal = mayPublish(this.#bus, this.client, frame);
    if (refusal) return this.refuse(refusal, frame);
    this.#bus.log.info(
      { client: this.client.name, via: this.#requester.via, address: frame.address },
      'published',
    );
    this.#bus.engine.publish(messageOf(frame));
  }

  /** A client fails a message that was delivered to it. */
  #fail(frame: FrameOf<'fail'>): void {
    const owed = this.#ledger.take(frame.address);
    if (owed) return owed(frame.failure);
    const description = `по адресу ${frame.address} ответа не ждут: он уже дан или время вышло`;
    this.refuse(new Failure('BUS_UNKNOWN_ADDRESS', { description }), frame);
  }

  #register(frame: FrameOf<'register'>): void {
    const refusal = mayListen(this.#bus, this.client, frame.address);
    if (refusal) return this.refuse(refusal, frame);
    if (this.#registrations.has(frame.address)) return;
    const registration = this.#bus.engine.register(frame.address, (delivery) =>
      this.#deliver(delivery, frame.camelCase),
    );
    this.#registrations.set(frame.address, registration);
  }

  #unregister(frame: FrameOf<'unregister'>): void {
    const refusal = mayListen(this.#bus, this.client, frame.address);
    if (refusal) return this.refuse(refusal, frame);
    this.#registrations.get(frame.address)?.unregister();
    this.#registrations.delete(frame.address);
  }

  #pong(to: ReplyTo): void {
    const pong = this.#dialect.writePong(to);
    if (pong !== undefined) this.#write(pong);
  }

  #deliver(delivery: Delivery, camelCase: boolean): void {
    // Rules with `match` are asked again now that the body is known; a mismatch is dropped without a word.
    if (mayListen(this.#bus, this.client, delivery.address, delivery)) return;
    const { kind, address, headers, body, respond } = delivery;
    const replyAddress = respond ? this.#ledger.expect(respond, DEFAULT_REPLY_TIMEOUT_MS) : null;
    this.#write(this.#dialect.writeDelivery({ kind, address, replyAddress, headers, body }, camelCase));
  }

  /** A client's answer; when it names a reply address it wants an answer in turn. */
  #replyOf(frame: SendFrame): Outcome {
    const { body, headers } = frame;
    if (frame.replyAddress === null) return { body, headers };
    return { body, headers, respond: (outcome) => void this.#answer(frame, outcome) };
  }

  #answer(frame: SendFrame, outcome: Outcome): string | undefined {
    if (this.ended) return undefined;
    if (outcome instanceof Failure) return this.#write(this.#dialect.writeFailure(frame, outcome), outcome);
    const { body, headers, respond } = outcome;
    const replyAddress = respond ? this.#ledger.expect(respond, DEFAULT_REPLY_TIMEOUT_MS) : null;
    return this.#write(this.#dialect.writeReply(frame, body, headers, replyAddress));
  }

  #enter(): boolean {
    if (this.#inFlight >= this.#bus.limits.maxInFlightPerConnection) return false;
    this.#inFlight += 1;
    return true;
  }

  #write(text: string, failure?: Failure): string {
    this.#peer.write(text, failure);
    return text;
  }
}

function messageOf({ address, headers, body }: SendFrame | FrameOf<'publish'>): Message {
  return { address, headers, body };
}

/** Credentials are taken off before anything else sees the message. */
function withoutCredentials<F extends ReadableFrame>(frame: F): F {
  if (!Object.hasOwn(frame.headers, 'authorization')) return frame;
  const { authorization: _, ...headers } = frame.headers;
  return { ...frame, headers };
}

/** The sender's own time-out for a message to another client, where it is a sensible number. */
function timeoutOf(headers: Headers): number {
  const timeoutMs = Number(header(headers, 'timeout') ?? Number.NaN);
  return Number.isInteger(timeoutMs) && timeoutMs > 0 && timeoutMs <= 600_000
    ? timeoutMs
    : DEFAULT_REPLY_TIMEOUT_MS;
}
