import type { Socket } from 'node:net';
import type { Client } from '#bus/client.ts';
import type { Log } from '#core/log.ts';
import { QueueGauge } from './queue-gauge.ts';
import type { WriteBatch } from './write-batch.ts';

/** How much may wait to be written to one socket: slow consumers are disconnected, not buffered for ever. */
export class QueueLimit {
  readonly #socket: Socket;
  readonly #gauge: QueueGauge;
  readonly #log: Log;
  #exceeded = false;

  constructor(socket: Socket, batch: WriteBatch, maxQueuedBytes: number, log: Log) {
    this.#socket = socket;
    this.#gauge = new QueueGauge(
      maxQueuedBytes,
      () => socket.writableLength,
      () => batch.flush(),
    );
    this.#log = log;
  }

  /** May more be written? When not, the socket has been cut off, and the log says so once. */
  admits(client: Client): boolean {
    if (this.#exceeded) return false;
    if (!this.#gauge.isOverfull()) return true;
    this.#exceeded = true;
    this.#log.warn(
      { client: client.name, queued: this.#socket.writableLength },
      'slow consumer disconnected',
    );
    this.#socket.destroy();
    return false;
  }
}
