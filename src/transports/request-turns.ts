import type { Duplex } from 'node:stream';
import type { PendingAnswers } from './pending-answers.ts';
import { awaitTurn, TurnCount } from './read-turns.ts';

/** Fewer than of messages otherwise: each costs a head to read and one to write. */
const REQUESTS_A_TURN = 16;

/** How much more is read while answers are held back, so that it is heard when the client is gone. */
const READ_AHEAD_BYTES = 65_536;
/** … and how many requests may wait meanwhile: 64 KiB hold thousands, of which each costs many times its bytes. */
const READ_AHEAD_REQUESTS = 256;

/** A network socket tells how much was read of it (bytes). */
type RequestSocket = Duplex & { readonly bytesRead?: number };

/**
 * Serves the requests of one connection in turns with all others, and none while as many answers wait as may. Node reads
 * 64 KiB at once and tells of every request in it, hundreds where nobody waits for answers: those above so many wait here.
 */
export class RequestTurns {
  readonly #socket: RequestSocket;
  readonly #answers: PendingAnswers;
  readonly #waiting: (() => void)[] = [];
  readonly #served = new TurnCount();
  #mustWait = false;
  /** How much had been read when answers were held back first since the last time that nothing waited. */
  #heldAtBytes: number | undefined;

  constructor(socket: RequestSocket, answers: PendingAnswers) {
    this.#socket = socket;
    this.#answers = answers;
    // Whoever has had a turn of all connections reserved keeps this one that long, and need not keep what it has read.
    socket.once('close', () => {
      this.#waiting.length = 0;
    });
    // Node itself would stop its parser where answers wait. Over TLS it then takes what is decrypted already for an error
    // (HPE_PAUSED) and valid requests for none, and it never hears that the client is gone. So it is not to know: the same
    // is counted here. It has no option for it; a Node that calls the field otherwise stops its parser again.
    Object.defineProperty(socket, '_paused', { get: () => false, set() {} });
    // Node goes on reading whenever a body is read.
    socket.on('resume', () => {
      if (this.#mustWait && !this.#mayReadAhead) socket.pause();
    });
  }

  /** Calls `serve` at once, or in a later turn after the requests before it; then never when the connection is gone. */
  take(serve: () => void): void {
    this.#waiting.push(serve);
    if (!this.#mustWait) this.#serveWaiting();
    else this.#readAheadIfMay();
  }

  #serveWaiting(): void {
    while (!this.#mustWait && this.#waiting.length > 0) {
      if (this.#answers.areFull(this.#waiting.length)) return this.#hold();
      this.#waiting.shift()?.();
      if (this.#served.add(1) >= REQUESTS_A_TURN) this.#awaitTurn();
    }
    if (this.#waiting.length === 0) this.#heldAtBytes = undefined;
  }

  /** The client may go away meanwhile, of which only who reads is told. */
  #hold(): void {
    this.#heldAtBytes ??= this.#socket.bytesRead;
    this.#answers.onceFewer(this.#awaitTurn);
    this.#mustWait = true;
    this.#readAheadIfMay();
  }

  /** Node itself stops reading with the head of a request that comes while answers wait, and goes on after its body only. */
  #readAheadIfMay(): void {
    if (this.#mayReadAhead) this.#socket.resume();
    else this.#socket.pause();
  }

  get #mayReadAhead(): boolean {
    const { bytesRead = 0 } = this.#socket;
    if (this.#waiting.length >= READ_AHEAD_REQUESTS) return false;
    return this.#heldAtBytes !== undefined && bytesRead - this.#heldAtBytes < READ_AHEAD_BYTES;
  }

  readonly #awaitTurn = () => {
    this.#mustWait = true;
    if (!this.#mayReadAhead) this.#socket.pause();
    awaitTurn(this.#goOn);
  };

  readonly #goOn = () => {
    if (this.#isGone) return;
    this.#mustWait = false;
    this.#served.restart();
    this.#serveWaiting();
    if (!this.#mustWait) this.#socket.resume();
  };

  /** Who sends no more counts as gone. */
  get #isGone(): boolean {
    return this.#socket.destroyed || this.#socket.readableEnded;
  }
}
