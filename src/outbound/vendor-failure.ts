import { Failure, type FailureName } from '#core/failure.ts';
import type { HttpClient } from '#core/http-client.ts';
import { isJsonObject } from '#core/json.ts';
import { maskPersonalText } from '#core/personal-text.ts';

/** Whose failure it is, and what knows the account's secrets. */
export type VendorAccount = Pick<HttpClient, 'vendor' | 'account' | 'conceal' | 'keepToken'>;

/**
 * What is known of a vendor's refusal or of its silence. A vendor may quote what it was sent, so that the account's
 * secrets, phones, cards and e-mails are kept out of every text here.
 */
export type VendorFacts = {
  /** HTTP status; null when there was no answer. */
  readonly status: number | null;
  /** The vendor's own code; without one, the status as text. */
  readonly code?: string;
  /** The vendor's own words. */
  readonly message: string;
  /** Lists of errors, in our vocabulary. */
  readonly errors?: unknown;
  /** Russian, for a person; without one, the failure's usual text and the vendor's words, else what the status says. */
  readonly description?: string;
  readonly cause?: unknown;
};

/** Vendors answer with whole stack traces now and then. */
const MAX_MESSAGE_CHARACTERS = 500;

/** More than is said: what is cut off amid a secret or an e-mail could not be told any more. */
const MAX_READ_CHARACTERS = 4 * MAX_MESSAGE_CHARACTERS;

const CONTROLS = /\p{Cc}+/gu;

function concealed(text: string, http: VendorAccount): string {
  const beginning = http.conceal?.(text, MAX_READ_CHARACTERS) ?? text.slice(0, MAX_READ_CHARACTERS);
  return maskPersonalText(beginning);
}

/** Every text at any depth. */
function concealedTexts(value: unknown, http: VendorAccount): unknown {
  if (typeof value === 'string') return concealed(value, http);
  if (Array.isArray(value)) return value.map((item) => concealedTexts(item, http));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, concealedTexts(inner, http)]),
  );
}

function cleaned(message: string, http: VendorAccount): string {
  const text = concealed(message.trimStart(), http).replace(CONTROLS, ' ').trim();
  if (text.length <= MAX_MESSAGE_CHARACTERS) return text;
  return `${text.slice(0, MAX_MESSAGE_CHARACTERS - 1).toWellFormed()}…`;
}

const ADVICE: Readonly<Record<number, string>> = {
  403: ': проверьте права учётной записи',
  404: ': этого у поставщика нет, или неверен baseUrl',
  405: ': проверьте baseUrl',
};

/** What is known of an answer without words. */
function unexplained(status: number | null): string {
  if (status === null || status < 300) return '';
  if (status < 400) return `HTTP ${status}, переадресация: проверьте baseUrl`;
  return `HTTP ${status} без объяснения${ADVICE[status] ?? ''}`;
}

/** A failure with the `details` that every failure of a vendor has. */
export function vendorFailure(name: FailureName, http: VendorAccount, facts: VendorFacts): Failure {
  const message = cleaned(facts.message, http);
  const told =
    facts.description === undefined
      ? { words: message || unexplained(facts.status) }
      : { description: concealed(facts.description, http) };
  return new Failure(name, {
    ...told,
    details: {
      vendor: http.vendor,
      account: http.account,
      status: facts.status,
      code: facts.code === undefined ? String(facts.status) : concealed(facts.code, http),
      message,
      ...(facts.errors === undefined ? {} : { errors: concealedTexts(facts.errors, http) }),
    },
    ...(facts.cause === undefined ? {} : { cause: facts.cause }),
  });
}
