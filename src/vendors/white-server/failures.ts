import type { Failure, FailureName } from '#core/failure.ts';
import type { HttpResponse } from '#core/http.ts';
import type { HttpClient } from '#core/http-client.ts';
import { htmlFailure, isHtml } from '#outbound/answer.ts';
import { type VendorAccount, vendorFailure } from '#outbound/vendor-failure.ts';
import type { Complain, Envelope, TaskError } from './wire.ts';

type Meaning = { readonly name: FailureName; readonly description: string };

/** White Server's own codes ('Описание ошибок Server'); one that is not here is a refusal in its own words. */
const MEANINGS: ReadonlyMap<string, Meaning> = new Map(
  Object.entries<Meaning>({
    AuthFailed: {
      name: 'VENDOR_AUTH_FAILED',
      description:
        'White Server не принял token, или лицензия агрегатора истекла (новая становится видна в течение часа)',
    },
    License: {
      name: 'VENDOR_AUTH_FAILED',
      description: 'у White Server нет лицензии на агента, агрегатора или продукт этого ресторана',
    },
    TaskLimitExceeded: {
      name: 'VENDOR_RATE_LIMITED',
      description: 'White Server ограничил число заданий этому ресторану, повторите позже',
    },
    Timeout: {
      name: 'VENDOR_TIMEOUT',
      description: 'агент ресторана не ответил White Server вовремя: он выключен или перегружен',
    },
    InternalError: {
      name: 'VENDOR_UNAVAILABLE',
      description: 'внутренняя ошибка White Server, повторите позже',
    },
    WsAgentNotSelected: {
      name: 'VENDOR_REJECTED',
      description:
        'в ресторане несколько агентов White Server, и ни один не выбран основным: выберите его в панели управления',
    },
    NotFound: {
      name: 'VENDOR_REJECTED',
      description: 'White Server больше не хранит ответа на это задание: закажите отчёт ещё раз',
    },
  }),
);

const STATUS_NAMES: Readonly<Record<number, FailureName>> = {
  401: 'VENDOR_AUTH_FAILED',
  429: 'VENDOR_RATE_LIMITED',
};

function statusName(status: number): FailureName {
  if (status >= 500) return 'VENDOR_UNAVAILABLE';
  return STATUS_NAMES[status] ?? (status >= 400 ? 'VENDOR_REJECTED' : 'VENDOR_BAD_RESPONSE');
}

/** An answer that is not White Server's own, which says 200 whatever has happened. */
export function statusFailure(response: HttpResponse, http: HttpClient): Failure {
  const { status } = response;
  // No refusal, which would be one another time, too: whoever stands before White Server says it.
  if (isHtml(response) && status < 500 && !(status in STATUS_NAMES)) return htmlFailure(response, http);
  return vendorFailure(statusName(status), http, { status, message: '' });
}

export function complainAbout({ status }: HttpResponse, http: HttpClient): Complain {
  return (code, message) => vendorFailure('VENDOR_BAD_RESPONSE', http, { status, code, message });
}

/** Every level that has something to say, in our words. */
function allLevels(errors: readonly TaskError[]): Record<string, unknown> {
  return Object.fromEntries(
    errors.map(({ level, code, extCode, desc }) => [
      level,
      { code, ...(extCode === null ? {} : { ext_code: extCode }), desc },
    ]),
  );
}

/**
 * What the deepest of the errors means: below White Server itself everything is a refusal. Undefined when there
 * is none.
 */
export function failureOf({ errors }: Envelope, status: number, http: VendorAccount): Failure | undefined {
  const deepest = errors.at(-1);
  if (!deepest) return undefined;
  const meaning = deepest.level === 'ws_error' ? MEANINGS.get(deepest.code) : undefined;
  const told = deepest.desc || deepest.extCode;
  const facts = {
    status,
    code: deepest.code || deepest.level,
    message: told ?? deepest.code,
    errors: allLevels(errors),
  };
  if (!meaning) return vendorFailure('VENDOR_REJECTED', http, facts);
  const description = told ? `${meaning.description} (${told})` : meaning.description;
  return vendorFailure(meaning.name, http, { ...facts, description });
}

/** A task that is on its way still when White Server should long have ended it. */
export function neverAnswered(status: number, http: VendorAccount): Failure {
  const message = 'White Server так и не дождался ответа ресторана';
  return vendorFailure('VENDOR_TIMEOUT', http, { status, code: 'AwaitingAnswer', message });
}
