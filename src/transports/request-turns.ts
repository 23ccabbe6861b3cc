import type { Socket } from 'node:net';
import { awaitTurn, TurnCount } from './read-turns.ts';

/** Fewer than of messages otherwise: each costs a head to read and one to write. */
const REQUESTS_A_TURN = 16;

/**
 * Serves the requests of one connection in turns with all others. Node reads 64 KiB at once and tells of every request in
 * it, hundreds where nobody waits for answers: those above so many wait here, and nothing is read meanwhile.
 */
class ConnectionTurns {
  readonly #socket: Socket;
  readonly #waiting: (() => void)[] = [];
  readonly #served = new TurnCount();
  #mustWait = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    // Node goes on reading whenever a body is read.
    socket.on('resume', () => {
      if (this.#mustWait) socket.pause();
    });
  }

  take(serve: () => void): void {
    if (this.#mustWait) return void this.#waiting.push(serve);
    serve();
    if (this.#served.add(1) < REQUESTS_A_TURN) return;
    this.#mustWait = true;
    this.#socket.pause();
    awaitTurn(this.#goOn);
  }

  readonly #goOn = () => {
    // Nobody waits for the answers any more.
    if (this.#socket.destroyed) return;
    this.#mustWait = false;
    this.#served.restart();
    for (const serve of this.#waiting.splice(0, REQUESTS_A_TURN)) this.take(serve);
    if (!this.#mustWait) this.#socket.resume();
  };
}

/** The turns of all connections over which HTTP requests come. */
export class RequestTurns {
  readonly #bySocket = new WeakMap<Socket, ConnectionTurns>();

  /** Calls `serve` at once, or in a later turn after the requests before it; never when the connection is gone. */
  take(socket: Socket, serve: () => void): void {
    let turns = this.#bySocket.get(socket);
    if (!turns) {
      turns = new ConnectionTurns(socket);
      this.#bySocket.set(socket, turns);
    }
    turns.take(serve);
  }
}
