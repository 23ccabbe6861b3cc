import type { Duplex } from 'node:stream';
import type { PendingAnswers } from './pending-answers.ts';
import { awaitTurn, TurnCount } from './read-turns.ts';

/** Fewer than of messages otherwise: each costs a head to read and one to write. */
const REQUESTS_A_TURN = 16;

/**
 * Serves the requests of one connection in turns with all others. Node reads 64 KiB at once and tells of every request in
 * it, hundreds where nobody waits for answers: those above so many wait here, and nothing is read meanwhile.
 */
export class RequestTurns {
  readonly #socket: Duplex;
  readonly #answers: PendingAnswers;
  readonly #waiting: (() => void)[] = [];
  readonly #served = new TurnCount();
  #mustWait = false;

  constructor(socket: Duplex, answers: PendingAnswers) {
    this.#socket = socket;
    this.#answers = answers;
    // Node goes on reading whenever a body is read.
    socket.on('resume', () => {
      if (this.#mustWait) socket.pause();
    });
  }

  /** Calls `serve` at once, or in a later turn after the requests before it; then never when the connection is gone. */
  take(serve: () => void): void {
    if (this.#mustWait) return void this.#waiting.push(serve);
    serve();
    if (this.#served.add(1) < REQUESTS_A_TURN) return;
    this.#mustWait = true;
    this.#socket.pause();
    this.#awaitTurn();
  }

  readonly #awaitTurn = () => awaitTurn(this.#goOn);

  readonly #goOn = () => {
    // Nobody waits for the answers any more.
    if (this.#socket.destroyed) return;
    // Node reads no further by itself where answers are not taken, but all that it has told of would be answered first.
    if (this.#answers.areFull(this.#waiting.length)) return this.#answers.onceFewer(this.#awaitTurn);
    this.#mustWait = false;
    this.#served.restart();
    for (const serve of this.#waiting.splice(0, REQUESTS_A_TURN)) this.take(serve);
    if (!this.#mustWait) this.#socket.resume();
  };
}
