import { messagesFrame, quoteMessage } from '#protocol/sockjs-frames.ts';

/**
 * Messages on their way into one `a[...]` frame. `flush` is called once a turn of the event loop in which
 * something was put in, so that a burst of messages costs one write.
 */
export class Outbox {
  readonly #flush: () => void;
  #quoted: string[] = [];
  #bytes = 0;
  #scheduled = false;

  constructor(flush: () => void) {
    this.#flush = flush;
  }

  /** Bytes of the messages inside, as they will be on the wire. */
  get bytes(): number {
    return this.#bytes;
  }

  put(text: string): void {
    const quoted = quoteMessage(text);
    this.#quoted.push(quoted);
    this.#bytes += Buffer.byteLength(quoted) + 1;
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#flush();
    });
  }

  /** Empties it into one frame; `undefined` when there is nothing to send. */
  take(): string | undefined {
    if (this.#quoted.length === 0) return undefined;
    const frame = messagesFrame(this.#quoted);
    this.clear();
    return frame;
  }

  clear(): void {
    this.#quoted = [];
    this.#bytes = 0;
  }
}
