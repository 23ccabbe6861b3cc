import type { Failure } from '#core/failure.ts';
import { isJsonObject, JsonNumber } from '#core/json.ts';
import { snakeCase } from '#core/snake-case.ts';
import { formatMoney } from '#domain/money.ts';
import { formatDateTime } from '#domain/time.ts';

/** Makes the failure for an answer that is not what is documented: our code for it and a sentence in Russian. */
export type Complain = (code: WireFault, message: string) => Failure;

type WireFault = 'missing_field' | 'conflicting_fields' | 'wrong_type';

/**
 * A shift, 004_… "Список смен" and "Выгрузка кассовой смены по id": the name that servers write today, and what
 * the tables and examples of the documentation call the same thing.
 */
export const SHIFT_SPELLINGS = {
  id: [],
  sessionNumber: [],
  fiscalNumber: [],
  cashRegNumber: [],
  cashRegSerial: [],
  openDate: [],
  closeDate: [],
  acceptDate: [],
  managerId: ['manager'],
  responsibleUserId: ['responsibleUser'],
  sessionStartCash: [],
  payOrders: [],
  sumWriteoffOrders: [],
  salesCash: [],
  salesCredit: ['salesCerdit'],
  salesCard: [],
  payIn: [],
  payOut: [],
  payIncome: [],
  cashRemain: [],
  cashDiff: [],
  sessionStatus: ['sessionStaus'],
  conceptionId: ['conception'],
  pointOfSaleId: ['pointOfSale'],
} as const satisfies Spellings;

/** Canonical name → the other names of the same field. */
type Spellings = Readonly<Record<string, readonly string[]>>;

/** The server's own local time: no zone, the fraction without its last zeros. */
const NAIVE_DATE_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?$/;

const CREDENTIALS = new Set(['token', 'password', 'pin', 'secret']);

/** Absent, null and blank say the same: not told. */
function told(value: unknown): unknown {
  if (typeof value !== 'string') return value ?? undefined;
  return value.trim() === '' ? undefined : value.trim();
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
    if (new Set(values.map((value) => String(value).toLowerCase())).size > 1) {
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

  /** The fields that nobody documents, in our vocabulary and without credentials. */
  others(): Record<string, unknown> {
    const known = new Set(Object.entries<readonly string[]>(this.#spellings).flat(2));
    return inVocabulary(Object.entries(this.#fields).filter(([name]) => !known.has(name)));
  }
}

function inVocabulary(entries: readonly (readonly [string, unknown])[]): Record<string, unknown> {
  return Object.fromEntries(
    entries
      .map(([name, value]) => [snakeCase(name), valueInVocabulary(value)] as const)
      .filter(([name]) => !name.split('_').some((word) => CREDENTIALS.has(word))),
  );
}

function valueInVocabulary(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(valueInVocabulary);
  return isJsonObject(value) ? inVocabulary(Object.entries(value)) : value;
}
