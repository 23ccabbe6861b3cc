import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import type { TSchema } from 'typebox';
import { type DataError, Failure } from '#core/failure.ts';
import { isJsonObject } from '#core/json.ts';

const ajv = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true });

/** Compiled when first needed and kept with the schema: compiling is dear, and most actions are never asked for. */
const compiled = new WeakMap<TSchema, ValidateFunction>();

function validatorOf(schema: TSchema): ValidateFunction {
  const known = compiled.get(schema);
  if (known) return known;
  const validate = ajv.compile(schema);
  compiled.set(schema, validate);
  return validate;
}

/** What a person reads for the keywords that a wrong `data` meets most. */
const MESSAGES: Readonly<Record<string, (error: ErrorObject) => string>> = {
  required: () => 'обязательное поле',
  additionalProperties: () => 'такого поля нет',
  type: ({ params }) => `нужен тип ${params.type}`,
  enum: ({ params }) => `одно из: ${params.allowedValues.join(', ')}`,
};

/** The JSON pointer of what is wrong: for a missing or unknown field that field's own. */
function pointerOf({ instancePath, params }: ErrorObject): string {
  const field: unknown = params.missingProperty ?? params.additionalProperty;
  return typeof field === 'string'
    ? `${instancePath}/${field.replace(/~/g, '~0').replace(/\//g, '~1')}`
    : instancePath;
}

function errorsOf(validate: ValidateFunction): DataError[] {
  return (validate.errors ?? []).map((error) => ({
    path: pointerOf(error),
    message: MESSAGES[error.keyword]?.(error) ?? error.message ?? error.keyword,
  }));
}

/** Missing, null and `{}` are the same wherever no key is required. */
function normalise(schema: TSchema, data: unknown): unknown {
  const { type, required } = schema as { type?: string; required?: readonly string[] };
  if (type === 'null' && isJsonObject(data) && Object.keys(data).length === 0) return null;
  return type === 'object' && !required?.length ? (data ?? {}) : data;
}

/** The `data` of a request, fit for its action. Throws `BUS_INVALID_DATA` with the pointers of all that is wrong. */
export function checkedData(schema: TSchema, data: unknown): unknown {
  const normalised = normalise(schema, data);
  const validate = validatorOf(schema);
  if (validate(normalised)) return normalised;
  const errors = errorsOf(validate);
  const where = errors.map(({ path, message }) => `${path || '/'} ${message}`).join('; ');
  throw new Failure('BUS_INVALID_DATA', {
    description: `поле data не соответствует схеме действия: ${where}`,
    details: { errors },
  });
}

/** What is wrong with an answer; empty when it keeps its schema. */
export function deviations(schema: TSchema, data: unknown): DataError[] {
  const validate = validatorOf(schema);
  return validate(data) ? [] : errorsOf(validate);
}
