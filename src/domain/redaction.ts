import { isJsonObject, JsonNumber } from '#core/json.ts';
import { snakeCase } from '#core/snake-case.ts';

/** Keys under which vendors hand out credentials (`TokenCPCR` is one of Kassa24's). */
const SECRET_KEY = /token|passw|secret|authorization|cookie|pin(code)?$/i;

/** Words that make a key one of a credential only when they stand by themselves: `pinHash`, not `shippingDate`. */
const SECRET_WORDS = new Set(['pin', 'pass', 'pwd']);

const MAYBE_SECRET_WORD = /pin|pass|pwd/i;

const PHONE_KEY = /phone/i;
const MAIL_KEY = /e-?mail/i;

/** `card`, `cardNumber`, `bank_card`; `salesCard` is a sum and `cardType` tells of nobody. */
const CARD_KEY = /(?<!(?:sales|pay|sum|total|amount|by)_)(?<![a-z])card(?:_?(?:no|num|number|pan|mask))?$/;
const MAYBE_CARD_KEY = /card/i;

/** A sum, whatever its key says. */
const DECIMAL = /^[+-]?\d+\.\d+$/;

const EMAIL = /[^\s@<>"'(),;:]+@[^\s@<>"'(),;:]+\.[^\s@<>"'(),;:]+/g;

/** All but the last four characters become `*`. */
export function mask(text: string): string {
  const characters = [...text];
  return characters.map((character, index) => (index < characters.length - 4 ? '*' : character)).join('');
}

/** Is what stands under this key a credential? */
export function isSecretKey(key: string): boolean {
  if (SECRET_KEY.test(key)) return true;
  return (
    MAYBE_SECRET_WORD.test(key) &&
    snakeCase(key)
      .split(/[^a-z0-9]+/)
      .some((word) => SECRET_WORDS.has(word))
  );
}

function isCardKey(key: string): boolean {
  return MAYBE_CARD_KEY.test(key) && CARD_KEY.test(snakeCase(key));
}

/** Does it tell of a person: a phone, a card, an e-mail? */
export function isPersonal(key: string, value: string): boolean {
  if (value === '' || DECIMAL.test(value)) return false;
  return PHONE_KEY.test(key) || MAIL_KEY.test(key) || isCardKey(key) || value.replace(EMAIL, '') === '';
}

/** Phones, cards and e-mails masked, also an e-mail inside a longer text, and a phone that is a number. */
function maskedLeaf(key: string, value: unknown): unknown {
  if (typeof value === 'string') {
    return isPersonal(key, value) ? mask(value) : value.replace(EMAIL, mask);
  }
  const isNumber = typeof value === 'number' || value instanceof JsonNumber;
  return isNumber && PHONE_KEY.test(key) ? mask(String(value)) : value;
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
