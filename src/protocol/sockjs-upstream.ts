/**
 * What a SockJS client sends: a JSON array of strings, in a POST body, a form field or a WebSocket message.
 * Source: sockjs-protocol 0.3.3, "Framing" and the transports' own sections.
 */

type SockJsComplaint = 'Payload expected.' | 'Broken JSON encoding.';

/** Either the messages, or the sentence the protocol wants as the body of the 500 answer. */
export type SockJsUpstream =
  | { readonly messages: readonly string[] }
  | { readonly complaint: SockJsComplaint };

/** Reads the body of `xhr_send`. An empty array is fine: clients use it as a sign of life. */
export function readXhrBody(body: string): SockJsUpstream {
  if (body === '') return { complaint: 'Payload expected.' };
  const value = parseJson(body);
  if (value === undefined) return { complaint: 'Broken JSON encoding.' };
  if (!Array.isArray(value)) return { complaint: 'Payload expected.' };
  return value.every(isString) ? { messages: value } : { complaint: 'Broken JSON encoding.' };
}

/** Reads the body of `jsonp_send`: the field `d` of a form, or the same array as plain text. */
export function readJsonpBody(body: string, contentType: string): SockJsUpstream {
  const mediaType = contentType.split(';', 1)[0]?.trim().toLowerCase();
  if (mediaType === 'application/x-www-form-urlencoded') {
    return readXhrBody(new URLSearchParams(body).get('d') ?? '');
  }
  if (mediaType === '' || mediaType === 'text/plain') return readXhrBody(body);
  return { complaint: 'Payload expected.' };
}

/**
 * Reads one message of a framed WebSocket: an array of strings, or one bare string. Empty means nothing
 * was said; `undefined` means broken framing, and the connection is to be closed.
 */
export function readWebSocketMessage(payload: string): readonly string[] | undefined {
  if (payload === '') return [];
  const value = parseJson(payload);
  if (isString(value)) return [value];
  return Array.isArray(value) && value.every(isString) ? value : undefined;
}

/** `undefined` for what is not JSON: no JSON text has that value. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isString(value: unknown): value is string {
  return typeof value === 'string';
}
