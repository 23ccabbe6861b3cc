import type { Clock } from '#core/clock.ts';
import { Failure } from '#core/failure.ts';
import type { Log } from '#core/log.ts';
import { Admission } from './admission.ts';
import type { Clients } from './client.ts';
import type { Engine } from './engine.ts';
import { RateLimits } from './rate-limits.ts';
import { Session, type SessionOptions } from './session.ts';
import type { BusOptions, PendingAnswer, SharedBus } from './shared-bus.ts';

/** What every connection shares: who is there, what is under way, and whether the bus still takes messages. */
export class Bus {
  readonly #shared: SharedBus & { clients: Clients; stopping: boolean };
  readonly #sessions = new Set<Session>();
  readonly #underWay = new Set<PendingAnswer>();
  #onIdle: (() => void) | undefined;

  constructor(options: BusOptions) {
    const { clock, limits } = options;
    this.#shared = {
      ...options,
      rates: new RateLimits(clock, limits.perClientPerSecond),
      admission: new Admission(limits),
      stopping: false,
      begin: (request) => void this.#underWay.add(request),
      end: (request) => this.#end(request),
      forget: (session: Session) => void this.#sessions.delete(session),
    };
  }

  get engine(): Engine {
    return this.#shared.engine;
  }

  get clients(): Clients {
    return this.#shared.clients;
  }

  get clock(): Clock {
    return this.#shared.clock;
  }

  get log(): Log {
    return this.#shared.log;
  }

  /** The room for work under way, and for what is still being read. */
  get admission(): Admission {
    return this.#shared.admission;
  }

  get stopping(): boolean {
    return this.#shared.stopping;
  }

  get connections(): number {
    return this.#sessions.size;
  }

  get inFlight(): number {
    return this.#underWay.size;
  }

  /** One connected peer, to be fed with what it sends and closed when it is gone. */
  open(options: SessionOptions): Session {
    const session = new Session(this.#shared, options);
    this.#sessions.add(session);
    session.start();
    return session;
  }

  /** The configuration was reloaded: connections stay, and are from now on what the new one says of them. */
  replaceClients(clients: Clients): void {
    this.#shared.clients = clients;
    for (const session of this.#sessions) session.reidentify(clients);
  }

  /** Refuses new requests from now on; resolves when those under way are answered. */
  drain(): Promise<void> {
    this.#shared.stopping = true;
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

  #end(request: PendingAnswer): void {
    this.#underWay.delete(request);
    if (this.#underWay.size === 0) this.#onIdle?.();
  }
}
