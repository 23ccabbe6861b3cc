import { Failure } from '#core/failure.ts';
import { header, type Message } from '#core/message.ts';
import { isListeningRefused, isReserved, isSendRefused, permits, permitsListening } from './access.ts';
import type { Bus } from './bus.ts';
import type { Client } from './client.ts';

type Guarded = Pick<Bus, 'clients' | 'engine' | 'services'>;

/** Why a client may not do something: unknown to us, or known and not allowed. */
function denied({ clients }: Guarded, client: Client, what: string): Failure {
  if (clients.required && !client.authenticated) return new Failure('BUS_NOT_AUTHENTICATED');
  return new Failure('BUS_ACCESS_DENIED', {
    description: `правила клиента ${client.name} не разрешают: ${what}`,
  });
}

/** May the client send this? Undefined when it may. */
export function maySend(bus: Guarded, client: Client, message: Message): Failure | undefined {
  const { address } = message;
  const isService = bus.services.serves;
  if (isService(address)) {
    return bus.services.permits(client, message)
      ? undefined
      : denied(bus, client, `${address} ${header(message.headers, 'action') ?? ''}`.trim());
  }
  // Without clients the rules let every address through, so that a misspelt one is told as such.
  if (!bus.clients.required && !bus.engine.has(address) && !isSendRefused(address)) return undefined;
  if (!isSendRefused(address) && permits(client.inbound, { address, body: message.body }, isService))
    return undefined;
  return denied(bus, client, `отправлять по адресу ${address}`);
}

/** May the client publish this? Undefined when it may. */
export function mayPublish(bus: Guarded, client: Client, { address, body }: Message): Failure | undefined {
  const isService = bus.services.serves;
  if (!isReserved(address, isService) && permits(client.inbound, { address, body }, isService))
    return undefined;
  return denied(bus, client, `публиковать по адресу ${address}`);
}

/**
 * May the client listen at the address, and be given this message? The body is known only at delivery; undefined
 * when it may.
 */
export function mayListen(
  bus: Guarded,
  client: Client,
  address: string,
  message?: Message,
): Failure | undefined {
  const isService = bus.services.serves;
  const permitted = message
    ? permits(client.outbound, { address, body: message.body }, isService)
    : permitsListening(client.outbound, address);
  if (permitted && !isListeningRefused(address, isService)) return undefined;
  return denied(bus, client, `слушать адрес ${address}`);
}
