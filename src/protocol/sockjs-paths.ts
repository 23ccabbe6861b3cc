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

/** The part of a request's path under `prefix`; `undefined` when it is elsewhere. */
export function pathUnder(prefix: string, path: string): string | undefined {
  if (!path.startsWith(prefix)) return undefined;
  const rest = path.slice(prefix.length);
  return rest === '' || rest.startsWith('/') ? rest : undefined;
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
