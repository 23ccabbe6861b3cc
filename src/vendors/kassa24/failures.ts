import { Failure } from '#core/failure.ts';
import type { HttpResponse } from '#core/http.ts';
import type { HttpClient } from '#core/http-client.ts';
import { readJson } from '#outbound/answer.ts';
import { vendorFailure } from '#outbound/vendor-failure.ts';
import type { Unreadable } from './fields.ts';
import { refusalOf } from './refusals.ts';
import { type Envelope, readEnvelope } from './wire.ts';

/** A proxy's word for a vendor that is too slow: no refusal. */
const REQUEST_TIMEOUT = 408;

type Account = Pick<HttpClient, 'vendor' | 'account'>;

/** The complaint about an answer that cannot be used. */
export function unreadableAnswer(response: HttpResponse, account: Account): Unreadable {
  return (code, message) =>
    vendorFailure('VENDOR_BAD_RESPONSE', account, { status: response.status, code, message });
}

/** The envelope of an answer whose status has told already what it means, if there is one. */
function tryEnvelope(response: HttpResponse, account: Account): Envelope {
  try {
    return readEnvelope(readJson(response, account), unreadableAnswer(response, account));
  } catch {
    return { status: null, message: '', data: undefined };
  }
}

/** Some statuses say enough even above a proxy's HTML, and any failure does without a body. */
function speaksForItself({ status, text }: HttpResponse): boolean {
  return (
    [401, REQUEST_TIMEOUT, 429].includes(status) || status >= 500 || (status >= 400 && text.trim() === '')
  );
}

function readAnswer(response: HttpResponse, account: Account): Envelope {
  if (speaksForItself(response)) return tryEnvelope(response, account);
  return readEnvelope(readJson(response, account), unreadableAnswer(response, account));
}

/** The vendor's own status where it is a failure, else HTTP's: either of them is one from 400 on. */
function failedStatus(response: HttpResponse, { status }: Envelope): number | undefined {
  if (status !== null && status >= 400) return status;
  return response.status >= 400 ? response.status : undefined;
}

function toFailure(response: HttpResponse, envelope: Envelope, status: number, account: Account): Failure {
  const { message } = envelope;
  const refusal = refusalOf(status, message);
  const isSilent = status >= 500 || status === REQUEST_TIMEOUT;
  const name = refusal?.name ?? (isSilent ? 'VENDOR_UNAVAILABLE' : 'VENDOR_REJECTED');
  return vendorFailure(name, account, {
    status: response.status,
    code: String(status),
    message,
    ...(refusal ? { description: refusal.description } : {}),
  });
}

/** Is the token no longer good? Asked of every answer, so the body is parsed only where it may say so. */
export function isExpired(response: HttpResponse, account: Account): boolean {
  if (response.status === 401) return true;
  return response.text.includes('401') && tryEnvelope(response, account).status === 401;
}

/** `Data` of a success (Status 200, or 208 for what was done before), whatever `Message` says; throws the failure. */
export function dataOf(response: HttpResponse, account: Account): unknown {
  const envelope = readAnswer(response, account);
  const failed = failedStatus(response, envelope);
  if (failed !== undefined) throw toFailure(response, envelope, failed, account);
  if (response.status < 300 && [null, 200, 208].includes(envelope.status)) return envelope.data;
  const code = String(envelope.status ?? response.status);
  throw unreadableAnswer(response, account)(code, `неизвестный Status ${code}`);
}

/** The same for `POST /auth`, where every refusal is one of the login. */
export function loginDataOf(response: HttpResponse, account: Account): unknown {
  const envelope = readAnswer(response, account);
  const failed = failedStatus(response, envelope);
  if (failed === undefined || failed === 429 || failed >= 500) return dataOf(response, account);
  throw vendorFailure('VENDOR_AUTH_FAILED', account, {
    status: response.status,
    code: String(failed),
    message: envelope.message,
    description: 'Kassa24 отказал во входе: проверьте login и password',
  });
}

/** `Status` of the body or of HTTP, whichever is a failure; the body's own where neither is. */
export function statusOf(response: HttpResponse, account: Account): number {
  const envelope = tryEnvelope(response, account);
  return failedStatus(response, envelope) ?? envelope.status ?? response.status;
}

/** A change that left and whose answer says nothing of what became of it. */
export function outcomeUnknown(caught: unknown, account: Account): Failure {
  const failure = Failure.from(caught);
  if (failure.name === 'VENDOR_OUTCOME_UNKNOWN') return failure;
  const details = failure.details && 'vendor' in failure.details ? failure.details : undefined;
  return vendorFailure('VENDOR_OUTCOME_UNKNOWN', account, {
    status: details?.status ?? null,
    code: details?.code ?? 'unknown',
    message: details?.message ?? failure.description,
    cause: caught,
  });
}
