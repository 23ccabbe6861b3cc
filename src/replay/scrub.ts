import { isJsonObject, JsonNumber, parseJson } from '#core/json.ts';
import { isSecretHeader, isSecretKey } from '#core/secret-keys.ts';
import { changeCookies, changeEncoded, changeForm, decodePercent, isForm } from './encoded-text.ts';
import { isShort } from './secret-forms.ts';
import { createSecretWords, type SecretWords } from './secret-words.ts';

/** Is what stands under this key a secret, whatever it is? */
export type IsSecretKey = (key: string) => boolean;

const SCHEME = /^(Bearer|Basic|Digest|Token)\s+(.+)$/i;

/** JSON in a form in base64 in JSON. */
const MAX_NESTING = 4;

/** Takes secrets out of one conversation, each replaced by the same placeholder in every form and place. */
export class Scrubber {
  readonly #words: SecretWords;
  readonly #plain: ReadonlySet<string>;

  /** `secrets` are the configured ones; `plain` the numbers and words of the conversation that are none. */
  constructor(secrets: readonly string[], plain: ReadonlySet<string>) {
    this.#words = createSecretWords(secrets, plain);
    this.#plain = plain;
  }

  /** Makes a text a secret: a token that a vendor handed out, an e-mail of a request. */
  learn(secret: string, placeholder?: string): void {
    this.#words.learn(secret, placeholder);
  }

  /** Any text, with JSON, forms, percent-encoding or base64 inside. */
  text(from: string): string {
    return this.#text(from, MAX_NESTING);
  }

  /** From here on nothing is learnt; what has been is replaced wherever it stands. */
  seal(): void {
    this.#words.seal();
  }

  /** Is there nothing in the text that is known to be a secret? Words of the conversation are no excuse. */
  isClean(text: string): boolean {
    return this.#words.replace(text) === text && this.text(text) === text;
  }

  /** A text that stands where a secret belongs; one that is not known yet becomes known. */
  secret(from: string): string {
    const known = this.#words.placeholderOf(from);
    if (known !== undefined) return known;
    if (from === '' || from === 'true' || from === 'false' || this.#plain.has(from)) return from;

    const [, scheme, rest] = SCHEME.exec(from) ?? [];
    if (scheme !== undefined && rest !== undefined) return `${scheme} ${this.secret(rest)}`;
    const scrubbed = this.text(from);
    return scrubbed === from ? this.#words.learn(from) : scrubbed;
  }

  /** Any JSON value, keys included. */
  value(from: unknown, isSecret: IsSecretKey = isSecretKey, key = ''): unknown {
    if (typeof from === 'string') return isSecret(key) ? this.secret(from) : this.text(from);
    if (typeof from === 'number' || from instanceof JsonNumber) return this.#number(from, isSecret(key));
    if (Array.isArray(from)) return from.map((item) => this.value(item, isSecret, key));
    if (!isJsonObject(from)) return from;
    return Object.fromEntries(
      Object.entries(from).map(([name, child]) => [this.text(name), this.value(child, isSecret, name)]),
    );
  }

  /** A path, segment by segment; a secret may hold slashes that nobody has encoded. */
  path(from: string): string {
    const segments = this.#words
      .replace(from)
      .split('/')
      .map((segment) => {
        const decoded = decodePercent(segment) ?? segment;
        const known = this.#plain.has(decoded) ? undefined : this.#words.placeholderOf(decoded);
        return known === undefined ? this.#inside(segment, MAX_NESTING) : encodeURIComponent(known);
      });
    return segments.join('/');
  }

  /** HTTP headers, cookies pair by pair. */
  headers(from: Readonly<Record<string, unknown>>): Record<string, unknown> {
    return Object.fromEntries(Object.entries(from).map(([name, value]) => [name, this.#header(name, value)]));
  }

  #header(name: string, value: unknown): unknown {
    if (Array.isArray(value)) return value.map((item) => this.#header(name, item));
    if (typeof value !== 'string') return value;
    if (/^(set-)?cookie$/i.test(name)) return changeCookies(value, (content) => this.secret(content));
    return isSecretHeader(name) ? this.secret(value) : this.text(value);
  }

  /** A number of few digits is a number; a long one that equals a secret is that secret. */
  #number(from: number | JsonNumber, isSecret: boolean): unknown {
    if (isSecret) return 0;
    const digits = String(from);
    return isShort(digits) ? from : (this.#words.placeholderOf(digits) ?? from);
  }

  #text(from: string, depth: number): string {
    if (this.#plain.has(from)) return from;
    const json = depth > 0 && /^\s*[[{]/.test(from) ? this.#json(from) : undefined;
    if (json !== undefined) return json;
    const scrubbed = this.#inside(from, depth);
    if (depth === 0 || !isForm(scrubbed)) return scrubbed;
    return changeForm(scrubbed, (name, value) =>
      isSecretKey(name) ? this.secret(value) : this.#text(value, depth - 1),
    );
  }

  /** JSON inside a text is written anew only where it held a secret; undefined when it is none after all. */
  #json(from: string): string | undefined {
    try {
      const value = parseJson(from);
      const scrubbed = JSON.stringify(this.value(value));
      return scrubbed === JSON.stringify(value) ? from : scrubbed;
    } catch {
      return undefined;
    }
  }

  #inside(from: string, depth: number): string {
    const replaced = this.#words.replace(from);
    return depth === 0 ? replaced : changeEncoded(replaced, (text) => this.#text(text, depth - 1));
  }
}
