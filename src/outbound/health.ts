import type { Clock } from '#core/clock.ts';
import { callEndOf, type Outcome } from './outcome.ts';

/** A page, whatever it is called: somebody else stands there, as at a wrong address. No JSON begins so. */
const PAGE = /^\s*</;

/** When a vendor was last well and last ill: milliseconds since the epoch, null where it never was. */
export class Health {
  readonly #clock: Clock;
  #lastSuccess: number | null = null;
  #lastFailure: number | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get times() {
    return { lastSuccess: this.#lastSuccess, lastFailure: this.#lastFailure };
  }

  note(last: Outcome): void {
    const end = callEndOf(last);
    const isPage = 'response' in last && PAGE.test(last.response.text);
    if (end === 'failed' || isPage) this.#lastFailure = this.#clock.now();
    else if (end === 'answered') this.#lastSuccess = this.#clock.now();
  }
}
