import type { Router } from '#actions/router.ts';
import { permits, rulesShowPersonalData } from '#bus/access.ts';
import type { Client } from '#bus/client.ts';
import type { Services } from '#bus/services.ts';
import { Failure } from '#core/failure.ts';
import { type Message, NO_HEADERS } from '#core/message.ts';
import type { ActionClient } from '#domain/action.ts';

/** The router as the bus sees it: rules are judged by what a message really touches. */
export function createServices(router: Router): Services {
  const serves = (address: string) => router.serves(address);
  const actionClient = (client: Client, message: Message): ActionClient => ({
    name: client.name,
    get seesPersonalData() {
      return client.personalData || rulesShowPersonalData(client.inbound, router.touchedBy(message));
    },
    permits: (token) => permits(client.inbound, { ...router.touchedBy(message), token }, serves),
  });
  return {
    serves,
    permits: (client, message) => permits(client.inbound, router.touchedBy(message), serves),
    handle(request, respond) {
      const { client, ...routed } = request;
      router.handle({ ...routed, client: actionClient(client, request) }, (outcome) =>
        respond(outcome instanceof Failure ? outcome : { body: outcome.data, headers: NO_HEADERS }),
      );
    },
  };
}
