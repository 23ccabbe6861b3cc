import type { Router } from '#actions/router.ts';
import type { Touched } from '#actions/touched.ts';
import { permits, rulesShowAllJobs, rulesShowPersonalData } from '#bus/access.ts';
import type { Client } from '#bus/client.ts';
import type { Services } from '#bus/services.ts';
import { Failure } from '#core/failure.ts';
import { type Message, NO_HEADERS } from '#core/message.ts';
import type { ActionClient } from '#domain/action.ts';
import type { Jobs } from '#operations/jobs.ts';
import { jobIdOf, listenerOf } from './job-access.ts';

/** A client as the actions see it, for one message. A class, since one is made for every message. */
class MessageClient implements ActionClient {
  readonly name: string;
  readonly #router: Router;
  readonly #client: Client;
  readonly #message: Message;
  #touched: Touched | undefined;

  constructor(router: Router, client: Client, message: Message) {
    this.name = client.name;
    this.#router = router;
    this.#client = client;
    this.#message = message;
  }

  get seesPersonalData(): boolean {
    const { personalData, inbound } = this.#client;
    return personalData || rulesShowPersonalData(inbound, this.#touch);
  }

  get seesAllJobs(): boolean {
    return rulesShowAllJobs(this.#client.inbound, this.#touch);
  }

  permits(token: string): boolean {
    const { inbound } = this.#client;
    // What reached an action is a service, and a service is what everybody may use where there are no rules.
    if (inbound === 'services') return true;
    const account = this.#router.accountOf(token);
    return permits(inbound, { ...this.#touch, token, account, namesRegisters: false }, () => true);
  }

  get #touch(): Touched {
    this.#touched ??= this.#router.touchedBy(this.#message);
    return this.#touched;
  }
}

export type ServicesOptions = {
  readonly router: Router;
  readonly jobs: Pick<Jobs, 'eventFor'>;
  readonly isConsumer: Services['isConsumer'];
};

/** The router as the bus sees it: rules are judged by what a message really touches. */
export function createServices({ router, jobs, isConsumer }: ServicesOptions): Services {
  const serves = (address: string) => router.serves(address);
  return {
    serves,
    isConsumer,
    jobEvent(client, event) {
      const body = jobs.eventFor(jobIdOf(event.address), listenerOf(client, event));
      return body && { ...event, body };
    },
    permits: (client, message) =>
      // Where nobody configured rules there is nothing to look up.
      client.inbound === 'services' || permits(client.inbound, router.touchedBy(message), serves),
    handle(request, respond) {
      const { address, replyAddress, headers, body, signal, exchanges, flow, admit } = request;
      const client = new MessageClient(router, request.client, request);
      const routed = { address, replyAddress, headers, body, client, signal, exchanges, flow, admit };
      router.handle(routed, (outcome) =>
        respond(outcome instanceof Failure ? outcome : { body: outcome.data, headers: NO_HEADERS }),
      );
    },
  };
}
