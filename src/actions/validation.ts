import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import type { TSchema } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';
import { type DataError, Failure } from '#core/failure.ts';
import { isJsonObject } from '#core/json.ts';

type Compiled = { readonly ajv: Ajv2020; readonly bySchema: WeakMap<TSchema, ValidateFunction> };

/** Stops at the first thing that is wrong. */
const hasty = compiling(false);

/** Finds all that is wrong. */
const thorough = compiling(true);

/** What makes a data wrong however many mistakes are in it, which are not looked for then. */
const TOO_LONG = 'maxItems';

/** How many mistakes are told. */
const MAX_TOLD = 20;

/** How many of those that were found are looked at: those inside a choice are told as one. */
const MAX_LOOKED_AT = 1000;

/** Says no more than whether something is right: quicker, and compiled in a tenth of the time, which would hold up everybody. */
const checks = new WeakMap<TSchema, Validator>();

function checkOf(schema: TSchema): Validator {
  const known = checks.get(schema);
  if (known) return known;
  const check: Validator = Compile(schema);
  checks.set(schema, check);
  return check;
}

function compiling(allErrors: boolean): Compiled {
  return { ajv: new Ajv2020({ strict: true, allErrors, allowUnionTypes: true }), bySchema: new WeakMap() };
}

/** Compiled when first needed and kept with the schema: compiling is dear, and most actions are never asked for. */
function validatorOf(schema: TSchema, { ajv, bySchema }: Compiled): ValidateFunction {
  const known = bySchema.get(schema);
  if (known) return known;
  const validate = ajv.compile(schema);
  bySchema.set(schema, validate);
  return validate;
}

/** What texts of ours look like; the first that a pattern takes explains it. */
const SAMPLES = [
  '2026-01-31',
  '2026-01-31T10:00:00+03:00',
  '10.50',
  '7841465198',
  '772501001',
  '5f0c7b1e-3f7a-4a53-9a1d-3f6c8f6f1a01',
  'name@example.com',
];

function patternMessage(pattern: string): string {
  const expression = new RegExp(pattern, 'u');
  if (expression.test('?')) return 'нужен текст, не из одних пробелов';
  const sample = SAMPLES.find((text) => expression.test(text));
  return sample === undefined ? `не подходит под образец ${pattern}` : `нужно в таком виде: ${sample}`;
}

/** What a person reads: every keyword of the schemas of requests. */
const MESSAGES: Readonly<Record<string, (error: ErrorObject) => string>> = {
  required: () => 'обязательное поле',
  additionalProperties: () => 'такого поля нет',
  type: ({ params }) => `нужен тип ${[params.type].flat().join(' или ')}`,
  enum: ({ params }) => `одно из: ${params.allowedValues.join(', ')}`,
  pattern: ({ params }) => patternMessage(params.pattern),
  minLength: ({ params }) => `нужно знаков не меньше ${params.limit}`,
  uniqueItems: ({ params }) => `элементы ${params.j} и ${params.i} одинаковы`,
  minItems: ({ params }) => `нужно элементов не меньше ${params.limit}`,
  maxItems: ({ params }) => `нужно элементов не больше ${params.limit}`,
  minimum: ({ params }) => `нужно не меньше ${params.limit}`,
  maximum: ({ params }) => `нужно не больше ${params.limit}`,
  anyOf: () => 'не подходит ни один из допустимых видов',
};

/** The JSON pointer of what is wrong: for a missing or unknown field that field's own. */
function pointerOf({ instancePath, params }: ErrorObject): string {
  const field: unknown = params.missingProperty ?? params.additionalProperty;
  return typeof field === 'string'
    ? `${instancePath}/${field.replace(/~/g, '~0').replace(/\//g, '~1')}`
    : instancePath;
}

/** In which branch of the choice is it wrong? Undefined when it is elsewhere. */
function branchOf({ schemaPath }: ErrorObject, choice: ErrorObject): string | undefined {
  const within = `${choice.schemaPath}/`;
  return schemaPath.startsWith(within) ? schemaPath.slice(within.length).split('/')[0] : undefined;
}

/** "It is not null" says nothing where something else may stand. */
function isNotNull(error: ErrorObject, choice: ErrorObject): boolean {
  const isOfTheBranch = error.schemaPath === `${choice.schemaPath}/${branchOf(error, choice)}/type`;
  return isOfTheBranch && error.params.type === 'null';
}

/** One choice, told by what is wrong in its only branch that is not `null`, or else as a whole. */
function withoutBranches(errors: readonly ErrorObject[], choice: ErrorObject): readonly ErrorObject[] {
  const wrong = errors.filter(
    (error) => error.instancePath.startsWith(choice.instancePath) && branchOf(error, choice) !== undefined,
  );
  const telling = wrong.filter((error) => !isNotNull(error, choice));
  const branches = new Set(telling.map((error) => branchOf(error, choice)));
  const dropped = new Set<ErrorObject>(
    branches.size === 1 ? [choice, ...wrong.filter((error) => !telling.includes(error))] : wrong,
  );
  return errors.filter((error) => !dropped.has(error));
}

function errorsOf({ errors }: ValidateFunction): DataError[] {
  const all: readonly ErrorObject[] = errors ?? [];
  const lookedAt = all.slice(0, MAX_LOOKED_AT);
  const choices = lookedAt.filter(({ keyword }) => keyword === 'anyOf');
  const found = choices.reduce(withoutBranches, lookedAt);
  const told = found.slice(0, MAX_TOLD).map((error) => ({
    path: pointerOf(error),
    message: MESSAGES[error.keyword]?.(error) ?? `не выполнено условие ${error.keyword}`,
  }));
  const more = found.length - told.length + all.length - lookedAt.length;
  return more > 0 ? [...told, { path: '', message: `и ещё ошибок: ${more}` }] : told;
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
  const quick = validatorOf(schema, hasty);
  if (quick(normalised)) return normalised;
  if (quick.errors?.[0]?.keyword === TOO_LONG) throw invalidData(errorsOf(quick));
  const validate = validatorOf(schema, thorough);
  validate(normalised);
  throw invalidData(errorsOf(validate));
}

/** The failure for a `data` that is not what its action takes. */
export function invalidData(errors: readonly DataError[]): Failure {
  const where = errors.map(({ path, message }) => `${path || '/'} ${message}`).join('; ');
  return new Failure('BUS_INVALID_DATA', {
    description: `поле data не соответствует схеме действия: ${where}`,
    details: { errors },
  });
}

/** What is wrong with an answer; empty when it keeps its schema. */
export function deviations(schema: TSchema, data: unknown): DataError[] {
  if (checkOf(schema).Check(data)) return [];
  const validate = validatorOf(schema, thorough);
  return validate(data) ? [] : errorsOf(validate);
}
