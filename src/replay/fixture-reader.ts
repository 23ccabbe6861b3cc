import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import { isJsonObject, parseJson } from '#core/json.ts';
import { type Complaints, Fixture } from './fixture.ts';
import { isMatcher } from './matcher.ts';

const isFixture = new Ajv2020({
  strict: true,
  // The forms of a step are told apart by keys that the step itself declares.
  strictRequired: false,
  allErrors: true,
  verbose: true,
}).compile<Fixture>(Fixture);

export type ReadFixture = { readonly fixture: Fixture } | { readonly complaints: Complaints };

/** A fixture file's text, checked; numbers are kept exactly. */
export function parseFixture(text: string): ReadFixture {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (error) {
    return { complaints: [`not JSON: ${error instanceof Error ? error.message : String(error)}`] };
  }
  if (!isFixture(value)) return { complaints: complaintsOf(isFixture.errors ?? []) };
  const complaints = [...unknownAccounts(value), ...wrongMatchers(value)];
  return complaints.length > 0 ? { complaints } : { fixture: value };
}

function complaintsOf(errors: readonly ErrorObject[]): string[] {
  // The branches of an alternative say less than the alternative itself, which complains as well.
  const plain = errors.filter(({ schemaPath }) => !/\/(anyOf|oneOf|not)\/./.test(schemaPath));
  return [...new Set(plain.map(formatError))];
}

function formatError({ instancePath, keyword, params, message, parentSchema }: ErrorObject): string {
  const place = instancePath
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  const at = (path: readonly string[]) => (path.length === 0 ? 'fixture' : formatPlace(path));
  if (keyword === 'additionalProperties') return `${at([...place, params.additionalProperty])}: unknown key`;
  if (keyword === 'required') return `${at([...place, params.missingProperty])}: missing`;
  const expected = parentSchema?.description;
  return `${at(place)}: ${typeof expected === 'string' ? `must be ${expected}` : message}`;
}

function formatPlace(path: readonly string[]): string {
  return path.reduce((text, key) => {
    if (/^\d+$/.test(key)) return `${text}[${key}]`;
    return text === '' ? key : `${text}.${key}`;
  }, '');
}

function unknownAccounts({ config, exchanges = [] }: Fixture): string[] {
  const accounts = isJsonObject(config?.vendors) ? Object.keys(config.vendors) : [];
  return exchanges.flatMap(({ vendor }, index) =>
    accounts.includes(vendor) ? [] : [`exchanges[${index}].vendor: "${vendor}" is not under config.vendors`],
  );
}

/** A misspelt matcher would be taken for a plain value that nothing equals. */
function wrongMatchers({ exchanges = [], messages }: Fixture): string[] {
  return [
    ...exchanges.flatMap(({ request }, index) => [
      ...wrongMatchersIn(request.query, `exchanges[${index}].request.query`),
      ...wrongMatchersIn(request.headers, `exchanges[${index}].request.headers`),
      ...wrongMatchersIn(request.body, `exchanges[${index}].request.body`),
    ]),
    ...messages.flatMap(({ expect }, index) => wrongMatchersIn(expect, `messages[${index}].expect`)),
  ];
}

function wrongMatchersIn(value: unknown, path: string): string[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => wrongMatchersIn(item, `${path}[${index}]`));
  if (!isJsonObject(value)) return [];
  if (!Object.keys(value).some((key) => key.startsWith('$'))) {
    return Object.entries(value).flatMap(([key, child]) => wrongMatchersIn(child, `${path}.${key}`));
  }
  if (isMatcher(value)) return [];
  return [
    `${path}: not a matcher: write {"$any": true}, {"$uuid": true} or {"$regex": "a valid expression"} alone`,
  ];
}
