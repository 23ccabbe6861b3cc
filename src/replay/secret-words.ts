import { percentForm, sameInPercent } from './percent-form.ts';
import { formsOf, isShort, type SecretForm } from './secret-forms.ts';

/** Replaces known secrets in text. */
export type SecretWords = {
  /** Makes a text a secret, if it is none yet; gives what stands in for it. */
  learn(secret: string, placeholder?: string): string;
  /** From here on nothing is learnt: what is not known is given back as it is. */
  seal(): void;
  /** What stands in for a text that is a secret as a whole; undefined when it is none. */
  placeholderOf(text: string): string | undefined;
  /** The text with every form of every secret replaced. */
  replace(text: string): string;
};

/** Words that no placeholder may be mistaken for; the first that no secret contains is taken. */
const NAMES = ['secret', 'hidden', 'replaced', 'placeholder', 'zzz'];

/** A text without the numbers of its placeholders, which depend on what else was replaced. */
export function withoutPlaceholderNumbers(text: string): string {
  return text.replace(new RegExp(`\\b(${NAMES.join('|')})-\\d+`, 'g'), '$1');
}

/** Not inside a word, a number, a date, a path: what stands between these may be something else altogether. */
const NOT_AFTER = '(?<![\\p{L}\\p{N}_/]|\\d[.,:+-])';
const NOT_BEFORE = '(?![\\p{L}\\p{N}_/]|[.,:+-]\\d)';

/** How long a text must be to be a secret wherever it stands, though nobody has configured it. */
const LONG_ENOUGH = 8;

/** Longer ones would make too large an expression; they are looked for one by one. */
const MAX_PATTERN_CHARACTERS = 1000;

type Compiled = {
  readonly pattern: RegExp;
  /** What stands in for each form, also by its letters without their case. */
  readonly instead: ReadonlyMap<string, string>;
  readonly long: readonly SecretForm[];
};

function guarded(text: string, isWord: boolean): string {
  return isWord ? `${NOT_AFTER}${text}${NOT_BEFORE}` : text;
}

function patternOf({ found, isShort: isWord, isWhole }: SecretForm): string {
  const text = RegExp.escape(found);
  if (isWhole) return `^${text}$`;
  return guarded(text, isWord);
}

/** Letters without their case, as the bus looks for secrets in what a vendor says; as long as the text itself. */
function folded(text: string): string {
  return text.replaceAll('İ', 'i').toLowerCase();
}

function replaceLong(text: string, { found, instead, isWhole }: SecretForm): string {
  if (text.length < found.length) return text;
  if (isWhole) return text === found ? instead : text;
  const wanted = folded(found);
  let rest = text;
  let result = '';
  for (let at = folded(rest).indexOf(wanted); at >= 0; at = folded(rest).indexOf(wanted)) {
    result += rest.slice(0, at) + instead;
    rest = rest.slice(at + found.length);
  }
  return result + rest;
}

function compile(secrets: readonly (readonly [string, string])[]): Compiled {
  const forms = secrets
    .flatMap(([secret, placeholder]) => formsOf(secret, placeholder))
    .toSorted((a, b) => b.found.length - a.found.length);
  const instead = new Map<string, string>();
  for (const { found, instead: text } of forms) if (!instead.has(found)) instead.set(found, text);
  const long = forms.filter(({ found }) => found.length > MAX_PATTERN_CHARACTERS);
  const patterns = forms
    .filter(({ found }) => found.length <= MAX_PATTERN_CHARACTERS)
    .map((form) => ({ length: form.found.length, text: patternOf(form) }));
  for (const [secret, placeholder] of secrets) {
    if (secret.length > MAX_PATTERN_CHARACTERS) continue;
    const mixed = percentForm(secret);
    const same = sameInPercent(secret);
    if (!instead.has(same)) instead.set(same, placeholder);
    patterns.push({ length: mixed.length, text: guarded(mixed.pattern, isShort(secret)) });
  }
  for (const [found, text] of [...instead]) if (!instead.has(folded(found))) instead.set(folded(found), text);
  const texts = patterns.toSorted((a, b) => b.length - a.length).map(({ text }) => text);
  return { pattern: new RegExp(texts.length > 0 ? texts.join('|') : '(?!)', 'giu'), instead, long };
}

/**
 * `secrets` to begin with. `plain` are texts that mean something else in the same material: a short secret that
 * equals one of them is left alone, except where it is asked for as a whole.
 */
export function createSecretWords(secrets: readonly string[], plain: ReadonlySet<string>): SecretWords {
  const configured = new Set(secrets);
  const placeholders = new Map<string, string>();
  const name = NAMES.find((word) =>
    secrets.every((secret) => !word.includes(secret) && !secret.includes(word)),
  );
  let compiled: Compiled | undefined;
  let count = 0;
  let isSealed = false;

  function nextPlaceholder(): string {
    count += 1;
    return `${name ?? 'zzz'}-${count}`;
  }

  function learn(secret: string, wanted?: string): string {
    const known = placeholders.get(secret) ?? (isSealed ? secret : undefined);
    if (known !== undefined) return known;
    const placeholder = wanted ?? nextPlaceholder();
    placeholders.set(secret, placeholder);
    compiled = undefined;
    return placeholder;
  }

  /** What was only learnt may be a harmless word, as in `lang=ru`. */
  function isReplacedEverywhere(secret: string): boolean {
    if (!configured.has(secret)) return secret.length >= LONG_ENOUGH && !plain.has(secret);
    return !(isShort(secret) && plain.has(secret));
  }

  for (const secret of secrets) if (secret !== '') learn(secret);
  return {
    learn,
    seal() {
      isSealed = true;
    },
    placeholderOf: (text) => placeholders.get(text),
    replace(text) {
      compiled ??= compile([...placeholders].filter(([secret]) => isReplacedEverywhere(secret)));
      const { pattern, instead, long } = compiled;
      return long.reduce(replaceLong, text).replace(pattern, (found) => {
        const same = sameInPercent(found);
        const spellings = [found, same, folded(found), folded(same)];
        return spellings.map((spelling) => instead.get(spelling)).find((text) => text !== undefined) ?? found;
      });
    },
  };
}
