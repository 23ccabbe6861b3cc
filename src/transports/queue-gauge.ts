import { TurnWatch } from './read-turns.ts';

/** So much may be added in one turn, however little may wait (bytes): a hundred answers of a usual size. */
const LEAST_A_TURN = 1_048_576;

/**
 * Tells who reads too slowly: where more than `maxBytes` waits since before this turn of the event loop. What is written in
 * a turn says nothing of the other end, which cannot have read any of it; it is limited by itself, so that what one turn
 * brings costs no more memory than as much again, or a mebibyte.
 */
export class QueueGauge {
  readonly #maxBytes: number;
  readonly #queuedBytes: () => number;
  readonly #flush: (() => void) | undefined;
  readonly #watch = new TurnWatch();
  /** What waited when the turn began. */
  #before = 0;

  /** `queuedBytes` tells what waits; what was merely gathered says nothing of the other end either, and `flush` writes it out. */
  constructor(maxBytes: number, queuedBytes: () => number, flush?: () => void) {
    this.#maxBytes = maxBytes;
    this.#queuedBytes = queuedBytes;
    this.#flush = flush;
  }

  /** To be asked before every write. */
  isOverfull(): boolean {
    const queued = this.#queuedBytes();
    if (this.#watch.isNew()) this.#before = queued;
    if (!this.#isTooMuch(queued)) return false;
    if (!this.#flush) return true;
    this.#flush();
    const left = this.#queuedBytes();
    this.#before = Math.min(this.#before, left);
    return this.#isTooMuch(left);
  }

  #isTooMuch(queued: number): boolean {
    return this.#before > this.#maxBytes || queued - this.#before > Math.max(this.#maxBytes, LEAST_A_TURN);
  }
}
