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
  return DECIMAL.test(text) ? new Big(text) : undefined;
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
