import { isJsonObject, JsonNumber } from '#core/json.ts';
import { memoized } from '#core/memo.ts';
import { isSecretKey } from '#core/secret-keys.ts';
import { snakeCase } from '#core/snake-case.ts';

const PHONE_KEY = /phone/i;
const MAIL_KEY = /e-?mail/i;

/** `card`, `cardNumber`, `bank_card`; `salesCard` is a sum and `cardType` tells of nobody. */
const CARD_KEY = /(?<!(?:sales|pay|sum|total|amount|by)_)(?<![a-z])card(?:_?(?:no|num|number|pan|mask))?$/;

/** A sum, whatever its key says. */
const DECIMAL = /^[+-]?\d+\.\d+$/;

/** Looked for from the beginning of a word only: from within it, a long word without an `@` would be read over and over. */
const EMAIL = /(?<![^\s@<>"'(),;:])[^\s@<>"'(),;:]+@[^\s@<>"'(),;:]+\.[^\s@<>"'(),;:]+/g;

/** With its country, so that it is no other number; no sum either. */
const PHONE = /(?<![\w+])\+\d(?:[ ()-]{0,3}\d){9,14}(?!\d|[.,]\d)/g;

/** All but the last four characters become `*`. */
export function mask(text: string): string {
  const characters = [...text];
  return characters.map((character, index) => (index < characters.length - 4 ? '*' : character)).join('');
}

/** A phone's, a card's or an e-mail's. */
const isPersonalKey = memoized(
  (key) => PHONE_KEY.test(key) || MAIL_KEY.test(key) || CARD_KEY.test(snakeCase(key)),
);

/** Does it tell of a person: a phone, a card, an e-mail? */
export function isPersonal(key: string, value: string): boolean {
  if (value === '' || DECIMAL.test(value)) return false;
  return isPersonalKey(key) || (value.includes('@') && value.replace(EMAIL, '') === '');
}

/** The e-mails and phones inside a longer text. */
export function contactsIn(text: string): readonly string[] {
  const emails = text.includes('@') ? (text.match(EMAIL) ?? []) : [];
  return text.includes('+') ? [...emails, ...(text.replace(EMAIL, ' ').match(PHONE) ?? [])] : emails;
}

/** The e-mails and phones inside a longer text masked. */
export function withoutContacts(text: string): string {
  const rest = text.includes('@') ? text.replace(EMAIL, mask) : text;
  return rest.includes('+') ? rest.replace(PHONE, mask) : rest;
}

/** Phones, cards and e-mails masked, also inside a longer text, and a phone or a card that is a number. */
function maskedLeaf(key: string, value: unknown): unknown {
  if (typeof value === 'string') return isPersonal(key, value) ? mask(value) : withoutContacts(value);
  if (typeof value !== 'number' && !(value instanceof JsonNumber)) return value;
  return isPersonal(key, String(value)) ? mask(String(value)) : value;
}

/**
 * A vendor's answer as it may leave the bus: credentials dropped, and phones, cards and e-mails masked unless
 * the client may see them.
 */
export function redact(value: unknown, showPersonalData: boolean, key = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => redact(item, showPersonalData, key));
  if (!isJsonObject(value)) return showPersonalData ? value : maskedLeaf(key, value);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !isSecretKey(name))
      .map(([name, inner]) => [name, redact(inner, showPersonalData, name)]),
  );
}
