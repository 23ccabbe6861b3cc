import { type Headers, header } from '#core/message.ts';
import { type Refusal, refusal } from '#protocol/refusal.ts';
import { bearerSecret, type Client, type Clients } from './client.ts';

const CREDENTIALS = 'authorization';

/** The header's name as it is spelled here: the Vert.x bus does not tell cases apart. */
function credentialsName(headers: Headers): string | undefined {
  for (const name in headers) {
    if (name.length === CREDENTIALS.length && name.toLowerCase() === CREDENTIALS) return name;
  }
  return undefined;
}

/** Takes credentials off before anything else sees the message. */
export function withoutCredentials<T extends { readonly headers: Headers }>(frame: T): T {
  const name = credentialsName(frame.headers);
  if (name === undefined) return frame;
  const { [name]: _, ...headers } = frame.headers;
  return withoutCredentials({ ...frame, headers });
}

/** Who is at the other end of a connection: nobody in particular, until a secret has been shown. */
export class Identity {
  client: Client;

  constructor(client: Client) {
    this.client = client;
  }

  /** The credentials among the headers, if there are any, make the connection that client's, once and for all. */
  authenticate(headers: Headers, clients: Clients): Refusal | undefined {
    const name = credentialsName(headers);
    if (name === undefined || !clients.required) return undefined;
    const secret = bearerSecret(header(headers, name) ?? '');
    const client = secret === undefined ? undefined : clients.identify(secret);
    if (!client) {
      const description = 'секрет клиента не подошёл: проверьте Authorization: Bearer <секрет>';
      return refusal('not-authenticated', description);
    }
    return this.claim(client);
  }

  /** The connection becomes that client's, unless it is another's already; nobody in particular claims nothing. */
  claim(client: Client): Refusal | undefined {
    if (!client.authenticated) return undefined;
    if (this.client.authenticated && this.client.name !== client.name) {
      return refusal('access-denied', 'соединение уже принадлежит другому клиенту: откройте новое');
    }
    this.client = client;
    return undefined;
  }

  /** Takes over what a reloaded configuration says of the client; one that left it is nobody from now on. */
  renew(clients: Clients): void {
    this.client = clients.byName(this.client.name) ?? clients.anonymous;
  }
}
