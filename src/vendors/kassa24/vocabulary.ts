import type { Static, TObject } from 'typebox';
import { Value } from 'typebox/value';
import { isJsonObject } from '#core/json.ts';
import { snakeCase } from '#core/snake-case.ts';
import { redact } from '#domain/redaction.ts';
import { toOurs, type Vocabulary } from '#domain/vocabulary.ts';
import type { Answer } from './desk.ts';
import { member, type TimeReading, text } from './fields.ts';

/** 001_… 'Описание переменных': amounts are `float`, in tenge; lines of sections have their sums in themselves. */
const VOCABULARY: Vocabulary = {
  money: new Set([
    'amount',
    'cumulative',
    'balance',
    'balance_open',
    'balance_close',
    'balance_close_non_cash',
    'total_amount',
    'total_cash_received_amount',
    'total_change_amount',
    'total_discount_amount',
    'total_markup_amount',
    'total_nds_amount',
    'sales',
    'purchases',
    'refunds',
    'purchase_refunds',
  ]),
  times: new Set(['date_open', 'date_close', 'date_report_taken']),
  idKeyed: new Set(['sections']),
};

/** `local`: the register's wall clock is labelled with a `Z`, which is taken off. */
function withLocalTimes(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => withLocalTimes(item, key));
  if (isJsonObject(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [name, withLocalTimes(inner, name)]),
    );
  }
  const isTime = typeof value === 'string' && VOCABULARY.times?.has(snakeCase(key));
  return isTime ? value.replace(/Z\s*$/i, '') : value;
}

/** Sections under their ids, also where they come as a list of objects that name them. */
function withSections(value: unknown): unknown {
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value).map(([name, inner]) => {
    const isList = snakeCase(name) === 'sections' && Array.isArray(inner);
    return [name, isList ? byId(inner) : inner];
  });
  return Object.fromEntries(entries);
}

function byId(sections: readonly unknown[]): unknown {
  const entries = sections.map((section, index) => [text(member(section, 'Id')) ?? String(index), section]);
  return Object.fromEntries(entries);
}

/**
 * A vendor's `Data` in our words: money and times as ours, credentials dropped, people masked. What is no money and no
 * time although its key says so stays as it came.
 */
export function inWords(
  { data, unreadable }: Answer,
  { zone, dateZ }: TimeReading,
  showPersonalData: boolean,
): Record<string, unknown> {
  const told = withSections(dateZ === 'local' ? withLocalTimes(data) : data);
  const ours = redact(toOurs(told, { vocabulary: VOCABULARY, zone }), showPersonalData);
  if (isJsonObject(ours)) return ours;
  throw unreadable('missing_field', 'нет обязательного поля Data');
}

/** The same as an answer of ours: whatever does not fit there was written by the vendor, and is refused. */
export function toData<S extends TObject>(
  schema: S,
  answer: Answer,
  time: TimeReading,
  showPersonalData: boolean,
): Static<S> {
  const data = inWords(answer, time, showPersonalData);
  if (Value.Check(schema, data)) return data;
  const places = Value.Errors(schema, data).map(({ instancePath }) => instancePath);
  // The innermost: what it stands in fits no better.
  const place = places.reduce((one, other) => (other.length > one.length ? other : one), '');
  throw answer.unreadable('bad_field', `Data${place}: значение не того вида`);
}
