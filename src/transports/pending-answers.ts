import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** The answers that the requests of one connection wait for, in the order of the requests. */
export class PendingAnswers {
  readonly #socket: Duplex;
  readonly #pending = new Set<ServerResponse>();
  readonly #listeners: (() => void)[] = [];
  #latest: ServerResponse | undefined;

  constructor(socket: Duplex) {
    this.#socket = socket;
    socket.on('drain', this.#tell);
  }

  /** To be called in the order of the requests, before any of them waits for its turn. */
  expect(response: ServerResponse): void {
    this.#latest = response;
    this.#pending.add(response);
    // One whose turn to be written has not come is not told when the connection is gone, and need not be.
    response.once('close', () => {
      this.#pending.delete(response);
      // One whose body is still to come may yet turn out unreadable.
      if (this.#latest === response && response.req.complete) this.#latest = undefined;
      this.#tell();
    });
  }

  /** Requests that were read whole still wait for their answers, or one that was not is being answered. */
  get areUnderWay(): boolean {
    const { broken } = this;
    const isUnanswered = broken !== undefined && !broken.headersSent && this.#pending.has(broken);
    return this.#pending.size > (isUnanswered ? 1 : 0);
  }

  /** The answer to the request whose body has not been read to its end. */
  get broken(): ServerResponse | undefined {
    return this.#latest?.req.complete === false ? this.#latest : undefined;
  }

  /** Does the one come before the other, which waits? One that has left does. */
  isBefore(one: ServerResponse, other: ServerResponse): boolean {
    if (!this.#pending.has(one)) return true;
    for (const response of this.#pending) if (response === one || response === other) return response === one;
    return false;
  }

  /** As much waits to be written as may; the latest so many requests are not served yet, and have written nothing. */
  areFull(unserved: number): boolean {
    if (this.#socket.writableNeedDrain) return true;
    let served = this.#pending.size - unserved;
    let bytes = 0;
    for (const response of this.#pending) {
      if (served === 0) break;
      served -= 1;
      // The one whose turn it is writes to the socket itself; the others know nothing of how full it is.
      if (response.socket === null) bytes += response.writableLength;
      if (bytes >= this.#socket.writableHighWaterMark) return true;
    }
    return false;
  }

  /** Goes on with the answer that is being written, where Node does not any more: the socket is another protocol's soon. */
  goOnWriting(): void {
    const [response] = this.#pending;
    if (response?.writableNeedDrain) response.emit('drain');
  }

  /** Calls the listener once, when fewer wait or less of them does: whatever makes them full ends with it. */
  onceFewer(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Calls the listener once, when no answer is under way: at once where none is. */
  onceNone(listener: () => void): void {
    if (this.areUnderWay) this.onceFewer(() => this.onceNone(listener));
    else listener();
  }

  readonly #tell = () => {
    for (const listener of this.#listeners.splice(0)) listener();
  };
}
