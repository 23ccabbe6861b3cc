import type { Call } from './call.ts';
import type { HttpRequest, HttpResponse } from './http.ts';

/**
 * The way to one account's vendor. `send` resolves with any HTTP answer; it rejects with a `Failure` when there is
 * none: `VENDOR_UNAVAILABLE`, `VENDOR_TIMEOUT`, `VENDOR_BAD_RESPONSE` (cut short, too large), `BUS_TIMEOUT`
 * (its turn never came) or, for a change that left, `VENDOR_OUTCOME_UNKNOWN`.
 */
export type HttpClient = {
  /** The vendor's kind and the account's name, for `details`. */
  readonly vendor: string;
  readonly account: string;
  send(request: HttpRequest, call: Call): Promise<HttpResponse>;
  /**
   * The beginning of a text, not much longer than so many characters, without what the account knows to be secret
   * in any form that it may be quoted in. A client that knows of no secrets has no need of it.
   */
  conceal?(text: string, maxCharacters: number): string;
  /** A token that the vendor has given out is a secret from now on. */
  keepToken?(token: string): void;
};

/** Takes a file piece by piece. */
export type DownloadTarget = {
  /** Resolves when the chunk may be forgotten; what it rejects with ends the download. */
  write(chunk: Uint8Array): Promise<void>;
  /** A larger file ends the download with `VENDOR_BAD_RESPONSE` (`too_large`). */
  readonly maxBytes: number;
};

/** An {@link HttpClient} that also fetches what is too large for memory. */
export type DownloadingHttpClient = HttpClient & {
  /**
   * As `send`, for a request whose answer may be a file. A file, told by its first bytes and never by its headers
   * alone, goes to the target as it comes and is named in `file`; anything else (an error, JSON, a page) is an answer
   * with its `text`, whatever its status. It may take longer than the account's time-out as long as bytes keep
   * coming. When it rejects, the target may have got a part of the file.
   */
  download(request: HttpRequest, call: Call, target: DownloadTarget): Promise<HttpResponse>;
};
