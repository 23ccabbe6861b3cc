import { isJsonObject } from '#core/json.ts';
import { redact } from '#domain/redaction.ts';
import { formatDateTime } from '#domain/time.ts';
import { toOurs, type Vocabulary } from '#domain/vocabulary.ts';
import { untagged } from './tag.ts';

/** Whom an answer is for, and how its account writes. */
export type Reading = {
  /** IANA: our times are told in it, and the vendor's wall clock is read in it. */
  readonly zone: string;
  readonly showPersonalData: boolean;
};

/** Times that are UTC without saying so, proven by the samples: Moscow's `DateTo` is three hours later than these. */
const UTC_KEYS = new Set([
  'CDateUtc',
  'UDateUtc',
  'ExpiredDate',
  'AssumptiveCompleteTime',
  'LastDocOnOfdDateTimeUtc',
]);

/**
 * By our names. `date_from` and `date_to` are the wall clock of the order: the offset it had is dropped. What is no
 * time stays as it is: nothing is done by it, and an order that was taken must not be lost for it.
 */
const DOCUMENTED: Vocabulary = {
  times: new Set([
    'c_date_utc',
    'u_date_utc',
    'expired_date',
    'assumptive_complete_time',
    'date_from',
    'date_to',
  ]),
};

/** Of cash registers no format is documented: what is no time stays as it is. */
const KKT_TIME = /Date(?:Time)?(?:Utc)?$/;

const DATE_TIME = /^\s*\d{4}-\d{2}-\d{2}[T ]\d/;
const NAIVE = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:\.\d+)?$/;

function utcField(key: string, value: unknown): unknown {
  if (!UTC_KEYS.has(key)) return value;
  const text = typeof value === 'string' ? value.trim() : '';
  return NAIVE.test(text) ? `${text}Z` : value;
}

/** `;`-joined or a list; `[""]` is none. */
function toEmails(value: unknown): unknown {
  const texts = Array.isArray(value) ? value : typeof value === 'string' ? value.split(';') : undefined;
  if (!texts) return value;
  return texts.map((text) => (typeof text === 'string' ? text.trim() : text)).filter((text) => text !== '');
}

function withoutToken(url: string): string {
  return url.replace(/([?&])AuthToken=[^&]*&?/gi, '$1').replace(/[?&]$/, '');
}

function reportField(key: string, value: unknown): unknown {
  if (key === 'EmailsToNotify') return toEmails(value);
  if (typeof value !== 'string') return value;
  if (key === 'Name' || key === 'ReportTypeName') return untagged(value);
  return key.endsWith('Url') ? withoutToken(value) : utcField(key, value);
}

/** Changes what stands under each key, at every depth. */
function eachField(value: unknown, change: (key: string, value: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => eachField(item, change));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, eachField(change(key, inner), change)]),
  );
}

/** With the times that are UTC saying so. */
function utcTimes(value: unknown): unknown {
  return eachField(value, utcField);
}

function inWords(value: unknown, vocabulary: Vocabulary, { zone, showPersonalData }: Reading): unknown {
  return redact(toOurs(value, { vocabulary, zone }), showPersonalData);
}

/** A report, or what holds reports, in our words: the tag taken off its name, e-mails a list. */
export function reportInWords(value: unknown, reading: Reading): unknown {
  return inWords(eachField(value, reportField), DOCUMENTED, reading);
}

/** A template, base or custom, in our words. */
export function templateInWords(value: unknown, reading: Reading): unknown {
  return inWords(utcTimes(value), DOCUMENTED, reading);
}

/** A cash register in our words. */
export function kktInWords(value: unknown, reading: Reading): unknown {
  const field = (key: string, inner: unknown) => {
    if (!KKT_TIME.test(key) || !DATE_TIME.test(String(inner))) return inner;
    const time = formatDateTime(utcField(key, inner), reading.zone);
    return time === undefined ? inner : time;
  };
  return inWords(eachField(value, field), {}, reading);
}
