import type { Flow } from '#core/flow.ts';
import { ANONYMOUS, type Client, type Clients } from './client.ts';
import type { Connection } from './connection.ts';

/** Who holds places for work under way: see {@link Flow}. */
export type Holder = Pick<Flow, 'group' | 'requester'>;

/**
 * Named clients are requesters whatever their connections, everybody else is one by connection. Among named clients
 * all strangers count as one at first: connections cost nothing, and must not outnumber the clients. Their jobs, whose
 * requester is `ANONYMOUS` itself, are of that group by their name.
 */
export function holderOf(client: Client, connection: Connection, { required }: Clients): Holder {
  if (client.authenticated) return { requester: client.name, group: undefined };
  return { requester: connection.name, group: required ? ANONYMOUS : undefined };
}
