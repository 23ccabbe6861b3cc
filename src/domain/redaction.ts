import { isJsonObject } from '#core/json.ts';

/** Keys under which vendors hand out credentials (`TokenCPCR` is one of Kassa24's). */
const SECRET_KEY = /token|password|passwd|\bpass\b|pin(code)?$|^pin|secret|authorization|cookie/i;

/** Keys under which vendors tell of people. */
const PERSONAL_KEY = /phone|e-?mail|card(?!inal)/i;

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

/** All but the last four characters become `*`. */
export function mask(text: string): string {
  const characters = [...text];
  return characters.map((character, index) => (index < characters.length - 4 ? '*' : character)).join('');
}

/** Is what stands under this key a credential? */
export function isSecretKey(key: string): boolean {
  return SECRET_KEY.test(key);
}

/** Does it tell of a person: a phone, a card, an e-mail? */
export function isPersonal(key: string, value: string): boolean {
  return value !== '' && (PERSONAL_KEY.test(key) || EMAIL.test(value));
}

/**
 * A vendor's answer as it may leave the bus: credentials dropped, and phones, cards and e-mails masked unless
 * the client may see them.
 */
export function redact(value: unknown, showPersonalData: boolean, key = ''): unknown {
  if (typeof value === 'string') return !showPersonalData && isPersonal(key, value) ? mask(value) : value;
  if (Array.isArray(value)) return value.map((item) => redact(item, showPersonalData, key));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !isSecretKey(name))
      .map(([name, inner]) => [name, redact(inner, showPersonalData, name)]),
  );
}
