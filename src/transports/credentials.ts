import type { IncomingMessage } from 'node:http';
import { bearerSecret, type Client, type Clients } from '#bus/client.ts';
import { Failure } from '#core/failure.ts';
import { splitTarget } from '#protocol/request-target.ts';
import { certificateName } from './listener.ts';
import { asksForWebSocket } from './websocket-handshake.ts';

/**
 * Who sends this request: the client whose certificate or secret it shows, or nobody in particular. A secret that
 * is nobody's is a failure. `access_token` in the URL counts only for upgrades and for SockJS, where browsers can
 * set no header.
 */
export function clientOf(
  request: IncomingMessage,
  clients: Clients,
  where?: 'secret may be in the URL',
): Client | Failure {
  const name = certificateName(request.socket);
  const certified = name === undefined ? undefined : clients.byCertificate(name);
  if (certified) return certified;
  if (!clients.required) return clients.anonymous;
  const { authorization } = request.headers;
  const readsUrl = where !== undefined || asksForWebSocket(request);
  const inUrl = readsUrl ? queryOf(request).get('access_token') : null;
  if (authorization === undefined && inUrl === null) return clients.anonymous;
  const secret = authorization === undefined ? inUrl : bearerSecret(authorization);
  const client = secret ? clients.identify(secret) : undefined;
  if (client) return client;
  const description = 'секрет клиента не подошёл: проверьте Authorization: Bearer <секрет>';
  return new Failure('BUS_NOT_AUTHENTICATED', { description });
}

function queryOf(request: IncomingMessage): URLSearchParams {
  return new URLSearchParams(splitTarget(request.url ?? '').query);
}
