import type { Exchange } from '#core/call.ts';
import type { Signal } from '#core/cancellation.ts';
import type { Failure } from '#core/failure.ts';
import type { Flow } from '#core/flow.ts';
import type { Message } from '#core/message.ts';
import type { Client } from './client.ts';
import type { Respond } from './delivery.ts';

/** A message to a service, and who sent it. */
type ServiceRequest = Message & {
  readonly client: Client;
  /** As the client gave it: an upstream of our own protocol gets it too. */
  readonly replyAddress: string | null;
  /** Aborted when the connection that asked is gone. */
  readonly signal: Signal;
  /** The calls to vendors that were made for it; the service appends, the log and the recorder read. */
  readonly exchanges: Exchange[];
  /** Whose turn its calls take. */
  readonly flow: Flow;
  /** The last question before work begins: is there room for it? `parts`: the registers that it asks. */
  readonly admit: (parts?: number) => Failure | undefined;
};

/** The services behind the bus, as sessions see them. */
export type Services = {
  /** Is this address served by the bus itself? */
  serves(address: string): boolean;
  /** Is one of the configuration's own consumers there? It may be called where services may, and is none. */
  isConsumer(address: string): boolean;
  /** Do the client's rules let this message through? */
  permits(client: Client, message: Message): boolean;
  /** What an event of a job is to that client; undefined when the job is not for it. */
  jobEvent(client: Client, event: Message): Message | undefined;
  /** Carries the request out; `respond` is called exactly once, at once or later. */
  handle(request: ServiceRequest, respond: Respond): void;
};
