/**
 * What every fuzz test draws from: nearly valid values, first valid, then mutated.
 *
 * Environment:
 * - `FUZZ_RUNS`: how many times the usual number of runs every property gets, 1 by default (`FUZZ_RUNS=20`).
 * - `FUZZ_SEED`: fast-check's seed, a whole number; by default another one every time.
 *
 * The seed is printed at the start of every file; a failure prints it again, with the path to its smallest example.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { isJsonObject, JsonNumber, parseJson } from '#core/json.ts';
import type { Fixture } from '#replay/fixture.ts';

const FACTOR = Number(process.env.FUZZ_RUNS ?? 1);
const SEED = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31);

/** How long a whole property may take, with all its runs (milliseconds). */
export const LIMIT_MS = 60_000 + 60_000 * FACTOR;

/** What failed, told shortly: a message of the counterexample may be long. */
const MAX_TOLD_CHARACTERS = 600;

/** Runs the property so many times, times `FUZZ_RUNS`; throws with the seed, the path and the smallest counterexample. */
export async function holds<T>(
  property: fc.IAsyncProperty<T> | fc.IProperty<T>,
  numRuns: number,
): Promise<void> {
  const details = await fc.check(property as fc.IAsyncProperty<T>, {
    numRuns: Math.ceil(numRuns * FACTOR),
    seed: SEED,
    interruptAfterTimeLimit: LIMIT_MS - 20_000,
    markInterruptAsFailure: true,
  });
  if (!details.failed) return;
  const { seed, counterexamplePath, counterexample, errorInstance, interrupted } = details;
  const told = JSON.stringify(counterexample, (_key, value: unknown) =>
    typeof value === 'string' && value.length > MAX_TOLD_CHARACTERS
      ? `${value.slice(0, MAX_TOLD_CHARACTERS)}…`
      : value,
  );
  const how = interrupted ? 'was interrupted' : 'fails';
  throw new Error(`the property ${how}: FUZZ_SEED=${seed}, path ${counterexamplePath}\n${told}`, {
    cause: errorInstance,
  });
}

/** Called once a file. */
export function tellSeed(surface: string): void {
  console.info(`fuzz ${surface}: FUZZ_SEED=${SEED} FUZZ_RUNS=${FACTOR}`);
}

