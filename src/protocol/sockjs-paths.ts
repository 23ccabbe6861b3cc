/** What stands where under a SockJS prefix. Source: sockjs-protocol 0.3.3. */

import type { SockJsHttpTransport } from './sockjs-framings.ts';

export type SockJsRoute =
  | { readonly kind: 'greeting' | 'info' | 'iframe' | 'raw-websocket' }
  | { readonly kind: 'websocket' }
  | { readonly kind: 'receive'; readonly session: string; readonly transport: SockJsHttpTransport }
  | { readonly kind: 'send'; readonly session: string; readonly jsonp: boolean };

const RECEIVING: ReadonlyMap<string, SockJsHttpTransport> = new Map([
  ['xhr', 'xhr-polling'],
  ['xhr_streaming', 'xhr-streaming'],
  ['eventsource', 'eventsource'],
  ['htmlfile', 'htmlfile'],
  ['jsonp', 'jsonp-polling'],
]);

const SESSION_PATH = /^\/[^/.]+\/([^/.]+)\/([a-z_]+)$/;

/**
 * The part of a request target under `prefix` and its query (without `?`); `undefined` when it is elsewhere.
 * The absolute form (`GET http://host/path`) is accepted, as RFC 9112 3.2.2 demands.
 */
export function splitTarget(target: string, prefix: string): { path: string; query: string } | undefined {
  const relative = target.startsWith('/') ? target : target.replace(/^https?:\/\/[^/?]*/i, '');
  const [whole = '', query = ''] = splitOnce(relative, '?');
  if (!whole.startsWith(prefix)) return undefined;
  const path = whole.slice(prefix.length);
  return path === '' || path.startsWith('/') ? { path, query } : undefined;
}

/** The route of a path under the prefix; `undefined` is a 404. The server id is for load balancers only. */
export function sockJsRoute(path: string): SockJsRoute | undefined {
  if (path === '' || path === '/') return { kind: 'greeting' };
  if (path === '/info') return { kind: 'info' };
  if (path === '/websocket') return { kind: 'raw-websocket' };
  if (/^\/iframe(-[^/]*)?\.html$/.test(path)) return { kind: 'iframe' };
  const [, session, endpoint] = SESSION_PATH.exec(path) ?? [];
  return session === undefined || endpoint === undefined ? undefined : sessionRoute(session, endpoint);
}

function sessionRoute(session: string, endpoint: string): SockJsRoute | undefined {
  if (endpoint === 'websocket') return { kind: 'websocket' };
  if (endpoint === 'xhr_send' || endpoint === 'jsonp_send') {
    return { kind: 'send', session, jsonp: endpoint === 'jsonp_send' };
  }
  const transport = RECEIVING.get(endpoint);
  return transport && { kind: 'receive', session, transport };
}

function splitOnce(text: string, separator: string): readonly string[] {
  const index = text.indexOf(separator);
  return index === -1 ? [text] : [text.slice(0, index), text.slice(index + separator.length)];
}
