import { type Static, Type } from 'typebox';
import type { Failure } from '#core/failure.ts';
import type { HttpResponse } from '#core/http.ts';
import type { HttpClient } from '#core/http-client.ts';
import { isJsonObject } from '#core/json.ts';
import { readJson } from '#outbound/answer.ts';
import { vendorFailure } from '#outbound/vendor-failure.ts';
import { AcceptanceDocument, toDocument } from './acceptance-document.ts';
import { nullable } from './field-schemas.ts';
import { describeImportError } from './import-errors.ts';
import { type Complain, type Spellings, WireObject } from './wire.ts';

/** What became of a document that was sent; a refused one is a failure with the lists of errors in its details. */
export const ImportResult = Type.Object({
  import_result: Type.String({ description: 'SUCCESS' }),
  status: nullable(
    Type.String({ description: 'ACCEPTED, UNACCEPTED or HASWARNINGS: of the shift as a whole' }),
  ),
  errors: Type.Null(),
  document: AcceptanceDocument,
});
export type ImportResult = Static<typeof ImportResult>;

/** Of a refusal that names none. */
const NO_CODE = 'ERROR';

type ImportError = { readonly value: string | null; readonly code: string };

type ImportErrors = {
  readonly document_error: readonly ImportError[];
  readonly item_error: readonly {
    readonly identifier: string | number | null;
    readonly error: readonly ImportError[];
  }[];
};

const RESULT_SPELLINGS = {
  importResult: [],
  status: [],
  errors: [],
  document: [],
} as const satisfies Spellings;

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return isJsonObject(value) ? value : {};
}

/** The tables speak of one error where the examples show a list. */
function asList(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

function asText(value: unknown): string | null {
  if (value === undefined || value === null || typeof value === 'object') return null;
  return String(value);
}

/** Whatever the lists look like, the document was refused: here nothing is complained about. */
function toError(value: unknown): ImportError {
  if (!isJsonObject(value)) return { value: null, code: asText(value) ?? NO_CODE };
  return { value: asText(value.value), code: asText(value.code) ?? NO_CODE };
}

function toErrors(value: unknown): ImportErrors {
  const { documentError, itemError } = fieldsOf(value);
  return {
    document_error: asList(documentError).map(toError),
    item_error: asList(itemError).map((item) => {
      const { identifier, error } = fieldsOf(item);
      // Named by its UUID, says the table; by its `num`, shows the example.
      return {
        identifier: typeof identifier === 'number' ? identifier : asText(identifier),
        error: asList(error).map(toError),
      };
    }),
  };
}

function rejection(errors: ImportErrors, status: number, http: HttpClient): Failure {
  const lines = [
    ...errors.document_error.map(({ code, value }) => describeImportError(code, value)),
    ...errors.item_error.flatMap(({ identifier, error }) =>
      error.map(({ code, value }) => `строка ${identifier}: ${describeImportError(code, value)}`),
    ),
  ];
  const [first] = [...errors.document_error, ...errors.item_error.flatMap(({ error }) => error)];
  return vendorFailure('VENDOR_REJECTED', http, {
    status,
    code: first?.code ?? NO_CODE,
    message: lines.length === 0 ? 'документ не принят' : lines.join('; '),
    errors,
  });
}

/**
 * The answer of `save`: only `importResult` says whether it was done, never the status. Throws `VENDOR_REJECTED`
 * with the lists of errors, or `VENDOR_BAD_RESPONSE` for an answer that says neither.
 */
export function toImportResult(response: HttpResponse, http: HttpClient, complain: Complain): ImportResult {
  const result = new WireObject(readJson(response, http), RESULT_SPELLINGS, complain);
  const said = result.required('importResult', result.text('importResult'));
  if (said === 'ERROR') throw rejection(toErrors(result.any('errors')), response.status, http);
  if (said !== 'SUCCESS') throw complain('wrong_type', `поле importResult: ${said}`);
  return result.with({
    import_result: said,
    status: result.text('status'),
    errors: null,
    document: toDocument(result.any('document'), complain),
  });
}
