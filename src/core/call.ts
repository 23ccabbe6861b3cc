import type { Signal } from './cancellation.ts';
import type { Flow } from './flow.ts';
import type { HttpRequest, HttpResponse } from './http.ts';

/** Why a call to a vendor got no answer. */
export type Fault =
  | 'refused'
  | 'no_such_host'
  | 'certificate'
  | 'breaker_open'
  | 'reset'
  | 'timeout'
  | 'truncated'
  | 'too_large';

/** One attempt of one call to a vendor, as it was sent and answered. Holds secrets: never logged as it is. */
export type Exchange = {
  /** The configured account's name. */
  readonly account: string;
  readonly request: HttpRequest;
  readonly outcome: HttpResponse | { readonly fault: Fault };
  readonly ms: number;
};

/**
 * One request on its way through the bus: how long it may take, whether anybody still waits for it, and what
 * it has cost so far. Made once per message that reaches a vendor.
 */
export type Call = {
  /** Milliseconds since the epoch. A getter where several requesters share one call: the last one's. */
  readonly deadline: number;
  /** Aborted when the deadline has passed or nobody waits any more. */
  readonly signal: Signal;
  /** Every attempt made on its behalf, in order of their ends. Short-lived: gone with the message. */
  readonly exchanges: Exchange[];
  /** A trace to continue at the vendor (W3C Trace Context), if the message carried one. */
  readonly traceparent: string | undefined;
  /** `tokens.refresh`: nothing remembered will do, and no read that is under way. */
  readonly fresh?: boolean;
  /** Nobody waits for this very call: a job is followed, which leaves every other turn to those who do. */
  readonly isBackground?: boolean;
  /** Whose turn it takes at the account; without one the bus calls on its own behalf. */
  readonly flow?: Flow | undefined;
};
