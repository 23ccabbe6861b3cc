/** Changes what is inside an encoding; the text itself when there is nothing to change. */
export type Change = (text: string) => string;

const BASE64 = /[A-Za-z0-9+/_-]{8,}={0,2}/g;
/** From the beginning of a word only: from within it, a long word without a `%` would be read over and over. */
const PERCENT = /(?<![^\s&=;,"'<>/?])[^\s&=;,"'<>/?]*%[0-9A-Fa-f]{2}[^\s&=;,"'<>/?]*/g;
const FORM = /^[^\s=&{}<>"]+=[^\s&{}<>"]*(&[^\s=&{}<>"]+=[^\s&{}<>"]*)*$/;

/** Undefined when the encoding is broken. */
export function decodePercent(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}

/** Undefined when it is no text that somebody has encoded. */
function decodeBase64(token: string): string | undefined {
  const bytes = Buffer.from(token, 'base64');
  const text = bytes.toString('utf8');
  const plain = token.replace(/=+$/, '');
  const again = bytes.toString(/[-_]/.test(token) ? 'base64url' : 'base64').replace(/=+$/, '');
  return again === plain && Buffer.from(text).equals(bytes) ? text : undefined;
}

/** In the same alphabet and with or without padding, as the token was. */
function encodeLike(token: string, text: string): string {
  const encoded = Buffer.from(text).toString(/[-_]/.test(token) ? 'base64url' : 'base64');
  const bare = encoded.replace(/=+$/, '');
  const isPadded = token.endsWith('=') || token.length % 4 === 0;
  return isPadded ? bare.padEnd(Math.ceil(bare.length / 4) * 4, '=') : bare;
}

/** Every percent-encoded and every base64 word of the text, changed inside. */
export function changeEncoded(text: string, change: Change): string {
  const recode = (
    found: string,
    decoded: string | undefined,
    encode: (changed: string) => string,
  ): string => {
    if (decoded === undefined) return found;
    const changed = change(decoded);
    return changed === decoded ? found : encode(changed);
  };
  return text
    .replace(PERCENT, (found) => recode(found, decodePercent(found), encodeURIComponent))
    .replace(BASE64, (found) => recode(found, decodeBase64(found), (changed) => encodeLike(found, changed)));
}

/** Is it `a=1&b=2`? */
export function isForm(text: string): boolean {
  return FORM.test(text);
}

/** A form whose values are changed; a pair that stays the same is left as it was written. */
export function changeForm(text: string, change: (name: string, value: string) => string): string {
  const pairs = text.split('&').map((pair) => {
    const at = pair.indexOf('=');
    const name = decodePercent(pair.slice(0, at)) ?? pair.slice(0, at);
    const value = decodePercent(pair.slice(at + 1)) ?? pair.slice(at + 1);
    const changed = change(name, value);
    return changed === value ? pair : new URLSearchParams([[name, changed]]).toString();
  });
  return pairs.join('&');
}

/** A `Cookie` or `Set-Cookie` header with the values of its cookies changed. */
export function changeCookies(text: string, change: Change): string {
  return text.replace(/(^|;\s*)([^=;\s]+)=([^;]*)/g, (pair, before: string, name: string, value: string) =>
    /^(path|domain|expires|max-age|samesite)$/i.test(name)
      ? pair
      : `${before}${name}=${change(value.trim())}`,
  );
}
