import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { Failure } from '#core/failure.ts';
import type { Dialect } from '#protocol/frame.ts';
import { writeRefusal } from './http-answer.ts';
import {
  bind,
  type Endpoint,
  type Listener,
  type TlsMaterial,
  toTlsOptions,
  trackSockets,
} from './listener.ts';
import { corsHeaders, isOriginAllowed, type OriginRules, preflightHeaders } from './origin.ts';

/** What is served under some paths. */
export type HttpRoute = {
  /** What the path is to this route; undefined when it is not its business. */
  match(pathname: string): unknown;
  /** In capitals; `HEAD` goes with `GET`. A route with `any` refuses methods and answers preflights itself. */
  readonly methods: readonly string[] | 'any';
  /** `matched` is what `match` gave. */
  handle(request: IncomingMessage, response: ServerResponse, matched: unknown): void;
  /** Takes over an upgrade, if the route has one. */
  upgrade?(request: IncomingMessage, socket: Socket, head: Buffer): void;
  /** The listener closes: ends what the route keeps open. */
  close?(): void;
};

export type HttpOptions = {
  readonly endpoint: Endpoint;
  readonly tls?: TlsMaterial | undefined;
  readonly maxConnections: number;
  readonly originRules: OriginRules;
  /** Clients are configured, so that a request says who it is. */
  readonly clientsRequired: () => boolean;
  /** Writes the refusals. */
  readonly dialect: Dialect;
  readonly routes: readonly HttpRoute[];
};

/** One HTTP listener for everything that speaks HTTP. */
export async function listenHttp(options: HttpOptions): Promise<Listener> {
  const { tls } = options;
  const onRequest: RequestListener = (request, response) => serve(request, response, options);
  const server = tls
    ? createTlsServer({ ...toTlsOptions(tls), shouldUpgradeCallback }, onRequest)
    : createServer({ shouldUpgradeCallback }, onRequest);
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) =>
    upgrade(request, socket, head, options),
  );
  server.on(
    'clientError',
    (_error, socket) => void socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'),
  );
  const sockets = trackSockets(server, options.maxConnections);
  const endpoint = await bind(server, options.endpoint);
  return {
    endpoint,
    // Probes are still answered while the bus stops; the routes themselves refuse everything else.
    refuseNew: () => server.closeIdleConnections(),
    close: () =>
      new Promise((resolve) => {
        for (const route of options.routes) route.close?.();
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** Only WebSocket is one: Java's client asks for `h2c` with ordinary requests, which are served as they are. */
function shouldUpgradeCallback(request: IncomingMessage): boolean {
  return request.headers.upgrade?.toLowerCase() === 'websocket';
}

function pathnameOf(request: IncomingMessage): string {
  return (request.url ?? '/').split('?', 1)[0] ?? '/';
}

function accessDenied(request: IncomingMessage): Failure {
  return new Failure('BUS_ACCESS_DENIED', {
    description: `страница ${request.headers.origin ?? ''} не допущена: добавьте её в listen.http.origins, имя узла — в listen.http.hosts`,
  });
}

function serve(request: IncomingMessage, response: ServerResponse, options: HttpOptions): void {
  const refuse = (status: number, failure: Failure, headers: Record<string, string> = {}) =>
    writeRefusal(response, options.dialect, status, failure, headers);
  if (!isOriginAllowed(request, options.originRules, options.clientsRequired())) {
    return refuse(403, accessDenied(request));
  }
  const pathname = pathnameOf(request);
  for (const route of options.routes) {
    const matched = route.match(pathname);
    if (matched === undefined) continue;
    if (route.methods === 'any') return route.handle(request, response, matched);
    const methods = route.methods.join(', ');
    if (isPreflight(request)) {
      response.writeHead(204, preflightHeaders(request, methods));
      response.end();
      return;
    }
    if (route.methods.includes(request.method ?? '')) return route.handle(request, response, matched);
    return refuse(
      405,
      new Failure('BUS_MALFORMED_MESSAGE', { description: `здесь бывает только ${methods}` }),
      { allow: methods, ...corsHeaders(request) },
    );
  }
  refuse(
    404,
    new Failure('BUS_MALFORMED_MESSAGE', { description: `нет такого пути: ${pathname}` }),
    corsHeaders(request),
  );
}

function isPreflight(request: IncomingMessage): boolean {
  return request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined;
}

function upgrade(request: IncomingMessage, socket: Socket, head: Buffer, options: HttpOptions): void {
  socket.on('error', () => socket.destroy());
  if (!isOriginAllowed(request, options.originRules, options.clientsRequired())) {
    return refuseUpgrade(socket, '403 Forbidden', options.dialect, accessDenied(request));
  }
  const pathname = pathnameOf(request);
  const route = options.routes.find(({ upgrade, match }) => upgrade && match(pathname) !== undefined);
  if (route?.upgrade) return route.upgrade(request, socket, head);
  const description = `по этому пути нет WebSocket: ${pathname}`;
  refuseUpgrade(
    socket,
    '404 Not Found',
    options.dialect,
    new Failure('BUS_MALFORMED_MESSAGE', { description }),
  );
}

/** Answers an upgrade request in plain HTTP, with a Message that says why. */
export function refuseUpgrade(socket: Socket, status: string, dialect: Dialect, failure: Failure): void {
  const text = dialect.writeFailure({ replyAddress: null, camelCase: false }, failure);
  const authenticate = status.startsWith('401') ? 'WWW-Authenticate: Bearer\r\n' : '';
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: application/json; charset=utf-8\r\n${authenticate}` +
      `Content-Length: ${Buffer.byteLength(text)}\r\nConnection: close\r\n\r\n${text}`,
  );
}
