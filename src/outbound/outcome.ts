import type { Fault } from '#core/call.ts';
import type { HttpResponse } from '#core/http.ts';
import type { CallEnd } from './breaker.ts';

/** An attempt that brought no answer. */
export type Lost = {
  readonly fault: Fault;
  /** Had the request begun to leave? Only if it had not is it sure that the vendor did nothing. */
  readonly sent: boolean;
  /** The requester went away before its deadline. */
  readonly left: boolean;
  /** The requester's own deadline came before the vendor had had a fair time to answer. */
  readonly isHasty: boolean;
  /** The HTTP status, if the head of the answer had come. */
  readonly status: number | null;
  /** The network's own word, `ECONNREFUSED`. */
  readonly code?: string;
  readonly cause?: unknown;
};

export type Outcome = { readonly response: HttpResponse } | Lost;

/** What the end of a call says of the vendor's health. */
export function callEndOf(outcome: Outcome): CallEnd {
  if ('response' in outcome) return outcome.response.status < 500 ? 'answered' : 'failed';
  if (outcome.left || outcome.isHasty) return 'abandoned';
  return outcome.fault === 'truncated' || outcome.fault === 'too_large' ? 'answered' : 'failed';
}
