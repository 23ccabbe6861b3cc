import { header, type Message } from '#core/message.ts';
import { type Refusal, refusal } from '#protocol/refusal.ts';
import { isListeningRefused, isReserved, isSendRefused, permits, permitsListening } from './access.ts';
import type { Client } from './client.ts';
import type { SharedBus } from './shared-bus.ts';

type Guarded = Pick<SharedBus, 'clients' | 'engine' | 'services'>;

/** Why a client may not do something: unknown to us, or known and not allowed. */
function denied({ clients }: Guarded, client: Client, what: string): Refusal {
  if (clients.required && !client.authenticated) return refusal('not-authenticated');
  return refusal('access-denied', `правила клиента ${client.name} не разрешают: ${what}`);
}

/** What is known of the address and of the dialect that a message is sent in. */
type Circumstances = {
  readonly isService: boolean;
  /** Without clients, an address where nobody is is let through, so that a misspelt one is told as such. */
  readonly tellsUnknownAddresses: boolean;
};

/** May the client send this? Undefined when it may. */
export function maySend(
  bus: Guarded,
  client: Client,
  message: Message,
  { isService, tellsUnknownAddresses }: Circumstances,
): Refusal | undefined {
  const { address, headers, body } = message;
  if (isService) {
    if (bus.services.permits(client, message)) return undefined;
    return denied(bus, client, `${address} ${header(headers, 'action') ?? ''}`.trim());
  }
  if (!isSendRefused(address)) {
    if (tellsUnknownAddresses && !bus.clients.required && !bus.engine.has(address)) return undefined;
    if (permits(client.inbound, { address, body }, bus.services.isConsumer)) return undefined;
  }
  return denied(bus, client, `отправлять по адресу ${address}`);
}

/** May the client publish this? Undefined when it may. */
export function mayPublish(bus: Guarded, client: Client, { address, body }: Message): Refusal | undefined {
  const isService = bus.services.serves;
  if (!isReserved(address, isService) && permits(client.inbound, { address, body }, isService))
    return undefined;
  return denied(bus, client, `публиковать по адресу ${address}`);
}

/** May the client listen at the address? Undefined when it may. */
export function mayListen(bus: Guarded, client: Client, address: string): Refusal | undefined {
  const isService = bus.services.serves;
  if (permitsListening(client.outbound, address) && !isListeningRefused(address, isService)) return undefined;
  return denied(bus, client, `слушать адрес ${address}`);
}

/** May the client, which listens at its address, be given this message? Rules with `match` know only now. */
export function mayBeGiven(client: Client, { address, body }: Message): boolean {
  return permits(client.outbound, { address, body }, () => false);
}
