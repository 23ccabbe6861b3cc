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
  readonly #watch = new TurnWatch();
  /** What waited when the turn began. */
  #before = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** To be asked before every write, with what waits (bytes). */
  isOverfull(queuedBytes: number): boolean {
    if (this.#watch.isNew()) this.#before = queuedBytes;
    if (this.#before > this.#maxBytes) return true;
    return queuedBytes - this.#before > Math.max(this.#maxBytes, LEAST_A_TURN);
  }
}
