import type { Clock, Timer } from '#core/clock.ts';

/** One timer at a time: setting it anew forgets the one before. */
export class Alarm {
  readonly #clock: Clock;
  #timer: Timer | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  set(ms: number, run: () => void): void {
    this.cancel();
    this.#timer = this.#clock.setTimeout(run, ms);
  }

  cancel(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}
