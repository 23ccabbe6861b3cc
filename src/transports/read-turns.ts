import type { Socket } from 'node:net';

/** What the system hands over at once (bytes); less than that means that there is no more for now. */
export const BYTES_A_TURN = 65_536;

/** What one connection may have done before it is the others' turn: what comes at once may hold thousands of messages. */
export const MESSAGES_A_TURN = 64;

/** Those that have more to do than one turn lets them. */
const waiting: (() => void)[] = [];

/**
 * Goes on in a later turn of the event loop, of which each belongs to one of those that wait, in the order in which they
 * came: a turn is no longer for many connections that never stop than for one, but by the one message that each WebSocket
 * goes on with; and who has little to ask is heard between.
 */
export function awaitTurn(goOn: () => void): void {
  if (waiting.push(goOn) === 1) setImmediate(takeTurn);
}

function takeTurn(): void {
  const goOn = waiting.shift();
  if (waiting.length > 0) setImmediate(takeTurn);
  goOn?.();
}

let turn = 0;
let isTurnKnown = false;

function currentTurn(): number {
  if (isTurnKnown) return turn;
  isTurnKnown = true;
  setImmediate(() => {
    turn += 1;
    isTurnKnown = false;
  });
  return turn;
}

/** Tells when a turn of the event loop is another one than the last time that it was asked. */
export class TurnWatch {
  #turn = -1;

  isNew(): boolean {
    const now = currentTurn();
    if (now === this.#turn) return false;
    this.#turn = now;
    return true;
  }
}

/** Counts what one connection has had done in the current turn of the event loop: who asks now and then never waits. */
export class TurnCount {
  readonly #watch = new TurnWatch();
  #count = 0;

  /** Returns how much it is now. */
  add(amount: number): number {
    if (this.#watch.isNew()) this.restart();
    this.#count += amount;
    return this.#count;
  }

  restart(): void {
    this.#count = 0;
  }
}

/** Something that stops and goes on reading. */
type Reader = { pause(): void; resume(): void };

/**
 * Lets a connection that never stops sending read in turns with all others, 64 KiB each. Otherwise the system hands over
 * what it has, megabytes of it, before anybody else is heard.
 */
export function readInTurns(socket: Socket, reader: Reader = socket): void {
  // TLS hands over record by record, however much there is.
  const isEncrypted = 'encrypted' in socket;
  const read = new TurnCount();
  const goOn = () => reader.resume();
  socket.on('data', (chunk: Buffer) => {
    const bytes = isEncrypted ? read.add(chunk.length) : chunk.length;
    if (bytes < BYTES_A_TURN) return;
    read.restart();
    reader.pause();
    awaitTurn(goOn);
  });
}
