import type { Clock } from '#core/clock.ts';
import { Failure } from '#core/failure.ts';
import type { Log } from '#core/log.ts';
import type { Clients } from './client.ts';
import type { Engine } from './engine.ts';
import type { BridgeHook } from './hooks.ts';
import { RateLimits } from './rate-limits.ts';
import type { Services } from './services.ts';
import { Session, type SessionOptions } from './session.ts';
import type { AnsweredMessage, BusLimits, PendingAnswer, SharedBus } from './shared-bus.ts';

export type BusOptions = {
  readonly engine: Engine;
  readonly services: Services;
  readonly clients: Clients;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: BusLimits;
  readonly onAnswered?: ((answered: AnsweredMessage) => void) | undefined;
  /** Asked for every event of the Vert.x bridges. */
  readonly hook?: BridgeHook | undefined;
};

/** What every connection shares: who is there, what is under way, and whether the bus still takes messages. */
export class Bus implements SharedBus {
  readonly engine: Engine;
  readonly services: Services;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: BusLimits;
  readonly rates: RateLimits;
  readonly onAnswered: ((answered: AnsweredMessage) => void) | undefined;
  readonly hook: BridgeHook | undefined;
  clients: Clients;
  #sessions = new Set<Session>();
  #underWay = new Set<PendingAnswer>();
  #stopping = false;
  #onIdle: (() => void) | undefined;

  constructor(options: BusOptions) {
    this.engine = options.engine;
    this.services = options.services;
    this.clients = options.clients;
    this.clock = options.clock;
    this.log = options.log;
    this.limits = options.limits;
    this.rates = new RateLimits(options.clock, options.limits.perClientPerSecond);
    this.onAnswered = options.onAnswered;
    this.hook = options.hook;
  }

  get stopping(): boolean {
    return this.#stopping;
  }

  get connections(): number {
    return this.#sessions.size;
  }

  get inFlight(): number {
    return this.#underWay.size;
  }

  /** One connected peer, to be fed with what it sends and closed when it is gone. */
  open(options: SessionOptions): Session {
    const session = new Session(this, options);
    this.#sessions.add(session);
    session.start();
    return session;
  }

  /** Called by a session that has ended. */
  forget(session: Session): void {
    this.#sessions.delete(session);
  }

  /** Called by a session for every request it takes, before `end`. */
  begin(request: PendingAnswer): void {
    this.#underWay.add(request);
  }

  end(request: PendingAnswer): void {
    this.#underWay.delete(request);
    if (this.#underWay.size === 0) this.#onIdle?.();
  }

  /** The configuration was reloaded: connections stay, and are from now on what the new one says of them. */
  replaceClients(clients: Clients): void {
    this.clients = clients;
    for (const session of this.#sessions) session.reidentify(clients);
  }

  /** Refuses new requests from now on; resolves when those under way are answered. */
  drain(): Promise<void> {
    this.#stopping = true;
    if (this.#underWay.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onIdle = resolve;
    });
  }

  /** Answers whatever is still under way: nobody who asked is left without a word. */
  answerRest(): void {
    const description = 'шина останавливается: ответа не дождались';
    for (const request of [...this.#underWay]) request.respond(new Failure('BUS_TIMEOUT', { description }));
  }

  /** Ends every connection. */
  close(): void {
    for (const session of [...this.#sessions]) session.end();
  }
}
