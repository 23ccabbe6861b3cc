import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
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
import { TUNNEL } from './unreadable-requests.ts';

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
  // A missing Host is refused here, in words.
  const serverOptions = { shouldUpgradeCallback, requireHostHeader: false };
  const server = tls
    ? createTlsServer({ ...toTlsOptions(tls), ...serverOptions }, onRequest)
    : createServer(serverOptions, onRequest);
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    const failure = malformed(`этого шина не может: Expect: ${request.headers.expect ?? ''}`);
    const refuse = () => writeRefusal(response, options.dialect, 417, failure);
    HttpConnection.of(request.socket).take(response, refuse);
  });
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) =>
    upgrade(request, socket, head, options),
  );
  server.on('connect', (_request: IncomingMessage, socket: Duplex) => {
    // Node has let go of it: nobody else would hear that it is gone.
    socket.on('error', () => socket.destroy()).on('end', () => socket.destroy());
    socket.resume();
    HttpConnection.of(socket).refuse(TUNNEL, options.dialect);
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) =>
    HttpConnection.of(socket).refuse(error.code ?? '', options.dialect),
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

function malformed(description: string): Failure {
  return new Failure('BUS_MALFORMED_MESSAGE', { description });
}

/** Why a request is not served wherever it leads. */
function refusalOf(
  request: IncomingMessage,
  { originRules, clientsRequired }: HttpOptions,
): { readonly status: number; readonly failure: Failure } | undefined {
  const { host, origin = '' } = request.headers;
  // RFC 9112 3.2; HTTP/1.0 has none.
  if (host === undefined && request.httpVersion === '1.1') {
    return { status: 400, failure: malformed('в запросе нет заголовка Host') };
  }
  if (isOriginAllowed(request, originRules, clientsRequired())) return undefined;
  const description = `страница ${origin} не допущена: добавьте её в listen.http.origins, имя узла — в listen.http.hosts`;
  return { status: 403, failure: new Failure('BUS_ACCESS_DENIED', { description }) };
}

function serve(
  request: IncomingMessage,
  response: ServerResponse,
  connection: HttpConnection,
  options: HttpOptions,
): void {
  const refuse = (status: number, failure: Failure, headers: Record<string, string> = {}) =>
    writeRefusal(response, options.dialect, status, failure, headers);
  const refused = refusalOf(request, options);
  if (refused) return refuse(refused.status, refused.failure);
  const pathname = pathnameOf(request);
  const handler = handlerOf(pathname, options.routes);
  if (!handler) {
    return refuse(404, malformed(`нет такого пути: ${pathname}`), corsHeaders(request));
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
  refuse(405, malformed(`здесь бывает только ${methods}`), { allow: methods, ...corsHeaders(request) });
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
  const { dialect } = options;
  const refused = refusalOf(request, options);
  if (refused) return refuseUpgrade(socket, dialect, refused.status, refused.failure);
  const pathname = pathnameOf(request);
  const handler = handlerOf(pathname, options.routes);
  if (!handler?.upgrade) {
    return refuseUpgrade(socket, dialect, 404, malformed(`по этому пути нет WebSocket: ${pathname}`));
  }
  handler.upgrade(request, socket, head);
}
