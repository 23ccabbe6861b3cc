import type { Clock, Timer } from '#core/clock.ts';
import { endInTurn } from '#core/ending-turns.ts';
import { Failure } from '#core/failure.ts';
import type { Flow } from '#core/flow.ts';
import type { Log } from '#core/log.ts';
import type { Message } from '#core/message.ts';
import type { Consumer, Delivery, Outcome, Registration, Respond } from './delivery.ts';
import type { Engine } from './engine.ts';

type ConsumerCycle = { consumers: Consumer[]; next: number };

/** The bus within one process. Delivery is immediate, in order, and at most once. */
export class LocalEngine implements Engine {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #cycles = new Map<string, ConsumerCycle>();

  constructor(options: { clock: Clock; log: Log }) {
    this.#clock = options.clock;
    this.#log = options.log;
  }

  register(address: string, consumer: Consumer): Registration {
    const cycle = this.#cycles.get(address) ?? { consumers: [], next: 0 };
    this.#cycles.set(address, cycle);
    // A new array each time: a publish under way goes on over the consumers it began with.
    cycle.consumers = [...cycle.consumers, consumer];
    let registered = true;
    return {
      unregister: () => {
        if (!registered) return;
        registered = false;
        const index = cycle.consumers.indexOf(consumer);
        cycle.consumers = cycle.consumers.toSpliced(index, 1);
        if (cycle.consumers.length === 0) this.#cycles.delete(address);
      },
    };
  }

  publish(message: Message): void {
    for (const consumer of this.#cycles.get(message.address)?.consumers ?? []) {
      this.#deliver(consumer, { ...message, kind: 'publish' });
    }
  }

  send(message: Message): boolean {
    const consumer = this.#choose(message.address);
    if (!consumer) return false;
    this.#deliver(consumer, { ...message, kind: 'send' });
    return true;
  }

  request(message: Message, timeoutMs: number, respond: Respond, flow?: Flow): void {
    const consumer = this.#choose(message.address);
    if (!consumer) {
      respond(nobody(message.address));
      return;
    }
    const expected = this.#expect(message.address, timeoutMs, respond, flow);
    const { address, headers, body } = message;
    this.#deliver(consumer, { address, headers, body, kind: 'send', timeoutMs, respond: expected.settle });
    expected.startTimer();
  }

  has(address: string): boolean {
    return this.#cycles.has(address);
  }

  #choose(address: string): Consumer | undefined {
    const cycle = this.#cycles.get(address);
    if (!cycle) return undefined;
    const consumer = cycle.consumers[cycle.next % cycle.consumers.length];
    cycle.next = (cycle.next + 1) % cycle.consumers.length;
    return consumer;
  }

  /**
   * Once, within the time-out; a reply that wants an answer in turn gets the same treatment. The timer is started
   * after the delivery, since most consumers in this process have answered by then.
   */
  #expect(
    address: string,
    timeoutMs: number,
    respond: Respond,
    flow: Flow | undefined,
  ): { settle: Respond; startTimer(): void } {
    let pending = true;
    let timer: Timer | undefined;
    const settle = (outcome: Outcome) => {
      if (!pending) return tooLate(address, outcome);
      pending = false;
      timer?.cancel();
      if (outcome instanceof Failure || !outcome.respond) return respond(outcome);
      const next = this.#expect(address, outcome.timeoutMs ?? timeoutMs, outcome.respond, flow);
      respond({ ...outcome, respond: next.settle });
      next.startTimer();
    };
    const onTimeout = () => {
      const description = `по адресу ${address} не ответили за ${timeoutMs} мс`;
      settle(new Failure('BUS_TIMEOUT', { description, origin: 'timeout' }));
    };
    const startTimer = () => {
      if (pending) timer = this.#clock.setTimeout(() => endInTurn(onTimeout, flow), timeoutMs);
    };
    return { settle, startTimer };
  }

  #deliver(consumer: Consumer, delivery: Delivery): void {
    try {
      consumer(delivery);
    } catch (error) {
      // As on the Vert.x bus: the requester gets its time-out, the others their messages.
      this.#log.error({ error, address: delivery.address }, 'a consumer threw');
    }
  }
}

function nobody(address: string): Failure {
  const description = `по адресу ${address} никто не отвечает`;
  return new Failure('BUS_UNKNOWN_ADDRESS', { description, origin: 'no-handlers' });
}

/** A late answer is dropped; who wants an answer in turn is told that nobody is there any more. */
function tooLate(address: string, outcome: Outcome): void {
  if (!(outcome instanceof Failure)) outcome.respond?.(nobody(address));
}