/** JSON text that stands where a value stands, such as a number that no double holds. */
class Raw {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** As `JSON.stringify`, with {@link Raw} and exact numbers as they are. */
function writeJson(value: unknown): string {
  if (value instanceof Raw) return value.text;
  if (value instanceof JsonNumber) return value.source;
  if (Array.isArray(value)) return `[${value.map(writeJson).join(',')}]`;
  if (!isJsonObject(value)) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}:${writeJson(item)}`);
  return `{${entries.join(',')}}`;
}

const BYTE_ORDER_MARK = '\uFEFF';

const ODD_TEXTS = [
  '',
  ' ',
  '\u0000',
  '\n',
  '\r\nx: y',
  BYTE_ORDER_MARK,
  '\ud800',
  'a\udfffb',
  '\u2028\u202e',
  'e\u0301\u{1f4a9}',
  '%',
  '%00%ZZ',
  '../../etc/passwd',
  "' OR 1=1 --",
  '__proto__',
  'constructor',
  'hasOwnProperty',
  'toString',
  'NaN',
  '-1',
  '0',
  '1e400',
  '9'.repeat(40),
  'true',
  'false',
  'null',
  '[object Object]',
  'x'.repeat(300),
  'ы'.repeat(5000),
  '2026-02-30',
  '0001-01-01T00:00:00Z',
  '2026-01-31T09:00:00',
  '+275760-09-13T00:00:00.001Z',
];

const ODD_NUMBERS = [
  '0',
  '-0',
  '-1',
  '1.5',
  '0.001',
  '1e21',
  '1E-400',
  '1e400',
  '-1e400',
  '9007199254740993',
  '123456789012345678901234567890.12',
  '4294967296',
  '1e15',
];

const KEYS = [
  '__proto__',
  'constructor',
  'toJSON',
  'toString',
  'valueOf',
  'source',
  'length',
  'hasOwnProperty',
  '',
  'then',
  'data',
  'a.b',
];

export const oddText: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...ODD_TEXTS) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  {
    weight: 1,
    arbitrary: fc.string({
      unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
      maxLength: 12,
    }),
  },
);

function nested(depth: number, open: string, close: string): Raw {
  return new Raw(`${open.repeat(depth)}0${close.repeat(depth)}`);
}

const depth = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 90 }) },
  { weight: 1, arbitrary: fc.constantFrom(63, 64, 65, 3000) },
);

/** Anything that JSON can hold in a value's place. */
const oddValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(null, true, false, 0, '', [], {}) },
  { weight: 3, arbitrary: oddText },
  { weight: 2, arbitrary: fc.constantFrom(...ODD_NUMBERS).map((text) => new Raw(text)) },
  { weight: 1, arbitrary: fc.constantFrom([null], [[]], [{}], [1, 'a'], { a: { b: null } }, { $any: true }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(...KEYS).map((key) => new Raw(`{${JSON.stringify(key)}:{"x":1}}`)),
  },
  { weight: 1, arbitrary: depth.map((levels) => nested(levels, '[', ']')) },
  { weight: 1, arbitrary: depth.map((levels) => nested(levels, '{"a":', '}')) },
);

const place = fc.nat(0xffff);

/** One change somewhere in a value; `place` picks where, whatever the value's size. */
const mutation = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('replace' as const), place, value: oddValue }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('remove' as const), place }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('add' as const),
      place,
      key: fc.oneof(fc.constantFrom(...KEYS), oddText),
      value: oddValue,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('rename' as const), place, key: oddText }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('double' as const), place, value: oddValue }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('stringify' as const), place }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('copy' as const), place, from: place }) },
);

export type Mutation = typeof mutation extends fc.Arbitrary<infer M> ? M : never;

/** A few changes, often none. */
export const mutations = fc.oneof(
  { weight: 1, arbitrary: fc.constant<Mutation[]>([]) },
  { weight: 3, arbitrary: fc.array(mutation, { minLength: 1, maxLength: 3 }) },
);

type Holder = Record<string | number, unknown>;
type Spot = { readonly holder: Holder; readonly key: string | number };

function spotsOf(value: unknown): Spot[] {
  if (typeof value !== 'object' || value === null || value instanceof Raw || value instanceof JsonNumber) {
    return [];
  }
  const holder = value as Holder;
  const keys = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  return keys.flatMap((key) => [{ holder, key }, ...spotsOf(holder[key])]);
}

/** The next change may be made inside it, and the generator gives it out again. */
function copyOf(value: unknown): unknown {
  return value instanceof Raw ? value : structuredClone(value);
}

function withEntry(value: unknown, key: string, given: unknown): unknown {
  const item = copyOf(given);
  if (Array.isArray(value)) return [...value, item];
  if (!isJsonObject(value) || value instanceof Raw) return item;
  // As text, so that `__proto__` and a key that is there already are written all the same.
  const body = writeJson(value).slice(1, -1);
  return new Raw(
    `{${[body, `${JSON.stringify(key)}:${writeJson(item)}`].filter((part) => part !== '').join(',')}}`,
  );
}

/** Own keys only, whatever they are called. */
function put(holder: Holder, key: string, value: unknown): void {
  Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true });
}

function takeOut({ holder, key }: Spot): void {
  if (Array.isArray(holder)) holder.splice(Number(key), 1);
  else delete holder[key];
}

function mutate(root: { value: unknown }, change: Mutation): void {
  const all: Spot[] = [{ holder: root, key: 'value' }, ...spotsOf(root.value)];
  // Seldom the whole of it.
  const spot = all[change.place % 16 === 0 || all.length === 1 ? 0 : 1 + (change.place % (all.length - 1))];
  if (!spot) return;
  const { holder, key } = spot;
  const current = holder[key];
  const isWhole = holder === root;
  switch (change.do) {
    case 'replace':
      holder[key] = copyOf(change.value);
      return;
    case 'remove':
      if (isWhole) holder[key] = null;
      else takeOut(spot);
      return;
    case 'add':
      holder[key] = withEntry(current, change.key, change.value);
      return;
    case 'rename':
      if (isWhole || Array.isArray(holder)) return;
      takeOut(spot);
      put(holder, change.key, current);
      return;
    case 'double':
      holder[key] = withEntry(current, Object.keys(Object(current)).at(-1) ?? 'a', change.value);
      return;
    case 'stringify':
      holder[key] = /^-?\d+$/.test(String(current))
        ? new Raw(writeJson(Number(current)))
        : writeJson(current);
      return;
    case 'copy': {
      const from = all[change.from % all.length];
      if (from) holder[key] = new Raw(writeJson(from.holder[from.key]));
    }
  }
}

/** The JSON text of a value after these changes; the value itself stays as it is. */
export function mutated(value: unknown, changes: readonly Mutation[]): string {
  const root = { value: parseJson(writeJson(value)) };
  for (const change of changes) mutate(root, change);
  return writeJson(root.value);
}

/** What happens to a text on its way: mostly nothing. */
const damage = fc.oneof(
  { weight: 12, arbitrary: fc.constant({ do: 'nothing' as const }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cut' as const), place }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('insert' as const), place, text: oddText }) },
  { weight: 1, arbitrary: fc.constant({ do: 'mark' as const }) },
);

type Damage = typeof damage extends fc.Arbitrary<infer D> ? D : never;

function damaged(text: string, change: Damage): string {
  if (change.do === 'nothing') return text;
  if (change.do === 'mark') return BYTE_ORDER_MARK + text;
  const at = change.place % (text.length + 1);
  return change.do === 'cut' ? text.slice(0, at) : text.slice(0, at) + change.text + text.slice(at);
}

/** JSON text of one of these values, mutated, and now and then damaged as a text. */
export function fuzzedText(bases: readonly unknown[]): fc.Arbitrary<string> {
  return fc
    .tuple(fc.constantFrom(...bases), mutations, damage)
    .map(([base, changes, harm]) => damaged(mutated(base, changes), harm));
}

const FIXTURES = fileURLToPath(new URL('../../fixtures', import.meta.url));

/** The fixtures in some folders of `fixtures/`, or in all of them. */
export function readFixtures(...folders: string[]): readonly (Fixture & { readonly file: string })[] {
  const wanted = folders.length > 0 ? folders : readdirSync(FIXTURES);
  return wanted.flatMap((folder) =>
    readdirSync(join(FIXTURES, folder))
      .filter((name) => name.endsWith('.json'))
      .map((name) => ({
        file: `${folder}/${name}`,
        ...(parseJson(readFileSync(join(FIXTURES, folder, name), 'utf8')) as Fixture),
      })),
  );
}

/** A length of so many pieces, to cut a stream at. */
export const chunkSizes = fc.array(fc.integer({ min: 1, max: 40 }), {
  minLength: 1,
  maxLength: 8,
  size: 'max',
});

/** The bytes cut into pieces of these sizes, again and again; at most so many, the last one takes the rest. */
export function cutInto(bytes: Buffer, sizes: readonly number[], maxPieces = 64): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const size = pieces.length === maxPieces - 1 ? bytes.length : (sizes[pieces.length % sizes.length] ?? 1);
    pieces.push(bytes.subarray(at, at + size));
    at += size;
  }
  return pieces;
}
