import type { Socket } from 'node:net';
import type { Clock, Timer } from '#core/clock.ts';

/** How often a connection whose other end sends no more is looked at (milliseconds). */
const LOOK_EVERY_MS = 1_000;

/**
 * Finds out that a connection whose other end has closed its half is gone altogether: the system tells of a reset only to
 * whoever reads or writes, and there is nothing left to read. So nothing is written, again and again.
 */
export class HalfCloseWatch {
  readonly #clock: Clock;
  readonly #socket: Socket;
  #next: Timer | undefined;

  constructor(clock: Clock, socket: Socket) {
    this.#clock = clock;
    this.#socket = socket;
  }

  start(): void {
    this.#next = this.#clock.setTimeout(() => {
      // What waits to be written finds it out by itself.
      if (this.#socket.writableLength === 0) this.#socket.write('');
      this.start();
    }, LOOK_EVERY_MS);
  }

  cancel(): void {
    this.#next?.cancel();
  }
}
