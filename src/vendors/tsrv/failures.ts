import { Failure } from '#core/failure.ts';
import type { HttpResponse } from '#core/http.ts';
import type { HttpClient } from '#core/http-client.ts';
import { vendorFailure } from '#outbound/vendor-failure.ts';

/**
 * An HTTP status without a Message that could be read. An upstream that understood answers a Message, so that after a
 * change nobody knows what became of it.
 */
export function statusFailure(response: HttpResponse, effect: 'read' | 'change', http: HttpClient): Failure {
  const facts = { status: response.status, message: '' };
  if (response.status === 429) return vendorFailure('VENDOR_RATE_LIMITED', http, facts);
  if (response.status === 401) return vendorFailure('VENDOR_AUTH_FAILED', http, facts);
  // Whoever keeps us out has kept the message out; of anything else a proxy may tell what the upstream did not say.
  if (response.status === 403 && effect === 'change') return vendorFailure('VENDOR_AUTH_FAILED', http, facts);
  if (effect === 'change') return vendorFailure('VENDOR_OUTCOME_UNKNOWN', http, facts);
  if (response.status >= 400 && response.status < 500) return vendorFailure('VENDOR_REJECTED', http, facts);
  return vendorFailure(response.status >= 500 ? 'VENDOR_UNAVAILABLE' : 'VENDOR_BAD_RESPONSE', http, facts);
}

/** An answer that is no Message: bad for a read, and after a change nobody knows what became of it. */
export function unreadable(error: unknown, effect: 'read' | 'change', http: HttpClient): Failure {
  const failure = Failure.from(error);
  if (effect === 'read' || !failure.details || !('vendor' in failure.details)) return failure;
  const { status, code, message } = failure.details;
  return vendorFailure('VENDOR_OUTCOME_UNKNOWN', http, { status, code, message, cause: error });
}
