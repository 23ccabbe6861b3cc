import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Bus } from '#bus/bus.ts';
import type { Failure } from '#core/failure.ts';
import type { Dialect } from '#protocol/frame.ts';
import { splitTarget } from '#protocol/request-target.ts';
import { clientOf } from './credentials.ts';
import { refuseUpgrade, writeRefusal } from './http-answer.ts';
import type { BodyRoom } from './http-body.ts';
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
import { corsHeaders, type OriginRules, preflightHeaders } from './origin.ts';
import { malformed, refusalOf } from './request-check.ts';
import { TUNNEL } from './unreadable-requests.ts';
import { giveBack, takeUpgrade } from './upgrade-request.ts';
import { asksForWebSocket } from './websocket-handshake.ts';

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
  readonly bus: Bus;
  readonly endpoint: Endpoint;
  readonly tls?: TlsMaterial | undefined;
  readonly connections: ConnectionLimit;
  readonly originRules: OriginRules;
  /** Writes the refusals. */
  readonly dialect: Dialect;
  readonly routes: readonly HttpRoute[];
};

/** One HTTP listener for everything that speaks HTTP. */
export async function listenHttp(options: HttpOptions): Promise<Listener> {
  const { tls } = options;
  const onRequest: RequestListener = (request, response) =>
    take(request, response, options, (connection) => serve(request, response, connection, options));
  // A missing Host is refused here, in words.
  const serverOptions = { requireHostHeader: false };
  const server = tls
    ? createTlsServer({ ...toTlsOptions(tls), ...serverOptions }, onRequest)
    : createServer(serverOptions, onRequest);
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    const failure = malformed(`этого шина не может: Expect: ${request.headers.expect ?? ''}`);
    take(request, response, options, () => writeRefusal(response, options.dialect, 417, failure));
  });
  server.on('upgrade', (request: IncomingMessage, socket: Socket, first: Buffer) =>
    takeUpgrade(HttpConnection.of(socket), socket, first, roomOf(request, options), (head) => {
      if (asksForWebSocket(request)) upgrade(request, socket, head, options);
      else giveBack(request, socket, head, server);
    }),
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
  const endpoint = await bind(server, options.endpoint, options.bus.log);
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

/** Serves a request in its turn. One that waits costs much more than its bytes: its connection is cut where there is no room. */
function take(
  request: IncomingMessage,
  response: ServerResponse,
  options: HttpOptions,
  serve: (connection: HttpConnection) => void,
): void {
  const { socket } = request;
  const connection = HttpConnection.of(socket);
  const isTaken = connection.take(response, () => serve(connection), roomOf(request, options));
  if (isTaken || socket.destroyed) return;
  options.bus.log.warn({ peer: socket.remoteAddress }, 'no room for the requests that wait: connection cut');
  socket.destroy();
}

/** Finds where what waits of a connection is counted. */
function roomOf(request: IncomingMessage, { bus }: HttpOptions): () => BodyRoom {
  return () => {
    const client = clientOf(request, bus.clients, 'secret may be in the URL');
    return HttpConnection.of(request.socket).roomOf(client, bus);
  };
}

function pathnameOf(request: IncomingMessage): string {
  return splitTarget(request.url ?? '/').path;
}

function serve(
  request: IncomingMessage,
  response: ServerResponse,
  connection: HttpConnection,
  options: HttpOptions,
): void {
  const { bus, dialect, originRules } = options;
  const refuse = (status: number, failure: Failure, headers: Record<string, string> = {}) =>
    writeRefusal(response, dialect, status, failure, headers);
  const refused = refusalOf(request, originRules, bus.clients.required);
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
  const { bus, dialect, originRules } = options;
  const refused = refusalOf(request, originRules, bus.clients.required);
  if (refused) return refuseUpgrade(socket, dialect, refused.status, refused.failure);
  const pathname = pathnameOf(request);
  const handler = handlerOf(pathname, options.routes);
  if (!handler?.upgrade) {
    return refuseUpgrade(socket, dialect, 404, malformed(`по этому пути нет WebSocket: ${pathname}`));
  }
  handler.upgrade(request, socket, head);
}
