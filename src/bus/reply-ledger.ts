import type { Clock, Timer } from '#core/clock.ts';
import type { Delivery, Respond } from './delivery.ts';

/** Replies are found by these names; nobody can register or guess his way to another connection's. */
const PREFIX = '__vertx.reply.';

type Entry = { readonly respond: Respond; readonly timer: Timer };

/** What the messages delivered over one connection are waiting for: an address each, good for one answer. */
export class ReplyLedger {
  readonly #clock: Clock;
  readonly #lifeMs: number;
  readonly #maxEntries: number;
  readonly #entries = new Map<string, Entry>();
  #last = 0;

  /**
   * Answers are expected for `lifeMs` at least. Of more than `maxEntries`, as many as there can be requests under way,
   * the oldest are forgotten: most likely nobody waits for them any more.
   */
  constructor(clock: Clock, lifeMs: number, maxEntries: number) {
    this.#clock = clock;
    this.#lifeMs = lifeMs;
    this.#maxEntries = maxEntries;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** A new reply address under which `respond` can be called once, as long as `timeoutMs`; null when nobody waits. */
  owe({ respond, timeoutMs = 0 }: Pick<Delivery, 'respond' | 'timeoutMs'>): string | null {
    if (!respond) return null;
    if (this.#entries.size >= this.#maxEntries) this.#forgetOldest();
    const address = this.newAddress();
    const timer = this.#clock.setTimeout(
      () => this.#entries.delete(address),
      Math.max(timeoutMs, this.#lifeMs),
    );
    this.#entries.set(address, { respond, timer });
    return address;
  }

  /** An address of the bus's own that was never used before on this connection. */
  newAddress(): string {
    this.#last += 1;
    return `${PREFIX}${this.#last}`;
  }

  /** Does somebody wait for an answer there? */
  has(address: string): boolean {
    return this.#entries.has(address);
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

  #forgetOldest(): void {
    // A new iterator each time: one that is kept keeps every table that the map has ever outgrown.
    const { value } = this.#entries.keys().next();
    if (value !== undefined) this.take(value);
  }
}
