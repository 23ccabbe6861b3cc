import type { Socket } from 'node:net';
import type { Client } from '#bus/client.ts';
import type { Log } from '#core/log.ts';
import type { WriteBatch } from './write-batch.ts';

/** How much may wait to be written to one socket: slow consumers are disconnected, not buffered for ever. */
export class QueueLimit {
  readonly #socket: Socket;
  readonly #batch: WriteBatch;
  readonly #log: Log;
  #exceeded = false;

  constructor(socket: Socket, batch: WriteBatch, log: Log) {
    this.#socket = socket;
    this.#batch = batch;
    this.#log = log;
  }

  /** May more be written? When not, the socket has been cut off, and the log says so once. */
  admits(client: Client): boolean {
    if (this.#exceeded) return false;
    if (!this.#batch.isOverfull()) return true;
    this.#exceeded = true;
    this.#log.warn(
      { client: client.name, queued: this.#socket.writableLength },
      'slow consumer disconnected',
    );
    this.#socket.destroy();
    return false;
  }
}
