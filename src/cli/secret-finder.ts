import { createLongTexts, MIN_LONG } from './long-texts.ts';

/** One expression of many more alternatives is not compiled to machine code, and a hundred times as slow. */
const MAX_ALTERNATIVES = 150;

const WORD = /[0-9A-Za-z]+/g;
const WHOLE_WORD = /^[0-9A-Za-z]+$/;

/** Finds known secrets in text, as they are and percent-encoded. */
export type SecretFinder = {
  isIn(text: string): boolean;
  /** The text with `hidden` in the place of every secret. */
  hide(text: string, hidden: string): string;
};

/**
 * What it costs does not depend on how many secrets there are. One shorter than eight characters (a PIN) is looked
 * for between other characters only, since `1111` may be part of a serial.
 */
export function createSecretFinder(secrets: readonly string[]): SecretFinder {
  const forms = new Set(secrets.flatMap((secret) => [secret, encodeURIComponent(secret.toWellFormed())]));
  forms.delete('');
  const short = [...forms].filter((form) => form.length < MIN_LONG);
  const words = new Set(short.filter((form) => WHOLE_WORD.test(form)));
  const expressions = expressionsOf(short.filter((form) => !words.has(form)));
  const long = createLongTexts([...forms].filter((form) => form.length >= MIN_LONG));

  return {
    isIn: (text) =>
      long.isIn(text) ||
      expressions.some((expression) => text.search(expression) !== -1) ||
      hasWord(text, words),
    hide(text, hidden) {
      const rest = expressions.reduce(
        (result, expression) => result.replace(expression, hidden),
        long.replace(text, hidden),
      );
      return words.size === 0 ? rest : rest.replace(WORD, (word) => (words.has(word) ? hidden : word));
    },
  };
}

/** Short and not a mere word, like `p@ss`: there are few such. The longest first, since one may begin another. */
function expressionsOf(texts: readonly string[]): RegExp[] {
  const patterns = texts
    .toSorted((a, b) => b.length - a.length)
    .map((text) => `(?<![0-9A-Za-z])${RegExp.escape(text)}(?![0-9A-Za-z])`);
  const count = Math.ceil(patterns.length / MAX_ALTERNATIVES);
  return Array.from({ length: count }, (_, index) => {
    const some = patterns.slice(index * MAX_ALTERNATIVES, (index + 1) * MAX_ALTERNATIVES);
    return new RegExp(some.join('|'), 'g');
  });
}

function hasWord(text: string, words: ReadonlySet<string>): boolean {
  if (words.size === 0) return false;
  let start = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (isLetterOrDigit(text.charCodeAt(at))) continue;
    if (isAmong(words, text, start, at)) return true;
    start = at + 1;
  }
  return isAmong(words, text, start, text.length);
}

function isAmong(words: ReadonlySet<string>, text: string, start: number, end: number): boolean {
  return end > start && end - start < MIN_LONG && words.has(text.slice(start, end));
}

function isLetterOrDigit(code: number): boolean {
  const lowered = code | 0x20;
  return (code >= 0x30 && code <= 0x39) || (code < 0x80 && lowered >= 0x61 && lowered <= 0x7a);
}
