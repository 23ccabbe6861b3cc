import { Temporal } from 'temporal-polyfill';
import { memoized } from '#core/memo.ts';

const DATE_TIME = /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}:\d{2})(?:\.\d+)?\s*(Z|z|[+-]\d{2}:?\d{2})?$/;

/** Is this an IANA time zone that the machine knows? */
export function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

/** `0001-01-01T00:00:00Z` and whatever else a zero date is serialised as. */
function isZeroDate(date: string): boolean {
  return date.startsWith('0000') || date.startsWith('0001');
}

/**
 * A vendor's date and time as RFC 3339 in `zone`, whole seconds, fractions cut. A naive time is read in
 * `naiveZone` (the same zone unless told otherwise). Absent, empty and zero dates are null; undefined means that
 * the text is no date.
 */
export function formatDateTime(value: unknown, zone: string, naiveZone = zone): string | null | undefined {
  if (value === null || value === undefined || value === '') return null;
  return typeof value === 'string' ? remembered([zone, naiveZone, value].join('\n')).text : undefined;
}

/** A shift is asked about many times, and opened once. */
const remembered = memoized((key) => {
  const [zone = '', naiveZone = '', ...lines] = key.split('\n');
  return { text: inZone(lines.join('\n'), zone, naiveZone) };
});

function inZone(value: string, zone: string, naiveZone: string): string | null | undefined {
  const [, date, time, offset] = DATE_TIME.exec(value.trim()) ?? [];
  if (!date || !time) return undefined;
  if (isZeroDate(date)) return null;
  try {
    const instant = offset
      ? Temporal.Instant.from(`${date}T${time}${offset}`)
      : Temporal.PlainDateTime.from(`${date}T${time}`, { overflow: 'reject' })
          .toZonedDateTime(naiveZone)
          .toInstant();
    const text = instant.toZonedDateTimeISO(zone).toString({ timeZoneName: 'never' });
    // From the year 10000 on there is no RFC 3339.
    return text.startsWith('+') ? undefined : text;
  } catch {
    return undefined;
  }
}

const RFC_3339 = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:[Zz]|[+-]\d{2}:\d{2})$/;

/** The moment that an RFC 3339 time names (milliseconds since the epoch); undefined when the text is none. */
export function parseTime(text: string): number | undefined {
  if (!RFC_3339.test(text)) return undefined;
  try {
    return Temporal.Instant.from(text).epochMilliseconds;
  } catch {
    return undefined;
  }
}

/** The calendar date (`YYYY-MM-DD`) in `zone` at `epochMs`, moved by whole days. */
export function calendarDate(epochMs: number, zone: string, days = 0): string {
  return Temporal.Instant.fromEpochMilliseconds(epochMs)
    .toZonedDateTimeISO(zone)
    .toPlainDate()
    .add({ days })
    .toString();
}

/** Whole days from one calendar date (`YYYY-MM-DD`) to another, negative when it is earlier; undefined when one is none. */
export function daysBetween(from: string, to: string): number | undefined {
  try {
    return Temporal.PlainDate.from(from).until(Temporal.PlainDate.from(to), { largestUnit: 'days' }).days;
  } catch {
    return undefined;
  }
}
