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
};
