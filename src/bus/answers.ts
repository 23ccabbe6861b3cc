import { Failure } from '#core/failure.ts';
import type { Asked, Dialect } from '#protocol/frame.ts';
import type { Refusal } from '#protocol/refusal.ts';
import type { Outcome } from './delivery.ts';
import type { Outlet } from './outlet.ts';
import type { SendFrame } from './pending-request.ts';
import type { ReplyLedger } from './reply-ledger.ts';

/** What becomes of a peer's requests, in its dialect. Both tell the text that was written, if one was. */
export class Answers {
  readonly #dialect: Dialect;
  readonly #outlet: Outlet;
  readonly #ledger: ReplyLedger;

  constructor(dialect: Dialect, outlet: Outlet, ledger: ReplyLedger) {
    this.#dialect = dialect;
    this.#outlet = outlet;
    this.#ledger = ledger;
  }

  write(frame: SendFrame, outcome: Outcome): string | undefined {
    if (this.#outlet.signal.aborted) return undefined;
    if (frame.replyAddress === null && !this.#dialect.alwaysAnswers) return undefined;
    if (outcome instanceof Failure) {
      const text = this.#dialect.writeFailure(this.#askedOf(frame, outcome), outcome);
      this.#outlet.write(text, outcome);
      return text;
    }
    const text = this.#dialect.writeReply(frame, outcome.body, outcome.headers, this.#ledger.owe(outcome));
    this.#outlet.hand(text);
    return text;
  }

  /** As on the Vert.x bus, a time-out names the address where the bus itself awaited the answer. */
  #askedOf(frame: SendFrame, failure: Failure): Asked {
    return failure.origin === 'timeout' ? { ...frame, awaitedAt: this.#ledger.newAddress() } : frame;
  }

  refuse(to: Asked, refused: Refusal): string | undefined {
    const text = this.#dialect.writeRefusal(to, refused);
    if (text !== undefined) this.#outlet.write(text, refused.failure);
    return text;
  }
}
