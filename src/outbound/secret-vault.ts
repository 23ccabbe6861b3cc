import { formsOf } from './secret-forms.ts';

const HIDDEN = '[secret]';

/** A shorter secret (a PIN) is looked for between other characters only, since `1111` may be part of a number. */
const LONG_ENOUGH = 8;
/** Forms are found by their beginning; a single character is no secret. */
const PREFIX_CHARACTERS = 2;
/** A token that was replaced so long ago opens nothing any more. */
const MAX_TOKENS = 64;
const MAX_READ_CHARACTERS = 16_384;

const WORD_CHARACTER = /[\p{L}\p{N}]/u;

/** Letters without their case; as long as the text itself. */
function folded(text: string): string {
  return text.replaceAll('İ', 'i').toLowerCase();
}

/** The forms of some secrets, found however many they are: by their beginning, then by their length. */
class FormIndex {
  readonly #forms = new Set<string>();
  /** Beginning → the lengths of the forms that begin so, the longest first. */
  readonly #lengths = new Map<string, number[]>();
  longest = 0;

  constructor(secrets: Iterable<string>) {
    for (const secret of secrets) for (const form of formsOf(secret)) this.#add(folded(form));
  }

  /** The length of the longest form that stands at this place of a folded text, 0 if there is none. */
  lengthAt(text: string, at: number): number {
    const lengths = this.#lengths.get(text.slice(at, at + PREFIX_CHARACTERS));
    return lengths?.find((length) => this.#standsAt(text, at, length)) ?? 0;
  }

  #add(form: string): void {
    if (form.length < PREFIX_CHARACTERS || this.#forms.has(form)) return;
    this.#forms.add(form);
    this.longest = Math.max(this.longest, form.length);
    const prefix = form.slice(0, PREFIX_CHARACTERS);
    const lengths = this.#lengths.get(prefix) ?? [];
    if (lengths.includes(form.length)) return;
    this.#lengths.set(
      prefix,
      [...lengths, form.length].toSorted((a, b) => b - a),
    );
  }

  #standsAt(text: string, at: number, length: number): boolean {
    if (!this.#forms.has(text.slice(at, at + length))) return false;
    if (length >= LONG_ENOUGH) return true;
    return !WORD_CHARACTER.test(text.charAt(at - 1)) && !WORD_CHARACTER.test(text.charAt(at + length));
  }
}

/** What one account knows to be secret. */
export class SecretVault {
  readonly #configured = new Set<string>();
  readonly #tokens = new Set<string>();
  /** Made when something is to be hidden, which is seldom. */
  #configuredIndex: FormIndex | undefined;
  #tokenIndex: FormIndex | undefined;

  /** Secrets of the configuration; those known before are kept. A header's `Bearer` before one is none. */
  keep(secrets: Iterable<string>): void {
    for (const secret of secrets) {
      this.#configured.add(secret);
      for (const word of secret.split(/\s+/)) if (word.length >= LONG_ENOUGH) this.#configured.add(word);
    }
    this.#configuredIndex = undefined;
  }

  /** A token that the vendor has given out; the last ones are remembered. */
  keepToken(token: string): void {
    this.#tokens.delete(token);
    this.#tokens.add(token);
    const [oldest] = this.#tokens;
    if (this.#tokens.size > MAX_TOKENS && oldest !== undefined) this.#tokens.delete(oldest);
    this.#tokenIndex = undefined;
  }

  /** The beginning of the text, not much longer than so many characters, without any of the secrets in any form. */
  conceal(text: string, maxCharacters: number): string {
    this.#configuredIndex ??= new FormIndex(this.#configured);
    this.#tokenIndex ??= new FormIndex(this.#tokens);
    const { longest } = this.#configuredIndex;
    const isCut = text.length > MAX_READ_CHARACTERS;
    const read = folded(text.slice(0, MAX_READ_CHARACTERS));
    // What begins later may be a secret whose end was not read.
    const end = isCut ? read.length - Math.max(longest, this.#tokenIndex.longest) : read.length;
    let result = '';
    let from = 0;
    let at = 0;
    while (at < end && result.length + at - from < maxCharacters) {
      const length = this.#configuredIndex.lengthAt(read, at) || this.#tokenIndex.lengthAt(read, at);
      if (length > 0) {
        result += text.slice(from, at) + HIDDEN;
        from = at + length;
      }
      at += Math.max(1, length);
    }
    return result + text.slice(from, at);
  }
}
