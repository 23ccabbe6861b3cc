import { Failure } from '#core/failure.ts';
import type { Message } from '#core/message.ts';
import type { Asked, Dialect, FrameOf, ReadableFrame } from '#protocol/frame.ts';
import { type Refusal, refusal } from '#protocol/refusal.ts';
import { Answers } from './answers.ts';
import { handlersRefusal, replyAddressRefusal } from './dialect-limits.ts';
import { mayPublish, maySend } from './guard.ts';
import { holderOf } from './holder.ts';
import type { Outlet } from './outlet.ts';
import { PendingRequest, type Requester, type SendFrame } from './pending-request.ts';
import { Registrations } from './registrations.ts';
import { ReplyLedger } from './reply-ledger.ts';
import type { SharedBus } from './shared-bus.ts';
import { UnderWay } from './under-way.ts';

/** What one connected peer has going on: its registrations, the answers it owes and those it waits for. */
export class Conversation {
  readonly #bus: SharedBus;
  readonly #dialect: Dialect;
  readonly #outlet: Outlet;
  readonly #requester: Requester;
  readonly #registrations: Registrations;
  readonly #ledger: ReplyLedger;
  readonly #answers: Answers;
  readonly #underWay: UnderWay;

  constructor(bus: SharedBus, dialect: Dialect, outlet: Outlet) {
    this.#bus = bus;
    this.#dialect = dialect;
    this.#outlet = outlet;
    this.#ledger = new ReplyLedger(bus.clock, dialect.limits.replyTimeoutMs, bus.limits.maxInFlight);
    this.#registrations = new Registrations(bus, dialect, outlet, this.#ledger);
    this.#answers = new Answers(dialect, outlet, this.#ledger);
    const underWay = new UnderWay(outlet.connection, bus.limits.maxInFlightPerConnection);
    this.#underWay = underWay;
    this.#requester = {
      get client() {
        return outlet.identity.client;
      },
      get holder() {
        return holderOf(outlet.identity.client, outlet.connection, bus.clients);
      },
      via: outlet.via,
      enter: () => underWay.enter(),
      leave: () => underWay.leave(),
      answer: (frame, outcome) => {
        try {
          return this.#answers.write(frame, outcome);
        } finally {
          underWay.answered();
        }
      },
      refuse: (frame, refused) => this.#answers.refuse(frame, refused),
    };
  }

  /** Carries a frame out. */
  apply(frame: ReadableFrame, text: string): void {
    switch (frame.kind) {
      case 'send':
        return this.#send(frame, text);
      case 'publish':
        return this.#publish(frame);
      case 'fail':
        return this.#fail(frame);
      case 'register':
        return this.refuse(this.#registrations.register(frame), frame);
      case 'unregister':
        return this.refuse(this.#registrations.unregister(frame), frame);
      case 'ping': {
        const pong = this.#dialect.writePong(frame);
        if (pong !== undefined) this.#outlet.write(pong);
        return;
      }
      case 'pong':
        return;
    }
  }

  /** Why a frame need not even be looked at any closer; undefined when it is fine so far. */
  precheck(frame: ReadableFrame): Refusal | undefined {
    return frame.kind === 'register' ? this.#handlersFull() : undefined;
  }

  /** Tells the peer of a frame that is not carried out, if there is one. */
  refuse(refused: Refusal | undefined, to: Asked): void {
    if (!refused) return;
    const { reason, failure } = refused;
    this.#bus.log.info(
      { client: this.#requester.client.name, via: this.#outlet.via, outcome: failure.name, reason },
      'refused',
    );
    this.#answers.refuse(to, refused);
  }

  /** Calls `run` as soon as no request is under way. */
  whenIdle(run: () => void): void {
    this.#underWay.whenIdle(run);
  }

  /** Drops everything; returns the addresses that were registered. */
  end(): string[] {
    this.#ledger.clear();
    return this.#registrations.end();
  }

  #send(frame: SendFrame, text: string): void {
    const { address, replyAddress } = frame;
    if (this.#ledger.has(address)) return this.#answerOwed(frame);
    const { services, engine } = this.#bus;
    const isService = services.serves(address);
    const message = this.#messageOf(frame, isService ? 'service' : 'consumer');
    const request = new PendingRequest(this.#bus, this.#requester, frame, text);
    const refused =
      replyAddressRefusal(replyAddress, this.#dialect.limits) ??
      maySend(this.#bus, this.#requester.client, message, {
        isService,
        tellsUnknownAddresses: this.#dialect.tellsUnknownAddresses,
      }) ??
      (replyAddress === null ? undefined : this.#handlersFull());
    if (refused) return request.refuse(refused);
    if (isService) return this.#serve(message, replyAddress, request);
    const overload = request.admit();
    if (overload) return request.respond(overload);
    if (replyAddress !== null || this.#dialect.alwaysAnswers) {
      const timeoutMs = this.#dialect.timeoutOf(frame.headers);
      return engine.request(message, timeoutMs, request.respond, request.flow);
    }
    engine.send(message);
    request.done();
  }

  #serve(message: Message, replyAddress: string | null, request: PendingRequest): void {
    const { client } = this.#requester;
    const { signal, isGone } = this.#outlet;
    // What is for other peers still reaches them; a vendor is not asked for an answer that nobody will read.
    if (isGone())
      return request.respond(new Failure('BUS_TIMEOUT', { description: 'спросивший отключился' }));
    const { exchanges, flow, admit } = request;
    try {
      this.#bus.services.handle(
        { ...message, replyAddress, client, signal, exchanges, flow, admit },
        request.respond,
      );
    } catch (error) {
      if (request.ended) throw error;
      request.respond(Failure.from(error));
    }
  }

  #publish(frame: FrameOf<'publish'>): void {
    if (this.#dialect.answersByPublish && this.#ledger.has(frame.address)) return this.#answerOwed(frame);
    const { client } = this.#requester;
    const refused =
      replyAddressRefusal(frame.replyAddress, this.#dialect.limits) ?? mayPublish(this.#bus, client, frame);
    if (refused) return this.refuse(refused, frame);
    this.#bus.log.info({ client: client.name, via: this.#outlet.via, address: frame.address }, 'published');
    this.#bus.engine.publish(this.#messageOf(frame, 'consumer'));
  }

  /** The peer answers a message that was delivered to it; when it names a reply address it wants an answer in turn. */
  #answerOwed(frame: SendFrame | FrameOf<'publish'>): void {
    const goesOn = frame.kind === 'send' && frame.replyAddress !== null;
    const refused =
      replyAddressRefusal(frame.replyAddress, this.#dialect.limits) ??
      (goesOn ? (this.#handlersFull() ?? this.#underWay.enterDialog()) : undefined);
    if (refused) return this.refuse(refused, frame);
    const respond = this.#ledger.take(frame.address);
    const { body, headers } = this.#messageOf(frame, 'consumer');
    if (!goesOn) return respond?.({ body, headers });
    respond?.({
      body,
      headers,
      timeoutMs: this.#dialect.timeoutOf(frame.headers),
      respond: (outcome) => {
        this.#underWay.leaveDialog();
        this.#answers.write(frame, outcome);
      },
    });
  }

  /** The peer fails a message that was delivered to it. */
  #fail(frame: FrameOf<'fail'>): void {
    const respond = this.#ledger.take(frame.address);
    if (respond) return respond(frame.failure);
    const description = `по адресу ${frame.address} ответа не ждут: он уже дан или время вышло`;
    this.refuse(refusal('nobody-waits', description), frame);
  }

  #messageOf(
    { address, headers, body }: SendFrame | FrameOf<'publish'>,
    receiver: 'consumer' | 'service',
  ): Message {
    return { address, headers: this.#dialect.headersFor(receiver, headers), body };
  }

  #handlersFull(): Refusal | undefined {
    return handlersRefusal(this.#registrations.size + this.#underWay.size, this.#dialect.limits);
  }
}
