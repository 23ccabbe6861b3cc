import type { Writable } from 'node:stream';

/** A write waits for what further turns of the event loop bring, as long as each of them does, for so many … */
const MOST_TURNS = 16;
/** … no longer than this (milliseconds), since a turn is as long as others make it … */
const LONGEST_MS = 1;
/** … and until so much has gathered (bytes). */
const ENOUGH_BYTES = 65_536;

/**
 * Gathers what is written to a socket into few writes: under load the system's part of each is a good deal of the cost
 * of a message. What nothing follows leaves after one more look at what there is to read.
 */
export class WriteBatch {
  readonly #socket: Writable;
  readonly #enoughBytes: number;
  #corked = false;
  #isReceiving = false;
  /** Was anything written in this turn? */
  #hasGrown = false;
  #turns = 0;
  #since = 0;

  /** No more than `maxQueuedBytes` are to wait in the socket, of which much less is gathered. */
  constructor(socket: Writable, maxQueuedBytes: number) {
    this.#socket = socket;
    this.#enoughBytes = Math.min(ENOUGH_BYTES, maxQueuedBytes / 2);
  }

  /** Writes out what was gathered so far; what follows is gathered on. */
  flush(): void {
    if (!this.#corked) return;
    this.#socket.uncork();
    this.#socket.cork();
  }

  /**
   * Runs what takes an incoming message: what it answers at once leaves without waiting for the end of the turn, unless
   * it joins what is being gathered already.
   */
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
    this.#hasGrown = true;
    if (this.#corked) return;
    this.#corked = true;
    this.#socket.cork();
    // Messages that came together are answered together; answers of vendors come from many sockets, each in a tick of its own.
    if (this.#isReceiving) process.nextTick(this.#release);
    else {
      this.#since = performance.now();
      setImmediate(this.#goOn);
    }
  }

  readonly #goOn = (): void => {
    this.#turns += 1;
    const isLong = this.#turns > MOST_TURNS || performance.now() - this.#since >= LONGEST_MS;
    const isDone = !this.#hasGrown || isLong || this.#socket.writableLength >= this.#enoughBytes;
    if (isDone) return this.#release();
    this.#hasGrown = false;
    setImmediate(this.#goOn);
  };

  readonly #release = (): void => {
    this.#corked = false;
    this.#turns = 0;
    this.#socket.uncork();
  };
}
