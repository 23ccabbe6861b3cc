import { isJsonObject, JsonNumber } from '#core/json.ts';
import { contactsIn, isPersonal, mask, withoutContacts } from '#domain/redaction.ts';

/** Sums (`salesCard`) and short codes tell of nobody, whatever their key. */
const NUMBER = /^[+-]?\d+[.,]\d+$|^.{1,5}$/;

function isNumber(value: unknown): value is number | JsonNumber {
  return typeof value === 'number' || value instanceof JsonNumber;
}

function tellsOfAPerson(key: string, text: string): boolean {
  return isPersonal(key, text) && !NUMBER.test(text);
}

/** An answer with phones, cards and e-mails masked as the bus masks them, so that it is the same masked twice. */
export function withoutPersons(value: unknown, key = ''): unknown {
  if (typeof value === 'string') return tellsOfAPerson(key, value) ? mask(value) : withoutContacts(value);
  if (isNumber(value)) return tellsOfAPerson(key, String(value)) ? mask(String(value)) : value;
  if (Array.isArray(value)) return value.map((item) => withoutPersons(item, key));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, child]) => [name, withoutPersons(child, name)]),
  );
}

/** The phones, cards and e-mails in a request, which must still look like some when they are replaced. */
export function personsIn(value: unknown, key = ''): readonly string[] {
  if (typeof value === 'string') {
    const contacts = contactsIn(value);
    return contacts.length === 0 && tellsOfAPerson(key, value) ? [value] : contacts;
  }
  if (isNumber(value)) return tellsOfAPerson(key, String(value)) ? [String(value)] : [];
  if (Array.isArray(value)) return value.flatMap((item) => personsIn(item, key));
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([name, child]) => personsIn(child, name));
}

/** The `number`th person that stands in for such a text: digits for digits, an e-mail for an e-mail. */
export function personInstead(text: string, number: number): string {
  if (text.includes('@')) return `person-${number}@example.com`;
  const digits = String(number);
  return text.replace(/\d/g, '0').slice(0, -digits.length) + digits;
}
