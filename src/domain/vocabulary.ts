import { isJsonObject } from '#core/json.ts';
import { memoized } from '#core/memo.ts';
import { isSecretKey } from '#core/secret-keys.ts';
import { snakeCase } from '#core/snake-case.ts';
import { formatMoney, formatQuantity, toExactNumber } from './money.ts';
import { formatDateTime } from './time.ts';

/**
 * What a vendor means by its keys, by our names of them (`total_nds_amount`), at every depth. A key that is in
 * none of the lists keeps its value: numbers stay numbers, texts are trimmed.
 */
export type Vocabulary = {
  /** Amounts: ours are decimal strings with at least two digits after the point. */
  readonly money?: ReadonlySet<string>;
  /** Ours are decimal strings as precise as the vendor's. */
  readonly quantities?: ReadonlySet<string>;
  /** Dates with a time: ours are RFC 3339. A date alone stays `YYYY-MM-DD`. */
  readonly times?: ReadonlySet<string>;
  /** Maps whose keys are ids: those stay as they are. */
  readonly idKeyed?: ReadonlySet<string>;
};

/** What is needed to read one answer. */
export type VocabularyReading = {
  readonly vocabulary: Vocabulary;
  /** IANA: in which times are told. */
  readonly zone: string;
  /** In which a time without a zone is read; the same one unless told otherwise. */
  readonly naiveZone?: string;
  /**
   * The failure for a value that is not what its key promises; `expected` is Russian. Without it such a value stays as
   * it came.
   */
  wrong?(key: string, expected: string): Error;
};

const nameOf = memoized(snakeCase);

/** No key means anything. */
export const PLAIN: Vocabulary = {};

const DATE = /^\d{4}-\d{2}-\d{2}$/;

/**
 * A vendor's JSON in our words: keys in snake_case in the vendor's nesting, credentials dropped, unknown keys
 * kept, what `vocabulary` names converted. Absent and empty amounts and times are null. Of two keys that come to
 * the same name (`KKM`, `Kkm`) the first that tells something is kept.
 */
export function toOurs(value: unknown, reading: VocabularyReading): unknown {
  return oursOf('', value, reading);
}

function oursOf(key: string, value: unknown, reading: VocabularyReading): unknown {
  if (Array.isArray(value)) return value.map((item) => oursOf(key, item, reading));
  if (isJsonObject(value)) return objectOf(value, reading.vocabulary.idKeyed?.has(key) ?? false, reading);
  return leafOf(key, typeof value === 'string' ? value.trim() : value, reading);
}

function objectOf(
  fields: Readonly<Record<string, unknown>>,
  isIdKeyed: boolean,
  reading: VocabularyReading,
): Record<string, unknown> {
  const ours = new Map<string, unknown>();
  for (const [key, value] of Object.entries(fields)) {
    const name = isIdKeyed ? key : nameOf(key);
    if (!isIdKeyed && isSecretKey(key)) continue;
    ours.set(name, ours.get(name) ?? oursOf(name, value, reading));
  }
  return Object.fromEntries(ours);
}

function leafOf(key: string, value: unknown, reading: VocabularyReading): unknown {
  const { money, quantities, times } = reading.vocabulary;
  if (times?.has(key)) return timeOf(key, value, reading);
  const format = money?.has(key) ? formatMoney : quantities?.has(key) ? formatQuantity : undefined;
  if (!format) return value;
  if (value === null || value === '') return null;
  return format(value) ?? unreadable(key, value, 'число', reading);
}

function timeOf(key: string, value: unknown, reading: VocabularyReading): unknown {
  const { zone, naiveZone = zone } = reading;
  if (typeof value === 'string' && DATE.test(value)) return value;
  const time = formatDateTime(value, zone, naiveZone);
  return time === undefined ? unreadable(key, value, 'дата и время', reading) : time;
}

function unreadable(key: string, value: unknown, expected: string, { wrong }: VocabularyReading): unknown {
  if (wrong) throw wrong(key, expected);
  return value;
}

/** `session_start_cash` → `sessionStartCash`: the way back for keys that a vendor writes in camelCase. */
export function camelCase(name: string): string {
  return name.replace(/(?<=[^_])_+([^_])/gu, (_match, letter: string) => letter.toUpperCase());
}

/**
 * Our words as a vendor's JSON with keys in camelCase: amounts and quantities as exact numbers, everything else
 * as it is. The keys of maps by ids stay. An amount that is no decimal is left to the vendor.
 */
export function toTheirs(value: unknown, vocabulary: Vocabulary, key = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => toTheirs(item, vocabulary, key));
  if (isJsonObject(value)) {
    const isIdKeyed = vocabulary.idKeyed?.has(key) ?? false;
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [
        isIdKeyed ? name : camelCase(name),
        toTheirs(inner, vocabulary, name),
      ]),
    );
  }
  const isNumber = vocabulary.money?.has(key) || vocabulary.quantities?.has(key);
  return isNumber && typeof value === 'string' ? (toExactNumber(value) ?? value) : value;
}
