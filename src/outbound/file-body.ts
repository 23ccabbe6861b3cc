import type { Fault } from '#core/call.ts';
import type { FileType, HttpResponse } from '#core/http.ts';
import type { DownloadTarget } from '#core/http-client.ts';
import { endedTypeOf } from './file-end.ts';
import { FileTail } from './file-tail.ts';
import { fileTypeOf, HEAD_BYTES } from './file-type.ts';
import type { Content, ResponseBody } from './response-body.ts';
import { isPacked, textOf, unpacked } from './response-text.ts';

/**
 * A body that may be a file: its first bytes are held back until they tell. A file goes on to the target as it
 * comes, and its end tells whether it is whole; anything else is kept as text.
 */
export class FileBody implements ResponseBody {
  readonly streams = true;
  readonly #target: DownloadTarget;
  readonly #maxTextBytes: number;
  #status = 0;
  #headers: HttpResponse['headers'] = {};
  /** What has not been passed on: the first bytes, a text, or a packed body. */
  #kept: Buffer[] = [];
  #bytes = 0;
  #isTold = false;
  #file: { readonly type: FileType; readonly tail: FileTail } | undefined;
  /** The writes so far. */
  #writing: Promise<void> = Promise.resolve();

  constructor(target: DownloadTarget, maxTextBytes: number) {
    this.#target = target;
    this.#maxTextBytes = maxTextBytes;
  }

  begin(status: number, headers: HttpResponse['headers']): Fault | undefined {
    this.#status = status;
    this.#headers = headers;
    const most = Math.max(this.#target.maxBytes, this.#maxTextBytes);
    return Number(headers['content-length']) > most ? 'too_large' : undefined;
  }

  take(chunk: Buffer): Fault | Promise<void> | undefined {
    this.#bytes += chunk.length;
    if (!this.#file) {
      this.#kept.push(chunk);
      if (this.#bytes >= HEAD_BYTES && !isPacked(this.#headers['content-encoding'])) this.#tell();
    }
    if (this.#bytes > (this.#file ? this.#target.maxBytes : this.#maxTextBytes)) return 'too_large';
    if (!this.#file) return undefined;
    const bytes = this.#kept.length > 0 ? this.#takeKept() : chunk;
    this.#file.tail.take(bytes);
    // One after the other: at the end of a connection undici does not wait.
    this.#writing = this.#writing.then(() => this.#target.write(bytes));
    return this.#writing;
  }

  async end(): Promise<Content | Fault> {
    await this.#writing;
    const encoding = this.#headers['content-encoding'];
    if (isPacked(encoding) && this.#bytes > 0) {
      this.#kept = [await unpacked(this.#takeKept(), encoding, this.#maxTextBytes)];
    }
    if (!this.#isTold) this.#tell();
    if (!this.#file) return { text: textOf(this.#kept) };
    const rest = this.#takeKept();
    this.#file.tail.take(rest);
    const file = endedTypeOf(this.#file.type, this.#file.tail);
    if (!file) return 'truncated';
    if (rest.length > 0) await this.#target.write(rest);
    return { text: '', file };
  }

  #tell(): void {
    this.#isTold = true;
    const isSuccess = this.#status >= 200 && this.#status < 300;
    const contentType = String(this.#headers['content-type'] ?? '');
    const type = isSuccess ? fileTypeOf(Buffer.concat(this.#kept), contentType) : undefined;
    if (type) this.#file = { type, tail: new FileTail() };
  }

  #takeKept(): Buffer {
    const bytes = Buffer.concat(this.#kept);
    this.#kept = [];
    return bytes;
  }
}
