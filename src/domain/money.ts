import Big from 'big.js';
import { JsonNumber } from '#core/json.ts';

const DECIMAL = /^[+-]?\d{1,40}(\.\d{1,40})?([eE][+-]?\d{1,2})?$/;

function toBig(value: unknown): Big | undefined {
  const text =
    typeof value === 'number' || value instanceof JsonNumber
      ? String(value)
      : typeof value === 'string'
        ? value.trim()
        : '';
  // Big takes a minus, but no plus.
  return DECIMAL.test(text) ? new Big(text.replace(/^\+/, '')) : undefined;
}

/**
 * A vendor's amount (number, numeric string, exact number) as our decimal string: nothing rounded, zeros after
 * the second decimal dropped, at least two decimals: `51690` → `"51690.00"`, `"93794.100000"` → `"93794.10"`.
 * Undefined when it is no number.
 */
export function formatMoney(value: unknown): string | undefined {
  const amount = toBig(value);
  if (!amount) return undefined;
  const [whole = '0', fraction = ''] = amount.toFixed().split('.');
  const text = `${whole}.${fraction.padEnd(2, '0')}`;
  return text === '-0.00' ? '0.00' : text;
}

/** A vendor's quantity as a decimal string as precise as it came: `12.5` → `"12.5"`. Undefined when it is no number. */
export function formatQuantity(value: unknown): string | undefined {
  return toBig(value)?.toFixed();
}

/** Our decimal string as the number that a vendor is sent: not a digit is lost on the way. Undefined when it is no number. */
export function toExactNumber(text: string): JsonNumber | undefined {
  const amount = toBig(text);
  return amount && new JsonNumber(amount.toFixed());
}

/** Is it above zero? Undefined when it is no number. */
export function isPositive(text: string): boolean | undefined {
  return toBig(text)?.gt(0);
}

/** Are both the same number, however many zeros end them? Null is equal to null alone. */
export function isSameAmount(one: string | null, other: string | null): boolean {
  const [first, second] = [toBig(one), toBig(other)];
  return first && second ? first.eq(second) : one === other;
}

/** All of them added up, exactly, as our decimal string. Undefined when one is no number. */
export function sumMoney(values: readonly unknown[]): string | undefined {
  return formatMoney(sumOf(values));
}

/** All of them added up. Undefined when one is no whole number, or the sum is beyond what a number can tell. */
export function sumCounts(values: readonly unknown[]): number | undefined {
  if (!values.every(isWhole)) return undefined;
  const sum = Number(sumOf(values));
  return Number.isSafeInteger(sum) ? sum : undefined;
}

function sumOf(values: readonly unknown[]): string | undefined {
  let sum = new Big(0);
  for (const value of values) {
    const amount = toBig(value);
    if (!amount) return undefined;
    sum = sum.plus(amount);
  }
  return sum.toFixed();
}

function isWhole(value: unknown): boolean {
  if (Number.isInteger(value)) return true;
  const amount = toBig(value);
  return amount?.round(0, Big.roundDown).eq(amount) ?? false;
}

/** `one` − `other`, exactly, as our decimal string. Undefined when one of them is no number. */
export function moneyDifference(one: unknown, other: unknown): string | undefined {
  const [first, second] = [toBig(one), toBig(other)];
  return first && second && formatMoney(first.minus(second).toFixed());
}

/** Is the amount, be it above or below zero, no further from it than the limit? False when one is no number. */
export function isWithin(amount: string, limit: string): boolean {
  const most = toBig(limit);
  return most !== undefined && (toBig(amount)?.abs().lte(most) ?? false);
}
