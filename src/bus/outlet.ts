import type { Signal } from '#core/cancellation.ts';
import type { Failure } from '#core/failure.ts';
import type { Client } from './client.ts';
import type { Connection } from './connection.ts';

/** The connection, as its conversation sees it. */
export type Outlet = {
  /** `identity` may change while the connection lives. */
  readonly identity: { readonly client: Client };
  readonly connection: Connection;
  readonly via: string;
  /** Aborted when the connection is gone. */
  readonly signal: Signal;
  /** Nobody reads what is written any more, though the connection has not ended yet. */
  readonly isGone: () => boolean;
  write(text: string, failure?: Failure): void;
  /** Writes what came over the bus, if nobody objects. */
  hand(text: string): void;
  registered(address: string): void;
};
