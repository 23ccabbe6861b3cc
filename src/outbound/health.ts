import type { Clock } from '#core/clock.ts';
import type { CallEnd } from './breaker.ts';

/** When a vendor was last well and last ill: milliseconds since the epoch, null where it never was. */
export class Health {
  readonly #clock: Clock;
  #lastSuccess: number | null = null;
  #successBefore: number | null = null;
  #lastFailure: number | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get lastSuccess(): number | null {
    return this.#lastSuccess;
  }

  get lastFailure(): number | null {
    return this.#lastFailure;
  }

  note(end: CallEnd): void {
    if (end === 'failed') this.#lastFailure = this.#clock.now();
    if (end !== 'answered') return;
    this.#successBefore = this.#lastSuccess;
    this.#lastSuccess = this.#clock.now();
  }

  /** The last answer was no success after all: a page of somebody else's, as at a wrong address. */
  takeBack(): void {
    this.#lastSuccess = this.#successBefore;
    this.#lastFailure = this.#clock.now();
  }
}
