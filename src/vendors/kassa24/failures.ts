import { FAILURES, type Failure, type FailureName } from '#core/failure.ts';
import type { HttpResponse } from '#core/http.ts';
import type { HttpClient } from '#core/http-client.ts';
import { readJson } from '#outbound/answer.ts';
import { vendorFailure } from '#outbound/vendor-failure.ts';
import type { Unreadable } from './fields.ts';
import { type Envelope, readEnvelope } from './wire.ts';

type Account = Pick<HttpClient, 'vendor' | 'account'>;

type Refusal = {
  readonly status: number;
  /** A part of the message, in small letters, without blanks: words come split and with other endings. */
  readonly stem?: string;
  readonly name: FailureName;
  /** What to do, from the column 'Способ устранения'. */
  readonly description: string;
};

/** The tables 'Ошибки' of 001_…; the first row that fits. 403 has four meanings, told apart by their texts. */
const REFUSALS: readonly Refusal[] = [
  {
    status: 401,
    name: 'VENDOR_AUTH_FAILED',
    description: 'Kassa24 не принял токен и после нового входа: проверьте login, password и права кассира',
  },
  {
    status: 403,
    stem: 'ужеоткрытасмена',
    name: 'AVQFR_SHIFT_IS_OPENED',
    description: FAILURES.AVQFR_SHIFT_IS_OPENED.description,
  },
  {
    status: 403,
    stem: 'уресурсузакрыт',
    name: 'VENDOR_REJECTED',
    description: 'Kassa24 закрыл доступ: проверьте id_kkm кассы и есть ли на неё права у этого кассира',
  },
  {
    status: 403,
    stem: 'кассазаблокирован',
    name: 'VENDOR_REJECTED',
    description: 'касса заблокирована в Kassa24: свяжитесь с его технической поддержкой',
  },
  {
    status: 403,
    stem: 'неверныйидентификаторсмен',
    name: 'VENDOR_REJECTED',
    description: 'смену открыл другой кассир: укажите у кассы login и password того, кто её открыл',
  },
  {
    status: 410,
    name: 'AVQFR_SHIFT_IS_CLOSED',
    description: FAILURES.AVQFR_SHIFT_IS_CLOSED.description,
  },
  {
    status: 424,
    stem: 'ужечислитсяоткрытаясмена',
    name: 'VENDOR_REJECTED',
    description:
      'за этим кассиром уже числится открытая смена, возможно на другой кассе: сначала закройте её',
  },
  {
    status: 429,
    name: 'VENDOR_RATE_LIMITED',
    description: FAILURES.VENDOR_RATE_LIMITED.description,
  },
  {
    status: 500,
    name: 'VENDOR_UNAVAILABLE',
    description: 'внутренняя ошибка Kassa24: повторите позже, если не пройдёт - обратитесь в его поддержку',
  },
];

function refusalOf(status: number, message: string): Refusal | undefined {
  const packed = message.replace(/\s+/g, '').toLowerCase();
  return REFUSALS.find(
    (refusal) => refusal.status === status && (refusal.stem === undefined || packed.includes(refusal.stem)),
  );
}

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
  return status === 401 || status === 429 || status >= 500 || (status >= 400 && text.trim() === '');
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
  const name = refusal?.name ?? (status >= 500 ? 'VENDOR_UNAVAILABLE' : 'VENDOR_REJECTED');
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

/** The shift that was asked for is not open, told by a successful answer. */
export function shiftIsClosed(message: string, account: Account): Failure {
  return vendorFailure('AVQFR_SHIFT_IS_CLOSED', account, {
    status: 200,
    message,
    description: FAILURES.AVQFR_SHIFT_IS_CLOSED.description,
  });
}
