import type { Failure, FailureName } from '#core/failure.ts';
import type { HttpResponse } from '#core/http.ts';
import type { HttpClient } from '#core/http-client.ts';
import { isJsonObject } from '#core/json.ts';
import { htmlFailure, isHtml, readJson } from '#outbound/answer.ts';
import { vendorFailure } from '#outbound/vendor-failure.ts';
import { ERROR_NAMES, findErrorName } from './error-names.ts';
import { spelled } from './spelling.ts';

export type Account = Pick<HttpClient, 'vendor' | 'account'>;

/** The complaint about an answer that cannot be used; `message` is Russian. */
export type Complain = (code: string, message: string) => Failure;

/** An answer as 002_… 2 describes it, or without any envelope. */
type Answer = {
  /** `Data` of the envelope, else the whole body. */
  readonly data: unknown;
  /** Undefined in a success. */
  readonly errors: readonly string[] | undefined;
};

function textsOf(value: unknown): string[] {
  const list = Array.isArray(value) ? value : [value];
  return list.filter((item) => typeof item === 'string').map((item) => item.trim());
}

/** A report has a `Status` of its own (`Todo`), so that key alone makes no envelope. */
function toAnswer(body: unknown): Answer {
  if (!isJsonObject(body)) return { data: body, errors: undefined };
  const status = typeof body.Status === 'string' ? body.Status.trim().toLowerCase() : '';
  const errors = textsOf(body.Errors).filter((error) => error !== '');
  if (status === 'failed' || errors.length > 0) {
    return { data: undefined, errors: errors.length > 0 ? errors : textsOf(body.Message ?? '') };
  }
  return { data: status === 'success' && 'Data' in body ? body.Data : body, errors: undefined };
}

function tryAnswer(response: HttpResponse, account: Account): Answer | undefined {
  try {
    return toAnswer(spelled(readJson(response, account)));
  } catch {
    return undefined;
  }
}

/** What a status says where the body says nothing that is known. */
function nameOf(status: number): FailureName {
  if (status === 429) return 'VENDOR_RATE_LIMITED';
  if (status === 401 || status === 403) return 'VENDOR_AUTH_FAILED';
  if (status >= 500 || status === 408) return 'VENDOR_UNAVAILABLE';
  return status >= 300 && status < 400 ? 'VENDOR_BAD_RESPONSE' : 'VENDOR_REJECTED';
}

function failureOf({ status }: HttpResponse, errors: readonly string[], account: Account): Failure {
  const known = findErrorName(errors);
  const rule = known === undefined ? undefined : ERROR_NAMES[known];
  const message = errors.join('; ');
  // The limit on requests is the same whatever else is said.
  if (rule && status !== 429) {
    const { name, description } = rule;
    return vendorFailure(name, account, { status, code: known ?? '', message, description });
  }
  const [word] = errors.filter((error) => /^\w{1,60}$/.test(error));
  return vendorFailure(nameOf(status), account, { status, code: word ?? String(status), message });
}

export function complaintAbout({ status }: HttpResponse, account: Account): Complain {
  return (code, message) => vendorFailure('VENDOR_BAD_RESPONSE', account, { status, code, message });
}

/** The error name in an answer, whatever its status: errors come under 200, too. */
export function errorNameIn(response: HttpResponse, account: Account): string | undefined {
  const errors = tryAnswer(response, account)?.errors;
  return errors && findErrorName(errors);
}

/** Is the token no longer good? */
export function isAccessDenied(response: HttpResponse, account: Account): boolean {
  if (response.status === 401) return true;
  const name = errorNameIn(response, account);
  return name === undefined ? response.status === 403 && !isHtml(response) : name === 'AccessDenied';
}

/** `Data` of a success, with or without its envelope, in the document's spelling; throws the failure. */
export function dataOf(response: HttpResponse, account: Account): unknown {
  const answer = tryAnswer(response, account);
  if (answer?.errors) throw failureOf(response, answer.errors, account);
  if (response.status < 300) return answer ? answer.data : readJson(response, account);
  if (isHtml(response) && response.status < 500 && response.status !== 401 && response.status !== 429) {
    throw htmlFailure(response, account);
  }
  throw failureOf(response, [], account);
}

/** The same for 1.1 'Авторизация через AuthToken', where every refusal is one of the login. */
export function loginDataOf(response: HttpResponse, account: Account): unknown {
  const answer = tryAnswer(response, account);
  const failed = response.status >= 300 || answer?.errors !== undefined;
  const isOther =
    response.status >= 300 && !['VENDOR_AUTH_FAILED', 'VENDOR_REJECTED'].includes(nameOf(response.status));
  const name = findErrorName(answer?.errors ?? []);
  if (!failed || name === 'InternalError' || isOther || isHtml(response)) return dataOf(response, account);
  throw vendorFailure('VENDOR_AUTH_FAILED', account, {
    status: response.status,
    ...(name === undefined ? {} : { code: name }),
    message: (answer?.errors ?? []).join('; '),
    description: 'OFD.ru отказал во входе: проверьте login и password',
  });
}
