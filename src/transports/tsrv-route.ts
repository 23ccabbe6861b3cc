import { Failure } from '#core/failure.ts';
import { clientOf } from './credentials.ts';
import type { HttpHandler, HttpRoute } from './http.ts';
import { refuseUpgrade } from './http-answer.ts';
import { createHttpDialect, parseTsrvPath, serveTsrv } from './http-avq.ts';
import { malformed } from './request-check.ts';
import { createWebSocketEndpoint, type WebSocketOptions } from './websocket.ts';
import { handshakeComplaint } from './websocket-handshake.ts';

/** `/tsrv`: Messages by `POST` in the long and the short form, and over a WebSocket. */
export function createTsrvRoute(options: WebSocketOptions): HttpRoute {
  const { bus, dialect, maxMessageBytes, maxQueuedBytes } = options;
  const httpOptions = { bus, dialect: createHttpDialect(dialect), maxMessageBytes, maxQueuedBytes };
  const endpoint = createWebSocketEndpoint(options);
  const upgrade: HttpHandler['upgrade'] = (request, socket, head) => {
    const complaint = handshakeComplaint(request);
    if (complaint) {
      const { status, description, headers } = complaint;
      return refuseUpgrade(socket, dialect, status, malformed(description), headers);
    }
    if (bus.stopping) {
      const description = 'шина останавливается, повторите позже';
      return refuseUpgrade(socket, dialect, 503, new Failure('BUS_OVERLOADED', { description }));
    }
    const client = clientOf(request, bus.clients);
    if (client instanceof Failure) return refuseUpgrade(socket, dialect, 401, client);
    endpoint.upgrade(request, socket, head, client);
  };
  return {
    route(pathname) {
      const path = parseTsrvPath(pathname);
      return (
        path && {
          methods: ['POST'],
          handle: (request, response, connection) =>
            serveTsrv(request, response, connection, path, httpOptions),
          upgrade,
        }
      );
    },
  };
}
