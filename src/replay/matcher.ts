import { isJsonObject, JsonNumber } from '#core/json.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Stands for a key that is not there. */
const MISSING = Symbol('missing');

const MAX_SHOWN = 300;

type Matcher = { $any: true } | { $uuid: true } | { $regex: string };

/** How objects are compared: by the keys that are given, or by all. */
export type Strictness = 'given-keys' | 'whole';

/** Is it `{"$any": true}`, `{"$uuid": true}` or `{"$regex": …}` with an expression that compiles? */
export function isMatcher(value: unknown): value is Matcher {
  if (!isJsonObject(value) || Object.keys(value).length !== 1) return false;
  if (value.$any === true || value.$uuid === true) return true;
  if (typeof value.$regex !== 'string') return false;
  try {
    return new RegExp(value.$regex, 'u') instanceof RegExp;
  } catch {
    return false;
  }
}

function fits(matcher: Matcher, actual: unknown): boolean {
  if ('$any' in matcher) return true;
  if ('$uuid' in matcher) return typeof actual === 'string' && UUID.test(actual);
  const isText = typeof actual === 'string' || typeof actual === 'number' || actual instanceof JsonNumber;
  return isText && new RegExp(matcher.$regex, 'u').test(String(actual));
}

function show(value: unknown): string {
  if (value === MISSING) return '(nothing)';
  const text = JSON.stringify(value) ?? String(value);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}

function difference(path: string, expected: unknown, actual: unknown): string[] {
  return [`${path}: - ${show(expected)} + ${show(actual)}`];
}

function childPath(path: string, key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`;
}

function compareArrays(
  expected: readonly unknown[],
  actual: readonly unknown[],
  path: string,
  strictness: Strictness,
): string[] {
  const common = expected.slice(0, actual.length);
  return [
    ...(expected.length === actual.length
      ? []
      : difference(`${path}.length`, expected.length, actual.length)),
    ...common.flatMap((item, index) => compareAt(item, actual[index], `${path}[${index}]`, strictness)),
    ...expected
      .slice(actual.length)
      .flatMap((item, index) => compareAt(item, MISSING, `${path}[${common.length + index}]`, strictness)),
    ...actual
      .slice(expected.length)
      .flatMap((item, index) => difference(`${path}[${expected.length + index}]`, MISSING, item)),
  ];
}

function valueAt(value: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(value, key) ? value[key] : MISSING;
}

function compareObjects(
  expected: Record<string, unknown>,
  actual: Record<string, unknown>,
  path: string,
  strictness: Strictness,
): string[] {
  const extra =
    strictness === 'whole' ? Object.keys(actual).filter((key) => !Object.hasOwn(expected, key)) : [];
  return [
    ...Object.entries(expected).flatMap(([key, value]) =>
      compareAt(value, valueAt(actual, key), childPath(path, key), strictness),
    ),
    ...extra.flatMap((key) => difference(childPath(path, key), MISSING, actual[key])),
  ];
}

/** 1 and 1.0 are the same number, "1.50" and "1.5" are not the same text. */
function isSame(expected: unknown, actual: unknown): boolean {
  if (expected instanceof JsonNumber || actual instanceof JsonNumber) {
    const isNumber = (value: unknown) => typeof value === 'number' || value instanceof JsonNumber;
    return isNumber(expected) && isNumber(actual) && String(expected) === String(actual);
  }
  return expected === actual;
}

function compareAt(expected: unknown, actual: unknown, path: string, strictness: Strictness): string[] {
  if (isMatcher(expected)) {
    const isMissing = actual === MISSING && !('$any' in expected);
    return isMissing || !fits(expected, actual) ? difference(path, expected, actual) : [];
  }
  if (Array.isArray(expected) && Array.isArray(actual)) {
    return compareArrays(expected, actual, path, strictness);
  }
  if (isJsonObject(expected) && isJsonObject(actual)) {
    return compareObjects(expected, actual, path, strictness);
  }
  return isSame(expected, actual) ? [] : difference(path, expected, actual);
}

/**
 * How `actual` differs from `expected`, one line a place: `path: - expected + actual`; empty when it fits.
 * Values of `expected` may be matchers. Arrays are compared by length and element.
 */
export function compare(expected: unknown, actual: unknown, path: string, strictness: Strictness): string[] {
  return compareAt(expected, actual === undefined ? MISSING : actual, path, strictness);
}
