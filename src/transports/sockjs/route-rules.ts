import type { IncomingMessage, ServerResponse } from 'node:http';
import { type SockJsRoute, sockJsRoute } from '#protocol/sockjs-paths.ts';
import type { SockJsSettings } from './options.ts';
import { allowCrossOrigin, answerPreflight, refuseMethod, setSessionCookie } from './response.ts';

const LEGACY: ReadonlySet<string> = new Set(['htmlfile', 'jsonp-polling']);

/** The route of a path, which is what follows the prefix; undefined where there is nothing. */
export function routeOf(path: string, settings: SockJsSettings): SockJsRoute | undefined {
  const route = sockJsRoute(path);
  return route && exists(route, settings) ? route : undefined;
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
