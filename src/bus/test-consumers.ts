import type { Clock, Timer } from '#core/clock.ts';
import { isJsonObject } from '#core/json.ts';
import { NO_HEADERS } from '#core/message.ts';
import { recipientFailure } from '#protocol/recipient-failure.ts';
import type { Consumer, Registration } from './delivery.ts';
import type { Engine } from './engine.ts';

type Behaviour = 'echo' | 'echo-headers' | 'hello' | 'sink' | 'fail';

/** One entry of `consumers` in the configuration. */
export type ConsumerConfig =
  | { readonly address: string; readonly behaviour: Behaviour }
  | {
      readonly address: string;
      readonly behaviour: 'ticker';
      readonly mode: 'send' | 'publish';
      /** `{tick: n}` when absent. */
      readonly body?: unknown;
      readonly everyMs: number;
    };

const BEHAVIOURS: Readonly<Record<Behaviour, Consumer>> = {
  echo: ({ body, respond }) => respond?.({ body, headers: NO_HEADERS }),
  'echo-headers': ({ body, headers, respond }) => respond?.({ body, headers }),
  hello: ({ body, respond }) => {
    const name = isJsonObject(body) ? body.value : '';
    // An object may have a `toString` of its own that is no function.
    const text = typeof name === 'object' ? JSON.stringify(name) : name;
    respond?.({ body: { value: `Hello ${text}` }, headers: NO_HEADERS });
  },
  sink: () => {},
  fail: ({ respond }) => respond?.(recipientFailure(0, 'oops!')),
};

/** Consumers that the configuration asks for, so that clients can be tested against the bus. */
export class TestConsumers {
  readonly #engine: Engine;
  readonly #clock: Clock;
  readonly #addresses = new Set<string>();
  readonly #registrations: Registration[] = [];
  readonly #timers = new Map<string, Timer>();

  constructor(options: { engine: Engine; clock: Clock; consumers: readonly ConsumerConfig[] }) {
    this.#engine = options.engine;
    this.#clock = options.clock;
    for (const consumer of options.consumers) this.#start(consumer);
  }

  /** Is one of them at that address? */
  has(address: string): boolean {
    return this.#addresses.has(address);
  }

  close(): void {
    for (const registration of this.#registrations) registration.unregister();
    for (const timer of this.#timers.values()) timer.cancel();
  }

  #start(consumer: ConsumerConfig): void {
    const { address, behaviour } = consumer;
    if (behaviour === 'ticker') return this.#tick(consumer, 1);
    this.#addresses.add(address);
    this.#registrations.push(this.#engine.register(address, BEHAVIOURS[behaviour]));
  }

  #tick(ticker: Extract<ConsumerConfig, { behaviour: 'ticker' }>, tick: number): void {
    const { address, mode, body = { tick }, everyMs } = ticker;
    const timer = this.#clock.setTimeout(() => {
      this.#tick(ticker, tick + 1);
      const message = { address, headers: NO_HEADERS, body };
      if (mode === 'send') this.#engine.send(message);
      else this.#engine.publish(message);
    }, everyMs);
    this.#timers.set(address, timer);
  }
}
