import type { Fault } from '#core/call.ts';
import type { HttpResponse } from '#core/http.ts';
import { isPacked, textOf, unpacked } from './response-text.ts';

/** What an answer's body comes to. */
export type Content = Pick<HttpResponse, 'text' | 'file'>;

/** Takes the body of one answer. */
export type ResponseBody = {
  /** Is what comes passed on at once, so that its size says nothing of how long it may take? */
  readonly streams: boolean;
  /** Told before any of the body has come; answers what is wrong with it already. */
  begin(status: number, headers: HttpResponse['headers']): Fault | undefined;
  /** A promise asks to wait with the next chunk; it rejects with what ends the attempt. */
  take(chunk: Buffer): Fault | Promise<void> | undefined;
  /** Answers what it comes to, or what is wrong with it as a whole. */
  end(): Content | Promise<Content | Fault>;
};

/** A body that is kept as text, up to a limit, packed and unpacked. */
export class TextBody implements ResponseBody {
  readonly streams = false;
  readonly #maxBytes: number;
  #encoding: unknown;
  #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  begin(_status: number, headers: HttpResponse['headers']): Fault | undefined {
    this.#encoding = headers['content-encoding'];
    return Number(headers['content-length']) > this.#maxBytes ? 'too_large' : undefined;
  }

  take(chunk: Buffer): Fault | undefined {
    this.#bytes += chunk.length;
    if (this.#bytes > this.#maxBytes) return 'too_large';
    this.#chunks.push(chunk);
    return undefined;
  }

  end(): Content | Promise<Content> {
    if (!isPacked(this.#encoding) || this.#bytes === 0) return { text: textOf(this.#chunks) };
    return this.#unpacked(this.#encoding);
  }

  async #unpacked(encoding: string): Promise<Content> {
    return { text: textOf([await unpacked(Buffer.concat(this.#chunks), encoding, this.#maxBytes)]) };
  }
}
