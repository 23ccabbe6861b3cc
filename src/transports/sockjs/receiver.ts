import type { ServerResponse } from 'node:http';
import type { SockJsFraming } from '#protocol/sockjs-framings.ts';
import { ignore } from './connection.ts';

/** The response that waits for frames of a session: one frame for polling, a stream of them otherwise. */
export class Receiver {
  readonly #response: ServerResponse;
  readonly #framing: SockJsFraming;
  readonly #callback: string;
  readonly #maxBytes: number;
  #written = 0;
  #ended = false;
  /** The client or the network cut the response off before we ended it. */
  onAbort: () => void = ignore;

  /** Starts the response; all its headers but the content type are already set. */
  constructor(response: ServerResponse, framing: SockJsFraming, callback: string, maxBytes: number) {
    this.#response = response;
    this.#framing = framing;
    this.#callback = callback;
    this.#maxBytes = maxBytes;
    response.on('close', () => this.#closed());
    response.on('error', ignore); // a write that lost the race against 'close', which tells us enough
    response.setHeader('Content-Type', framing.contentType);
    const prelude = framing.prelude(callback);
    if (prelude !== '') response.write(prelude);
  }

  /** Nothing more can be written; the client has to ask again. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Bytes written that the kernel has not taken. */
  get queuedBytes(): number {
    return this.#response.writableLength;
  }

  write(frame: string): void {
    if (this.#ended) return;
    const chunk = this.#framing.wrap(frame, this.#callback);
    if (this.#framing.polling) {
      this.#ended = true;
      this.#response.end(chunk); // nothing was written before, so Node gives it a Content-Length
      return;
    }
    this.#response.write(chunk);
    this.#written += Buffer.byteLength(chunk);
    // The prelude does not count: the suite's own arithmetic (XhrStreaming.response_limit) leaves it out.
    if (this.#written >= this.#maxBytes) this.end();
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#response.end();
  }

  /** For a client that does not read: nothing is flushed. */
  destroy(): void {
    this.#ended = true;
    this.#response.destroy();
  }

  #closed(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.onAbort();
  }
}
