import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { Failure } from '#core/failure.ts';
import type { Log } from '#core/log.ts';
import type { Dialect } from '#protocol/frame.ts';
import { splitTarget } from '#protocol/request-target.ts';
import { refuseUpgrade, writeRefusal } from './http-answer.ts';
import { HttpConnection } from './http-connection.ts';
import {
  bind,
  type ConnectionLimit,
  type Endpoint,
  type Listener,
  type TlsMaterial,
  toTlsOptions,
  trackSockets,
} from './listener.ts';
import { corsHeaders, isOriginAllowed, type OriginRules, preflightHeaders } from './origin.ts';

/** What serves one path. */
export type HttpHandler = {
  /** In capitals; `HEAD` goes with `GET`. A handler of `any` refuses methods and answers preflights itself. */
  readonly methods: readonly string[] | 'any';
  handle(request: IncomingMessage, response: ServerResponse, connection: HttpConnection): void;
  /** Takes over an upgrade, where there is one. */
  upgrade?(request: IncomingMessage, socket: Socket, head: Buffer): void;
};

/** What is served under some paths. */
export type HttpRoute = {
  /** What serves the path; undefined when it is not the route's business. */
  route(pathname: string): HttpHandler | undefined;
  /** The listener closes: ends what the route keeps open. */
  close?(): void;
};

export type HttpOptions = {
  readonly endpoint: Endpoint;
  readonly tls?: TlsMaterial | undefined;
  readonly connections: ConnectionLimit;
  readonly originRules: OriginRules;
  /** Clients are configured, so that a request says who it is. */
  readonly clientsRequired: () => boolean;
  /** Writes the refusals. */
  readonly dialect: Dialect;
  readonly log: Log;
  readonly routes: readonly HttpRoute[];
};

/** One HTTP listener for everything that speaks HTTP. */
export async function listenHttp(options: HttpOptions): Promise<Listener> {
  const { tls } = options;
  const onRequest: RequestListener = (request, response) => {
    const connection = HttpConnection.of(request.socket);
    connection.take(response, () => serve(request, response, connection, options));
  };
  const server = tls
    ? createTlsServer({ ...toTlsOptions(tls), shouldUpgradeCallback }, onRequest)
    : createServer({ shouldUpgradeCallback }, onRequest);
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) =>
    upgrade(request, socket, head, options),
  );
  server.on('clientError', (error: Error, socket) =>
    HttpConnection.of(socket).refuse(error, options.dialect),
  );
  const sockets = trackSockets(server, options.connections);
  const endpoint = await bind(server, options.endpoint, options.log);
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

/**
 * Only WebSocket is one: Java's client asks for `h2c` with ordinary requests, which are served as they are. So is one behind
 * requests that still wait for answers: its own would be taken for one of those.
 */
function shouldUpgradeCallback(request: IncomingMessage): boolean {
  return (
    request.headers.upgrade?.toLowerCase() === 'websocket' && HttpConnection.of(request.socket).mayUpgrade
  );
}

function pathnameOf(request: IncomingMessage): string {
  return splitTarget(request.url ?? '/').path;
}

function accessDenied(request: IncomingMessage): Failure {
  return new Failure('BUS_ACCESS_DENIED', {
    description: `страница ${request.headers.origin ?? ''} не допущена: добавьте её в listen.http.origins, имя узла — в listen.http.hosts`,
  });
}

function serve(
  request: IncomingMessage,
  response: ServerResponse,
  connection: HttpConnection,
  options: HttpOptions,
): void {
  const refuse = (status: number, failure: Failure, headers: Record<string, string> = {}) =>
    writeRefusal(response, options.dialect, status, failure, headers);
  if (!isOriginAllowed(request, options.originRules, options.clientsRequired())) {
    return refuse(403, accessDenied(request));
  }
  const pathname = pathnameOf(request);
  const handler = handlerOf(pathname, options.routes);
  if (!handler) {
    const description = `нет такого пути: ${pathname}`;
    return refuse(404, new Failure('BUS_MALFORMED_MESSAGE', { description }), corsHeaders(request));
  }
  if (handler.methods === 'any') return handler.handle(request, response, connection);
  const methods = handler.methods.join(', ');
  if (isPreflight(request)) {
    response.writeHead(204, preflightHeaders(request, methods));
    response.end();
    return;
  }
  if (handler.methods.includes(request.method ?? '')) {
    return handler.handle(request, response, connection);
  }
  const description = `здесь бывает только ${methods}`;
  const headers = { allow: methods, ...corsHeaders(request) };
  refuse(405, new Failure('BUS_MALFORMED_MESSAGE', { description }), headers);
}

function handlerOf(pathname: string, routes: readonly HttpRoute[]): HttpHandler | undefined {
  for (const { route } of routes) {
    const handler = route(pathname);
    if (handler) return handler;
  }
  return undefined;
}

function isPreflight(request: IncomingMessage): boolean {
  return request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined;
}

function upgrade(request: IncomingMessage, socket: Socket, head: Buffer, options: HttpOptions): void {
  socket.on('error', () => socket.destroy());
  if (!isOriginAllowed(request, options.originRules, options.clientsRequired())) {
    return refuseUpgrade(socket, options.dialect, 403, accessDenied(request));
  }
  const pathname = pathnameOf(request);
  const handler = handlerOf(pathname, options.routes);
  if (handler?.upgrade) return handler.upgrade(request, socket, head);
  const description = `по этому пути нет WebSocket: ${pathname}`;
  refuseUpgrade(socket, options.dialect, 404, new Failure('BUS_MALFORMED_MESSAGE', { description }));
}
