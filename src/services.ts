import type { Router } from '#actions/router.ts';
import { permits, rulesShowPersonalData } from '#bus/access.ts';
import type { Client } from '#bus/client.ts';
import type { Services } from '#bus/services.ts';
import { Failure } from '#core/failure.ts';
import { type Message, NO_HEADERS } from '#core/message.ts';
import type { ActionClient } from '#domain/action.ts';

/** A client as the actions see it, for one message. A class, since one is made for every message. */
class MessageClient implements ActionClient {
  readonly name: string;
  readonly #router: Router;
  readonly #client: Client;
  readonly #message: Message;

  constructor(router: Router, client: Client, message: Message) {
    this.name = client.name;
    this.#router = router;
    this.#client = client;
    this.#message = message;
  }

  get seesPersonalData(): boolean {
    const { personalData, inbound } = this.#client;
    return personalData || rulesShowPersonalData(inbound, this.#router.touchedBy(this.#message));
  }

  permits(token: string): boolean {
    const touched = { ...this.#router.touchedBy(this.#message), token };
    return permits(this.#client.inbound, touched, (address) => this.#router.serves(address));
  }
}

/** The router as the bus sees it: rules are judged by what a message really touches. */
export function createServices(router: Router, isConsumer: Services['isConsumer']): Services {
  const serves = (address: string) => router.serves(address);
  return {
    serves,
    isConsumer,
    permits: (client, message) =>
      // Where nobody configured rules there is nothing to look up.
      client.inbound === 'services' || permits(client.inbound, router.touchedBy(message), serves),
    handle(request, respond) {
      const { address, replyAddress, headers, body, signal, exchanges, admit } = request;
      const client = new MessageClient(router, request.client, request);
      router.handle({ address, replyAddress, headers, body, client, signal, exchanges, admit }, (outcome) =>
        respond(outcome instanceof Failure ? outcome : { body: outcome.data, headers: NO_HEADERS }),
      );
    },
  };
}
