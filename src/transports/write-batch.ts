import type { Writable } from 'node:stream';

/**
 * Gathers what is written to a socket within one turn of the event loop into one write: with a window of requests in
 * flight this halves the cost of a message.
 */
export class WriteBatch {
  readonly #socket: Writable;
  #corked = false;
  #isReceiving = false;

  constructor(socket: Writable) {
    this.#socket = socket;
  }

  /** Runs what takes an incoming message: what it answers at once leaves without waiting for the end of the turn. */
  receiving<T>(take: () => T): T {
    this.#isReceiving = true;
    try {
      return take();
    } finally {
      this.#isReceiving = false;
    }
  }

  /** Call before every write. */
  open(): void {
    if (this.#corked) return;
    this.#corked = true;
    this.#socket.cork();
    // Messages that came together are answered together; answers of vendors come from many sockets, each in a tick of its own.
    if (this.#isReceiving) process.nextTick(this.#release);
    else setImmediate(this.#release);
  }

  readonly #release = (): void => {
    this.#corked = false;
    this.#socket.uncork();
  };
}
