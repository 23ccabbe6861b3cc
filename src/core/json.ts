declare global {
  /** TC39 "JSON.parse source text access", in Node since 22; TypeScript's library does not know it yet. */
  interface JSON {
    rawJSON(text: string): unknown;
  }
}

/**
 * A JSON number that a double cannot hold (more than 15 significant digits). It keeps the text it was read
 * from and is written back as exactly that text, so that no kopeck and no fiscal number is ever rounded.
 */
export class JsonNumber {
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }

  toJSON(): unknown {
    return JSON.rawJSON(this.source);
  }

  toString(): string {
    return this.source;
  }
}

/** Fifteen significant digits always survive the way text → double → text. */
const SAFE_DIGITS = 15;

/** A number that may need more than a double; ids in quotes do not count. */
const SUSPICIOUS = /(?:^|[:,[\s])-?(?:[\d.]{16}|[\d.]+[eE])/;

/** What any such number holds, in quotes or not. Spelled out, so that the engine looks at every sixteenth character only. */
const LONG = new RegExp('[0-9.]'.repeat(16));
const EXPONENT = /[\d.][eE][-+\d]/;

function exact(value: number, source: string): number | JsonNumber {
  const digits = source
    .replace(/[eE].*$/, '')
    .replace(/[-.]/g, '')
    .replace(/^0+/, '');
  const significant = source.includes('.') ? digits.replace(/0+$/, '') : digits;
  if (significant.length <= SAFE_DIGITS && Number.isFinite(value)) return value;
  return Number.isSafeInteger(value) && String(value) === source ? value : new JsonNumber(source);
}

/**
 * `JSON.parse` that loses no digit: a number that a double cannot hold comes back as a {@link JsonNumber},
 * every other value as usual. Throws `SyntaxError`.
 */
export function parseJson(text: string): unknown {
  const isSuspicious = (LONG.test(text) || EXPONENT.test(text)) && SUSPICIOUS.test(text);
  if (!isSuspicious) return JSON.parse(text);
  return JSON.parse(text, (_key, value, context?: { source?: string }) =>
    typeof value === 'number' && context?.source !== undefined ? exact(value, context.source) : value,
  );
}

/** Deeper than any vendor's answer, and far from where a recursion over it would run out of stack. */
const MAX_FOREIGN_DEPTH = 200;

/** {@link parseJson} for what a vendor wrote. Throws `RangeError` where it nests deeper than anybody could work with. */
export function parseForeignJson(text: string): unknown {
  const value = parseJson(text);
  if (isDeeperThan(MAX_FOREIGN_DEPTH, text, value)) throw new RangeError('nested too deep');
  return value;
}

/** Is a plain JSON object: not null, not an array, not a {@link JsonNumber}. */
export function isJsonObject(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof JsonNumber)
  );
}

/** Does the value that was read from this text nest deeper than `maxDepth` levels? */
export function isDeeperThan(maxDepth: number, text: string, value: unknown): boolean {
  // Every level begins with a bracket: hardly a text has so many of them that its value must be walked.
  return opensMoreThan(maxDepth, text) && hasMoreLevels(maxDepth, value);
}

function opensMoreThan(most: number, text: string): boolean {
  let opened = 0;
  for (const bracket of '{[') {
    for (let at = text.indexOf(bracket); at !== -1; at = text.indexOf(bracket, at + 1)) {
      opened += 1;
      if (opened > most) return true;
    }
  }
  return false;
}

function hasMoreLevels(maxDepth: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (maxDepth === 0) return !(value instanceof JsonNumber);
  if (Array.isArray(value)) {
    for (const item of value) if (hasMoreLevels(maxDepth - 1, item)) return true;
    return false;
  }
  for (const key in value) {
    if (hasMoreLevels(maxDepth - 1, (value as Record<string, unknown>)[key])) return true;
  }
  return false;
}
