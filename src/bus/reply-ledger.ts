import type { Clock, Timer } from '#core/clock.ts';
import type { Respond } from './delivery.ts';

/** Replies are found by these names; nobody can register or guess his way to another connection's. */
const PREFIX = '__vertx.reply.';

type Entry = { readonly respond: Respond; readonly timer: Timer };

/** What the messages delivered over one connection are waiting for: an address each, good for one answer. */
export class ReplyLedger {
  readonly #clock: Clock;
  readonly #entries = new Map<string, Entry>();
  #last = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** A new reply address under which `respond` can be called once, for `lifeMs`. */
  expect(respond: Respond, lifeMs: number): string {
    this.#last += 1;
    const address = `${PREFIX}${this.#last}`;
    const timer = this.#clock.setTimeout(() => this.#entries.delete(address), lifeMs);
    this.#entries.set(address, { respond, timer });
    return address;
  }

  /** Takes the entry out: whoever answers first is heard, a late or repeated answer finds nothing. */
  take(address: string): Respond | undefined {
    const entry = this.#entries.get(address);
    entry?.timer.cancel();
    this.#entries.delete(address);
    return entry?.respond;
  }

  clear(): void {
    for (const { timer } of this.#entries.values()) timer.cancel();
    this.#entries.clear();
  }
}
