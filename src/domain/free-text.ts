import { isJsonObject } from '#core/json.ts';
import { maskPersonalText } from '#core/personal-text.ts';

/** In what people write for each other ten digits are a taxpayer's number rather than a phone. */
const FEWEST_DIGITS = 11;

/** What a person has written, with the phones, cards and e-mails in it masked. */
export function maskFreeText(text: string): string {
  return maskPersonalText(text, FEWEST_DIGITS);
}

/** A value whose texts under such keys are masked as what a person has written, at any depth. */
export function maskFreeTexts(value: unknown, isFreeText: (key: string) => boolean, key = ''): unknown {
  if (typeof value === 'string') return isFreeText(key) ? maskFreeText(value) : value;
  if (Array.isArray(value)) return value.map((item) => maskFreeTexts(item, isFreeText, key));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, maskFreeTexts(inner, isFreeText, name)]),
  );
}
