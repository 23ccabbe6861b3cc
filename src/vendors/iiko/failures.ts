import type { Failure, FailureName } from '#core/failure.ts';
import type { HttpResponse } from '#core/http.ts';
import type { HttpClient } from '#core/http-client.ts';
import { htmlFailure, isHtml } from '#outbound/answer.ts';
import { vendorFailure } from '#outbound/vendor-failure.ts';

/** All licence slots are taken: somebody else's session, or one of ours that was never logged out. */
const NO_SLOT = /no connections available/i;

/** The status says it all for these; everything else in 400–499 is a refusal. */
const NAMES: Readonly<Record<number, FailureName>> = {
  401: 'VENDOR_AUTH_FAILED',
  429: 'VENDOR_RATE_LIMITED',
};

function nameOf(status: number): FailureName {
  if (status >= 500) return 'VENDOR_UNAVAILABLE';
  if (status >= 400) return NAMES[status] ?? 'VENDOR_REJECTED';
  return 'VENDOR_BAD_RESPONSE';
}

/** An answer other than 200 to a read; the body is plain text meant for a person, often localised. */
export function failureOf(response: HttpResponse, http: HttpClient): Failure {
  const { status, text } = response;
  // Tomcat's own pages, too: it is not iiko that speaks.
  if (isHtml(response) && status < 500) return htmlFailure(response, http);
  if (status === 403 && NO_SLOT.test(text)) {
    return vendorFailure('VENDOR_RATE_LIMITED', http, { status, code: 'license_exhausted', message: text });
  }
  return vendorFailure(nameOf(status), http, { status, message: isHtml(response) ? '' : text });
}

/** An answer other than 200 to a login: whatever is refused here is about the account. */
export function loginFailureOf(response: HttpResponse, http: HttpClient): Failure {
  const failure = failureOf(response, http);
  if (response.status === 401 && !isHtml(response)) {
    return vendorFailure('VENDOR_AUTH_FAILED', http, {
      status: 401,
      message: response.text,
      // A server that is starting cannot check a password and says the same.
      description: 'iiko не принимает логин и пароль, или сервер ещё запускается',
    });
  }
  if (failure.name !== 'VENDOR_REJECTED' || response.status !== 403) return failure;
  return vendorFailure('VENDOR_AUTH_FAILED', http, { status: 403, message: response.text });
}
