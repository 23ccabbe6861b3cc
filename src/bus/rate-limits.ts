import type { Clock } from '#core/clock.ts';

type Bucket = { tokens: number; at: number };

/**
 * A token bucket a client: `perSecond` messages a second, saved up for one second at most. There are as many as
 * clients in the configuration, and one for all who have not said who they are.
 */
export class RateLimits {
  readonly #clock: Clock;
  readonly #perSecond: number | null;
  readonly #buckets = new Map<string, Bucket>();

  constructor(clock: Clock, perSecond: number | null) {
    this.#clock = clock;
    this.#perSecond = perSecond;
  }

  /** Takes one; false when the client has none left. */
  take(client: string): boolean {
    if (this.#perSecond === null) return true;
    const now = this.#clock.now();
    const bucket = this.#buckets.get(client) ?? { tokens: this.#perSecond, at: now };
    // A clock that was set back takes nothing away.
    const passedMs = Math.max(0, now - bucket.at);
    const saved = Math.min(this.#perSecond, bucket.tokens + (passedMs / 1000) * this.#perSecond);
    this.#buckets.set(client, { tokens: saved < 1 ? saved : saved - 1, at: now });
    return saved >= 1;
  }
}
