import type { IncomingMessage, ServerResponse } from 'node:http';
import { type SockJsRoute, sockJsRoute } from '#protocol/sockjs-paths.ts';
import type { SockJsSettings } from './options.ts';
import { allowCrossOrigin, answerPreflight, refuseMethod, setSessionCookie } from './response.ts';

type Refusal = { readonly status: number; readonly text: string };

const LEGACY: ReadonlySet<string> = new Set(['htmlfile', 'jsonp-polling']);

/** The route of a request, or why it has none here. `path` is what follows the prefix. */
export function admit(
  request: IncomingMessage,
  path: string,
  settings: SockJsSettings,
): { readonly route: SockJsRoute } | Refusal {
  // Programs send no `Origin`; version 8 of WebSocket had a header of its own for it.
  const origin = request.headers.origin ?? request.headers['sec-websocket-origin'];
  if (typeof origin === 'string' && !settings.allowOrigin(origin, request)) {
    return { status: 403, text: 'Origin not allowed.' };
  }
  const route = sockJsRoute(path);
  return route && exists(route, settings) ? { route } : { status: 404, text: 'Not found.' };
}

/** Sets the headers a route has whatever its answer; true when the request is still to be answered. */
export function prepare(
  request: IncomingMessage,
  response: ServerResponse,
  route: SockJsRoute,
  settings: SockJsSettings,
): boolean {
  const { method, cors } = requirements(route);
  if (cors) allowCrossOrigin(request, response);
  if (settings.cookieNeeded && 'session' in route) setSessionCookie(request, response);
  if (request.method === method) return true;
  const preflight = cors ? `OPTIONS, ${method}` : undefined;
  if (request.method === 'OPTIONS' && preflight) {
    answerPreflight(response, preflight, settings.clock.now());
  } else {
    refuseMethod(response, preflight ?? method);
  }
  return false;
}

function exists(route: SockJsRoute, settings: SockJsSettings): boolean {
  switch (route.kind) {
    case 'websocket':
    case 'raw-websocket':
      return settings.websocket;
    case 'iframe':
      return settings.legacyTransports;
    case 'receive':
      return settings.legacyTransports || !LEGACY.has(route.transport);
    case 'send':
      return settings.legacyTransports || !route.jsonp;
    default:
      return true;
  }
}

/** The method of a route, and whether pages of other origins may use it (sockjs-protocol 0.3.3). */
function requirements(route: SockJsRoute): { readonly method: 'GET' | 'POST'; readonly cors: boolean } {
  if (route.kind === 'info') return { method: 'GET', cors: true };
  if (route.kind === 'send') return { method: 'POST', cors: !route.jsonp };
  if (route.kind !== 'receive') return { method: 'GET', cors: false };
  if (route.transport === 'eventsource') return { method: 'GET', cors: true };
  return LEGACY.has(route.transport) ? { method: 'GET', cors: false } : { method: 'POST', cors: true };
}
