import type { ErrorObject } from 'ajv/dist/2020.js';
import type { ConfigPath } from './complaint.ts';
import { didYouMean } from './suggestion.ts';

/** What the schema has against a part of `root`: where, and what it expected. Never the value itself. */
export type Objection = { readonly path: ConfigPath; readonly message: string };

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'keys with values',
  null: 'null',
};

/** The validator's errors (`allErrors`, `verbose`), one objection each; those of a union's branches become one. */
export function toObjections(errors: readonly ErrorObject[], root: unknown): Objection[] {
  const unions = errors.filter(({ keyword }) => keyword === 'anyOf');
  const isInUnion = (error: ErrorObject) => unions.some((union) => isInside(error, union));
  // `if` only says that `else` was not fulfilled, which has an error of its own.
  const leaves = errors.filter((error) => error.keyword !== 'if' && !isInUnion(error));
  return leaves.map((error) => ({
    path: [...toPath(error.instancePath, root), ...keyOf(error)],
    message: error.keyword === 'anyOf' ? alternatives(error, errors) : messageOf(error),
  }));
}

/** `/devices/0/pin` → `['devices', 0, 'pin']`. */
export function toPath(pointer: string, root: unknown): ConfigPath {
  let part = root;
  return pointer
    .split('/')
    .slice(1)
    .map((step) => {
      const name = step.replaceAll('~1', '/').replaceAll('~0', '~');
      const key = Array.isArray(part) ? Number(name) : name;
      part = (part as Record<string | number, unknown> | undefined)?.[key];
      return key;
    });
}

function isInside(error: ErrorObject, union: ErrorObject): boolean {
  return error !== union && error.schemaPath.startsWith(`${union.schemaPath}/`);
}

/** The key an error is about, where the validator names it beside the path. */
function keyOf({ keyword, params }: ErrorObject): string[] {
  if (keyword === 'required') return [String(params.missingProperty)];
  if (keyword === 'additionalProperties') return [String(params.additionalProperty)];
  if (keyword === 'discriminator') return [String(params.tag)];
  return [];
}

function messageOf(error: ErrorObject): string {
  switch (error.keyword) {
    case 'required': {
      const { properties } = schemaOf(error) as { properties?: Record<string, { description?: string }> };
      return `is missing${explain(properties?.[String(error.params.missingProperty)]?.description)}`;
    }
    case 'additionalProperties':
      return unknownKey(error);
    case 'discriminator':
      return `expected ${oneOf(tagsOf(error))}`;
    case 'uniqueItems':
      return `the items ${error.params.i} and ${error.params.j} are the same`;
    default:
      return `expected ${expectation(error)}${explain(schemaOf(error).description)}${hint(error)}`;
  }
}

function expectation({ keyword, params, message }: ErrorObject): string {
  switch (keyword) {
    case 'type':
      return [params.type]
        .flat()
        .map((type) => TYPES[String(type)] ?? type)
        .join(' or ');
    case 'enum':
      return oneOf(params.allowedValues);
    case 'const':
      return String(params.allowedValue);
    case 'minimum':
      return `at least ${params.limit}`;
    case 'maximum':
      return `at most ${params.limit}`;
    case 'exclusiveMinimum':
      return `more than ${params.limit}`;
    case 'minLength':
      return params.limit === 1 ? 'text that is not empty' : `at least ${params.limit} characters`;
    case 'pattern':
      return `text that fits ${params.pattern}`;
    default:
      return `a value that ${message}`;
  }
}

function oneOf(values: readonly string[]): string {
  return values.length === 1 ? String(values[0]) : `one of ${values.join(', ')}`;
}

/** What any branch of a union would have accepted, or which keys one of its branches still needs. */
function alternatives(union: ErrorObject, errors: readonly ErrorObject[]): string {
  const inside = errors.filter((error) => isInside(error, union));
  const branches = Object.values(Object.groupBy(inside, ({ schemaPath }) => branchOf(schemaPath, union)));
  if (inside.every(({ keyword }) => keyword === 'required')) {
    const keys = branches.map((branch) => branch?.map(({ params }) => params.missingProperty).join(' and '));
    return `is missing ${keys.join(', or ')}`;
  }
  return `expected ${[...new Set(inside.map(expectation))].join(' or ')}${explain(schemaOf(union).description)}`;
}

function branchOf(schemaPath: string, union: ErrorObject): string {
  return schemaPath.slice(union.schemaPath.length + 1).split('/', 1)[0] ?? '';
}

function unknownKey(error: ErrorObject): string {
  const { properties = {}, patternProperties = {} } = schemaOf(error) as {
    properties?: object;
    patternProperties?: object;
  };
  const [pattern] = Object.keys(patternProperties);
  if (pattern !== undefined) return `is no possible name: expected text that fits ${pattern}`;
  return `unknown key${didYouMean(String(error.params.additionalProperty), Object.keys(properties))}`;
}

function tagsOf(error: ErrorObject): string[] {
  const { oneOf = [] } = schemaOf(error) as { oneOf?: { properties: Record<string, TagSchema> }[] };
  return oneOf.flatMap(({ properties }) => {
    const tag = properties[String(error.params.tag)];
    return tag?.enum ?? tag?.const ?? [];
  });
}

type TagSchema = { readonly const?: string; readonly enum?: readonly string[] };

/** YAML reads digits as a number, and with them goes the zero in front. */
function hint({ keyword, params, data }: ErrorObject): string {
  const isBare = typeof data === 'number' || typeof data === 'boolean';
  return keyword === 'type' && params.type === 'string' && isBare ? '; put it in quotes' : '';
}

function explain(description: unknown): string {
  return typeof description === 'string' ? ` (${description.replace(/\.$/, '')})` : '';
}

function schemaOf(error: ErrorObject): Readonly<Record<string, unknown>> {
  return error.parentSchema ?? {};
}
