import { Failure } from '#core/failure.ts';
import { clientOf } from './credentials.ts';
import { type HttpRoute, refuseUpgrade } from './http.ts';
import { createHttpDialect, parseTsrvPath, serveTsrv, type TsrvPath } from './http-avq.ts';
import { createWebSocketEndpoint, type WebSocketOptions } from './websocket.ts';

/** `/tsrv`: Messages by `POST` in the long and the short form, and over a WebSocket. */
export function createTsrvRoute(options: WebSocketOptions): HttpRoute {
  const { bus, dialect, maxMessageBytes } = options;
  const httpDialect = createHttpDialect(dialect);
  const endpoint = createWebSocketEndpoint(options);
  return {
    match: parseTsrvPath,
    methods: ['POST'],
    handle: (request, response, path) =>
      serveTsrv(request, response, path as TsrvPath, { bus, dialect: httpDialect, maxMessageBytes }),
    upgrade(request, socket, head) {
      if (bus.stopping) {
        const failure = new Failure('BUS_OVERLOADED', {
          description: 'шина останавливается, повторите позже',
        });
        return refuseUpgrade(socket, '503 Service Unavailable', dialect, failure);
      }
      const client = clientOf(request, bus.clients);
      if (client instanceof Failure) return refuseUpgrade(socket, '401 Unauthorized', dialect, client);
      endpoint.upgrade(request, socket, head, client);
    },
  };
}
