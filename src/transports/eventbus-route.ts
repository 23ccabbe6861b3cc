import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Bus } from '#bus/bus.ts';
import type { Session } from '#bus/session.ts';
import { Failure } from '#core/failure.ts';
import type { Dialect } from '#protocol/frame.ts';
import { refusal } from '#protocol/refusal.ts';
import { pathUnder } from '#protocol/sockjs-paths.ts';
import { clientOf } from './credentials.ts';
import type { HttpHandler, HttpRoute } from './http.ts';
import { refuseUpgrade, writeRefusal } from './http-answer.ts';
import { HttpConnection } from './http-connection.ts';
import { LoginDeadline } from './login-deadline.ts';
import { corsHeaders } from './origin.ts';
import type { SockJsConnection } from './sockjs/connection.ts';
import { createSockJs } from './sockjs/server.ts';

const PREFIX = '/eventbus';

export type EventBusOptions = {
  readonly bus: Bus;
  /** What is spoken inside SockJS. */
  readonly dialect: Dialect;
  /** Writes the refusals of requests that never became a connection. */
  readonly httpDialect: Dialect;
  readonly maxMessageBytes: number;
  readonly maxFragments: number;
  readonly maxQueuedBytes: number;
  readonly maxConnections: number;
  /** Also iframe, htmlfile and jsonp. */
  readonly legacyTransports?: boolean;
};

/**
 * The Vert.x SockJS bridge at `/eventbus`, raw WebSocket at `/eventbus/websocket`. Iframe, htmlfile and jsonp
 * have to be asked for: they come without the `Origin` of the page that uses them, so that any page could use them.
 */
export function createEventBusRoute(options: EventBusOptions): HttpRoute {
  const { bus, httpDialect } = options;
  const sessions = new WeakMap<SockJsConnection, Session>();
  const sockJs = createSockJs({
    prefix: PREFIX,
    open: (connection) => void sessions.set(connection, open(connection, options)),
    admit(request, response, connection) {
      const session = connection && sessions.get(connection);
      const refused = session ? foreignRefusalOf(request, bus, session) : stoppingRefusalOf(bus);
      if (refused) writeRefusal(response, httpDialect, refused.status, refused.failure);
      return refused === undefined;
    },
    bodyRoom: (request) =>
      HttpConnection.of(request.socket).roomOf(
        clientOf(request, bus.clients, 'secret may be in the URL'),
        bus,
      ),
    maxMessageBytes: options.maxMessageBytes,
    maxFragments: options.maxFragments,
    maxQueuedBytes: options.maxQueuedBytes,
    maxSessions: options.maxConnections,
    legacyTransports: options.legacyTransports ?? false,
    clock: bus.clock,
  });
  const handler: HttpHandler = {
    // SockJS knows which method belongs to which of its paths, and answers preflights itself.
    methods: 'any',
    handle(request: IncomingMessage, response: ServerResponse) {
      const refused = refusalOf(request, bus);
      if (refused) {
        return writeRefusal(response, httpDialect, refused.status, refused.failure, corsHeaders(request));
      }
      sockJs.handleRequest(request, response);
    },
    upgrade(request: IncomingMessage, socket: Socket, head: Buffer) {
      const refused = stoppingRefusalOf(bus) ?? refusalOf(request, bus);
      if (refused) {
        return refuseUpgrade(socket, httpDialect, refused.status, refused.failure);
      }
      socket.setNoDelay(true);
      sockJs.handleUpgrade(request, socket, head);
    },
  };
  return {
    route: (pathname) => (pathUnder(PREFIX, pathname) === undefined ? undefined : handler),
    close: () => sockJs.close(),
  };
}

type HttpRefusal = { readonly status: number; readonly failure: Failure };

/** A secret that is nobody's ends the attempt here; without one the connection may still say who it is. */
function refusalOf(request: IncomingMessage, bus: Bus): HttpRefusal | undefined {
  const client = clientOf(request, bus.clients, 'secret may be in the URL');
  return client instanceof Failure ? { status: 401, failure: client } : undefined;
}

/** Nothing new begins while the bus stops. */
function stoppingRefusalOf(bus: Bus): HttpRefusal | undefined {
  if (!bus.stopping) return undefined;
  const failure = new Failure('BUS_OVERLOADED', { description: 'шина останавливается, повторите позже' });
  return { status: 503, failure };
}

/** A session of many requests belongs to the first client that shows itself in one of them, and to no other. */
function foreignRefusalOf(request: IncomingMessage, bus: Bus, session: Session): HttpRefusal | undefined {
  const client = clientOf(request, bus.clients, 'secret may be in the URL');
  if (client instanceof Failure) return { status: 401, failure: client };
  const refused = session.claim(client);
  return refused && { status: 403, failure: refused.failure };
}

/** One SockJS connection becomes one session. */
function open(connection: SockJsConnection, { bus, dialect }: EventBusOptions): Session {
  const { request, transport } = connection;
  const found = clientOf(request, bus.clients, 'secret may be in the URL');
  const session = bus.open({
    dialect,
    via: transport,
    client: found instanceof Failure ? bus.clients.anonymous : found,
    socket: request.socket,
    peer: {
      write: (text) => connection.send(text),
      isGone: () => connection.isGone,
      close: (why) => close(connection, why),
    },
  });
  const login = new LoginDeadline(bus, session);
  connection.onMessage = (text) => {
    if (!session.ended) session.receive(text);
  };
  connection.onGarbage = () => {
    if (!session.ended) session.refuse(refusal('malformed'));
  };
  connection.onClose = () => {
    login.cancel();
    session.end();
  };
  return session;
}

/** As the reference closes: SockJS by its usual frame, raw WebSockets by a code that tells why (RFC 6455 7.4.1). */
function close(connection: SockJsConnection, why: 'idle' | undefined): void {
  if (connection.protocol === 'framed') return connection.close();
  if (why === 'idle') connection.close(1001, 'Session expired');
  else connection.close(1001, 'Going away');
}
