import { FAILURES, Failure, type FailureName } from '#core/failure.ts';
import type { HttpClient } from '#core/http-client.ts';

/** Whose failure it is. */
export type VendorAccount = Pick<HttpClient, 'vendor' | 'account'>;

/** What is known of a vendor's refusal or of its silence. Nothing here may hold a secret. */
export type VendorFacts = {
  /** HTTP status; null when there was no answer. */
  readonly status: number | null;
  /** The vendor's own code; without one, the status as text. */
  readonly code?: string;
  /** The vendor's own words. */
  readonly message: string;
  /** Lists of errors, in our vocabulary. */
  readonly errors?: unknown;
  /** Russian, for a person; without one, the failure's usual text and the vendor's words. */
  readonly description?: string;
  readonly cause?: unknown;
};

/** Vendors answer with whole stack traces now and then. */
const MAX_MESSAGE_CHARACTERS = 500;

const CONTROLS = /\p{Cc}+/gu;

function cleaned(message: string): string {
  const text = message.replace(CONTROLS, ' ').trim();
  if (text.length <= MAX_MESSAGE_CHARACTERS) return text;
  return `${text.slice(0, MAX_MESSAGE_CHARACTERS - 1).toWellFormed()}…`;
}

/** A failure with the `details` that every failure of a vendor has. */
export function vendorFailure(name: FailureName, http: VendorAccount, facts: VendorFacts): Failure {
  const message = cleaned(facts.message);
  const usual = FAILURES[name].description;
  return new Failure(name, {
    description: facts.description ?? (message === '' ? usual : `${usual}: ${message}`),
    details: {
      vendor: http.vendor,
      account: http.account,
      status: facts.status,
      code: facts.code ?? String(facts.status),
      message,
      ...(facts.errors === undefined ? {} : { errors: facts.errors }),
    },
    ...(facts.cause === undefined ? {} : { cause: facts.cause }),
  });
}
