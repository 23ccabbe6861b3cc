/**
 * The frames a SockJS server sends: `o`, `h`, `a[...]` and `c[...]`, before a transport wraps them.
 * Source: sockjs-protocol 0.3.3, "Framing accepted by the client".
 */

export const OPEN_FRAME = 'o';
export const HEARTBEAT_FRAME = 'h';

// JSON.stringify already escapes U+0000–001F and lone surrogates, in lower case. These are what browsers of
// the time lost or changed in text they received; none of the ranges touches a surrogate.
const MANGLED_BY_BROWSERS = /[\u200c-\u200f\u2028-\u202f\u2060-\u206f\ufff0-\uffff]/g;

/** One message as the JSON string that stands in an `a[...]` frame; any string comes back unchanged by `JSON.parse`. */
export function quoteMessage(text: string): string {
  return JSON.stringify(text).replace(MANGLED_BY_BROWSERS, escapeCodeUnit);
}

/** `a["…","…"]` from messages already quoted by {@link quoteMessage}. */
export function messagesFrame(quoted: readonly string[]): string {
  return `a[${quoted.join(',')}]`;
}

/** `c[code,"reason"]`. */
export function closeFrame(code: number, reason: string): string {
  return `c[${code},${quoteMessage(reason)}]`;
}

function escapeCodeUnit(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
