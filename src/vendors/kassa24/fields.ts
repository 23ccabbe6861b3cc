import type { Failure } from '#core/failure.ts';
import { isJsonObject, JsonNumber } from '#core/json.ts';
import { formatMoney } from '#domain/money.ts';
import { formatDateTime } from '#domain/time.ts';

/**
 * What cannot be read in a vendor's answer, as a failure: `missing_field`, `bad_field`, `other_register` or
 * `other_shift`, and what it is about.
 */
export type Unreadable = (code: string, what: string) => Failure;

/** How an account writes its times. */
export type TimeReading = {
  /** IANA; our times are told in it. */
  readonly zone: string;
  /** `local`: the server labels the register's wall clock with a `Z`. */
  readonly dateZ: 'utc' | 'local';
  /** A time that cannot be read is as good as none: it must not keep a shift from being opened or closed. */
  readonly isLenient?: true;
};

/** A member by its name, whatever its case (`KKM`, `Kkm`) and blanks around it; an exact match goes first. */
export function member(value: unknown, name: string): unknown {
  if (!isJsonObject(value)) return undefined;
  if (Object.hasOwn(value, name)) return value[name];
  const wanted = name.toLowerCase();
  const key = Object.keys(value).find((candidate) => candidate.trim().toLowerCase() === wanted);
  return key === undefined ? undefined : value[key];
}

/** A text without blanks around it, or a number's digits; null when absent or empty. */
export function text(value: unknown): string | null {
  if (typeof value !== 'string' && typeof value !== 'number' && !(value instanceof JsonNumber)) return null;
  return String(value).trim() || null;
}

/** Nothing is told; whatever else there is must be what it is said to be. */
function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}

const WHOLE_NUMBER = /^-?\d+(\.0*)?$/;

/** A whole number, also as text; null when absent. */
export function integer(value: unknown, path: string, unreadable: Unreadable): number | null {
  if (isAbsent(value)) return null;
  const digits = text(value) ?? '';
  const number = Number(digits);
  if (!WHOLE_NUMBER.test(digits) || !Number.isSafeInteger(number))
    throw unreadable('bad_field', `${path} не целое число`);
  return number;
}

/** Money as our decimal text; null when absent. */
export function money(value: unknown, path: string, unreadable: Unreadable): string | null {
  if (isAbsent(value)) return null;
  const amount = formatMoney(value);
  if (amount === undefined) throw unreadable('bad_field', `${path} не сумма`);
  return amount;
}

/** A time as RFC 3339 in the account's zone; absent and zero dates are null. */
export function dateTime(
  value: unknown,
  { zone, dateZ, isLenient }: TimeReading,
  path: string,
  unreadable: Unreadable,
): string | null {
  const told = dateZ === 'local' && typeof value === 'string' ? value.replace(/Z\s*$/i, '') : value;
  const time = formatDateTime(told, zone);
  if (time === undefined && isLenient) return null;
  if (time === undefined) throw unreadable('bad_field', `${path} не дата`);
  return time;
}

export function requiredObject(
  value: unknown,
  name: string,
  unreadable: Unreadable,
): Record<string, unknown> {
  if (isJsonObject(value)) return value;
  throw unreadable('missing_field', `нет обязательного поля ${name}`);
}

/** An object, or undefined where nothing is told: what is neither must not pass for an object without members. */
export function optionalObject(
  value: unknown,
  path: string,
  unreadable: Unreadable,
): Record<string, unknown> | undefined {
  if (isAbsent(value)) return undefined;
  if (isJsonObject(value)) return value;
  throw unreadable('bad_field', `${path} не объект`);
}
