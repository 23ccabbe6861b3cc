import type { Exchange } from '#core/call.ts';
import { Failure } from '#core/failure.ts';
import type { Flow } from '#core/flow.ts';
import { header } from '#core/message.ts';
import type { FrameOf } from '#protocol/frame.ts';
import type { Refusal } from '#protocol/refusal.ts';
import type { Client } from './client.ts';
import type { Outcome } from './delivery.ts';
import type { Holder } from './holder.ts';
import type { SharedBus } from './shared-bus.ts';

const MAX_LOGGED_LENGTH = 200;

/** What a session gives and takes for one request. */
export type Requester = {
  readonly client: Client;
  readonly holder: Holder;
  readonly via: string;
  /** Takes one of the connection's places for work under way; false when there is none left. */
  enter(): boolean;
  leave(): void;
  /** Writes the answer in the requester's dialect and returns its text; undefined when nobody is told. */
  answer(frame: SendFrame, outcome: Outcome): string | undefined;
  /** The same for a request that is not carried out. */
  refuse(frame: SendFrame, refusal: Refusal): string | undefined;
};

export type SendFrame = FrameOf<'send'>;

let last = 0;

/** One request under way: admitted, answered once, logged in one line. */
export class PendingRequest {
  readonly exchanges: Exchange[] = [];
  readonly flow: Flow;
  readonly #bus: SharedBus;
  readonly #requester: Requester;
  readonly #frame: SendFrame;
  readonly #text: string;
  readonly #startedAt: number;
  /** What it takes of the room of the whole bus. */
  #places = 0;
  #bytes = 0;
  #state: 'new' | 'admitted' | 'ended' = 'new';

  constructor(bus: SharedBus, requester: Requester, frame: SendFrame, text: string) {
    this.#bus = bus;
    this.#requester = requester;
    this.#frame = frame;
    this.#text = text;
    last += 1;
    const { group, requester: name } = requester.holder;
    this.flow = { group, requester: name, request: last };
    this.#startedAt = bus.clock.now();
  }

  /** Answered, or given up. */
  get ended(): boolean {
    return this.#state === 'ended';
  }

  /** The last question before work begins: is there room for it? One that asks many registers counts as many. */
  readonly admit = (parts = 1): Failure | undefined => {
    if (this.#bus.stopping) {
      return new Failure('BUS_OVERLOADED', { description: 'шина останавливается, повторите позже' });
    }
    if (!this.#requester.enter()) {
      return new Failure('BUS_OVERLOADED', {
        description: 'слишком много запросов соединения ещё без ответа: дождитесь ответов',
      });
    }
    const { admission } = this.#bus;
    const places = Math.min(Math.max(1, parts), admission.mostAtOnce(this.flow));
    const bytes = Buffer.byteLength(this.#text);
    if (!admission.take(this.flow, places, bytes)) {
      this.#requester.leave();
      return new Failure('BUS_OVERLOADED', {
        description: 'у шины слишком много запросов без ответа: дождитесь ответов на свои и повторите позже',
      });
    }
    // Last, so that whoever finds no room may try as often again.
    if (!this.#bus.rates.take(this.#requester.client.name)) {
      this.#requester.leave();
      admission.give(this.flow, places, bytes);
      return new Failure('BUS_RATE_LIMITED');
    }
    this.#places = places;
    this.#bytes = bytes;
    this.#bus.begin(this);
    this.#state = 'admitted';
    return undefined;
  };

  /** Answers and logs; only the first outcome counts. */
  readonly respond = (outcome: Outcome): void => {
    if (this.#state === 'ended') return;
    this.#settle();
    const { told, answer } = this.#answer(outcome);
    this.#finish(answer, told instanceof Failure ? told : undefined);
  };

  /** Answers and logs a request that is not carried out. */
  refuse(refusal: Refusal): void {
    this.#settle();
    this.#finish(this.#requester.refuse(this.#frame, refusal), refusal.failure);
  }

  /** Ends a request whose sender wants no answer. */
  done(): void {
    this.#settle();
    this.#log(undefined);
  }

  /** What cannot be written must end neither the bus nor the wait of whoever asked. */
  #answer(outcome: Outcome): { told: Outcome; answer: string | undefined } {
    try {
      return { told: outcome, answer: this.#requester.answer(this.#frame, outcome) };
    } catch (error) {
      const told = new Failure('BUS_INTERNAL_ERROR', { cause: error });
      return { told, answer: this.#requester.answer(this.#frame, told) };
    }
  }

  #finish(answer: string | undefined, failure: Failure | undefined): void {
    this.#log(failure);
    if (answer === undefined) return;
    this.#bus.onAnswered?.({
      via: this.#requester.via,
      client: this.#requester.client.name,
      at: this.#startedAt,
      request: this.#text,
      answer,
      exchanges: this.exchanges,
    });
  }

  #settle(): void {
    if (this.#state === 'admitted') {
      this.#requester.leave();
      this.#bus.admission.give(this.flow, this.#places, this.#bytes);
      this.#bus.end(this);
    }
    this.#state = 'ended';
  }

  #log(failure: Failure | undefined): void {
    const { address, headers } = this.#frame;
    const fields = {
      client: this.#requester.client.name,
      via: this.#requester.via,
      address: shortened(address),
      action: shortened(header(headers, 'action')),
      token: shortened(header(headers, 'token')),
      calls: this.exchanges.length,
      ms: this.#bus.clock.now() - this.#startedAt,
      outcome: failure?.name ?? 'ok',
    };
    const cause = failure?.cause;
    if (cause === undefined) return this.#bus.log.info(fields, 'message');
    // The client never sees a cause; only where nobody expected one is it the bus's own fault.
    if (failure?.name === 'BUS_INTERNAL_ERROR') {
      return this.#bus.log.error({ ...fields, error: cause }, 'message');
    }
    this.#bus.log.info(
      { ...fields, reason: cause instanceof Error ? cause.message : String(cause) },
      'message',
    );
  }
}

/** Whatever a client calls things, a line of the log stays a line. */
function shortened(text: string | undefined): string | undefined {
  return text === undefined || text.length <= MAX_LOGGED_LENGTH
    ? text
    : `${text.slice(0, MAX_LOGGED_LENGTH)}…`;
}
