import type { Signal } from '#core/cancellation.ts';
import { type Clock, delay } from '#core/clock.ts';

/** Whether calls are under way, and since when there have been none. */
export class Activity {
  readonly #clock: Clock;
  #underWay = 0;
  #lastEnd = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  begin(): void {
    this.#underWay += 1;
  }

  end(): void {
    this.#underWay -= 1;
    this.#lastEnd = this.#clock.now();
  }

  /** Resolves when there has been none for so long (milliseconds); rejects when the signal is aborted. */
  async quiet(forMs: number, signal: Signal): Promise<void> {
    for (;;) {
      const sinceMs = this.#underWay > 0 ? 0 : this.#clock.now() - this.#lastEnd;
      if (sinceMs >= forMs) return;
      await delay(this.#clock, forMs - Math.max(0, sinceMs), signal);
    }
  }
}
