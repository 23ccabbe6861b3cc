import type { Failure } from '#core/failure.ts';
import { isJsonObject, JsonNumber } from '#core/json.ts';
import { formatMoney } from '#domain/money.ts';
import { formatDateTime } from '#domain/time.ts';
import { PLAIN, toOurs } from '#domain/vocabulary.ts';

/** Makes the failure for an answer that is not what is documented: our code for it and a sentence in Russian. */
export type Complain = (code: WireFault, message: string) => Failure;

type WireFault = 'missing_field' | 'conflicting_fields' | 'wrong_type' | 'other_shift';

/** Canonical name → the other names of the same field. */
export type Spellings = Readonly<Record<string, readonly string[]>>;

/** The server's own local time: no zone, the fraction without its last zeros. */
const NAIVE_DATE_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?$/;

/** Absent, null and blank say the same: not told. */
function told(value: unknown): unknown {
  if (typeof value !== 'string') return value ?? undefined;
  return value.trim() === '' ? undefined : value.trim();
}

/** Ids differ in nothing when they differ in case. */
function comparable(value: unknown): string {
  return (typeof value === 'object' ? JSON.stringify(value) : String(value)).toLowerCase();
}

/** One JSON object of iiko's, read field by field under the canonical names. `N` are those names. */
export class WireObject<N extends string> {
  readonly #fields: Readonly<Record<string, unknown>>;
  readonly #spellings: Readonly<Record<N, readonly string[]>>;
  readonly #complain: Complain;

  constructor(value: unknown, spellings: Readonly<Record<N, readonly string[]>>, complain: Complain) {
    if (!isJsonObject(value)) throw complain('wrong_type', 'вместо объекта пришло другое значение');
    this.#fields = value;
    this.#spellings = spellings;
    this.#complain = complain;
  }

  /** Two spellings of one field must not disagree: nobody could say which is right. */
  #value(name: N): unknown {
    const names = [name, ...this.#spellings[name]];
    const values = names
      .map((spelling) => told(this.#fields[spelling]))
      .filter((value) => value !== undefined);
    if (new Set(values.map(comparable)).size > 1) {
      throw this.#complain('conflicting_fields', `поля ${names.join(' и ')} противоречат друг другу`);
    }
    return values[0];
  }

  #wrong(name: N, expected: string): Failure {
    return this.#complain('wrong_type', `поле ${name}: ожидалось ${expected}`);
  }

  text(name: N): string | null {
    const value = this.#value(name);
    if (value === undefined) return null;
    if (typeof value === 'string') return value;
    if (typeof value === 'number' || value instanceof JsonNumber) return String(value);
    throw this.#wrong(name, 'строка');
  }

  /** A number or digits in quotes. */
  integer(name: N): number | null {
    const value = this.#value(name);
    if (value === undefined) return null;
    const number = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value;
    if (typeof number === 'number' && Number.isSafeInteger(number)) return number;
    throw this.#wrong(name, 'целое число');
  }

  /** A decimal as text; fractions, minus signs and numbers in quotes are all met with. */
  money(name: N): string | null {
    const value = this.#value(name);
    if (value === undefined) return null;
    const amount = formatMoney(value);
    if (amount === undefined) throw this.#wrong(name, 'число');
    return amount;
  }

  /** RFC 3339 in `zone`, in which the server's local time is read; an offset would contradict it. */
  dateTime(name: N, zone: string): string | null {
    const value = this.#value(name);
    if (value === undefined) return null;
    const time =
      typeof value === 'string' && NAIVE_DATE_TIME.test(value) ? formatDateTime(value, zone) : undefined;
    if (time === undefined) throw this.#wrong(name, 'местное время без часового пояса');
    return time;
  }

  /** What must be there, or the whole answer is worth nothing. */
  required<T>(name: N, value: T | null): T {
    if (value === null) throw this.#complain('missing_field', `нет обязательного поля ${name}`);
    return value;
  }

  /** Whatever stands there, for a shape of its own. */
  any(name: N): unknown {
    return this.#value(name);
  }

  /** Another object inside; null without one. */
  object<M extends string>(name: N, spellings: Readonly<Record<M, readonly string[]>>): WireObject<M> | null {
    const value = this.#value(name);
    return value === undefined ? null : new WireObject(value, spellings, this.#complain);
  }

  /** A list, empty where the server writes null or nothing. */
  list(name: N): readonly unknown[] {
    const value = this.#value(name) ?? [];
    if (Array.isArray(value)) return value;
    throw this.#wrong(name, 'список');
  }

  /** The fields that nobody documents, in our vocabulary and without credentials. */
  others(): Record<string, unknown> {
    const known = new Set(Object.entries<readonly string[]>(this.#spellings).flat(2));
    const fields = Object.entries(this.#fields).filter(([name]) => !known.has(name));
    const wrong = (key: string, expected: string) =>
      this.#complain('wrong_type', `поле ${key}: ожидалось ${expected}`);
    // Nothing of what is unknown is converted, so no zone is needed.
    const ours = toOurs(Object.fromEntries(fields), { vocabulary: PLAIN, zone: 'UTC', wrong });
    return ours as Record<string, unknown>;
  }

  /** `known` and {@link others}, which replace nothing that is known. */
  with<T extends object>(known: T): T {
    return { ...known, ...this.others(), ...known };
  }
}
