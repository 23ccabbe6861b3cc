import type { Clock, Timer } from '#core/clock.ts';

/**
 * Finds out connections that give no sign of life: looks once a period, so that one is found between once and
 * twice `periodMs` after its last sign, and one that never gave any after the first.
 */
export class IdleWatch {
  readonly #clock: Clock;
  readonly #periodMs: number;
  readonly #onIdle: () => void;
  #lastSign = Number.NEGATIVE_INFINITY;
  #timer: Timer | undefined;

  constructor(clock: Clock, periodMs: number, onIdle: () => void) {
    this.#clock = clock;
    this.#periodMs = periodMs;
    this.#onIdle = onIdle;
    this.#arm();
  }

  /** The connection is alive. */
  sign(): void {
    this.#lastSign = this.#clock.now();
  }

  cancel(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #arm(): void {
    this.#timer = this.#clock.setTimeout(() => {
      this.#arm();
      if (this.#clock.now() - this.#lastSign >= this.#periodMs) this.#onIdle();
    }, this.#periodMs);
  }
}
