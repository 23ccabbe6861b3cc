import { awaitTurn, MESSAGES_A_TURN, TurnCount } from '#transports/read-turns.ts';

type Batch = { readonly messages: readonly string[]; readonly onTaken: () => void; next: number };

/**
 * Takes the messages of one session in turns with all other connections, in their order: what comes at once may be
 * thousands of them, in one batch or in as many. The first ones in a turn are taken at once, `onTaken` is called after the
 * last one of its batch.
 */
export class MessageTurns {
  readonly #take: (message: string) => void;
  readonly #batches: Batch[] = [];
  readonly #taken = new TurnCount();
  #stopped = false;

  constructor(take: (message: string) => void) {
    this.#take = take;
  }

  /** How many batches are not taken yet. */
  get waiting(): number {
    return this.#batches.length;
  }

  put(messages: readonly string[], onTaken: () => void): void {
    this.#batches.push({ messages, onTaken, next: 0 });
    if (this.#batches.length === 1) this.#goOn();
  }

  /** No further message is taken; what is waiting counts as taken. */
  stop(): void {
    this.#stopped = true;
  }

  readonly #goOn = () => {
    for (let batch = this.#batches[0]; batch; batch = this.#batches[0]) {
      this.#takeFrom(batch);
      if (!this.#stopped && batch.next < batch.messages.length) return awaitTurn(this.#goOn);
      this.#batches.shift();
      batch.onTaken();
    }
  };

  #takeFrom(batch: Batch): void {
    const most = MESSAGES_A_TURN - this.#taken.add(0);
    for (const message of batch.messages.slice(batch.next, batch.next + most)) {
      if (this.#stopped) break;
      batch.next += 1;
      this.#taken.add(1);
      this.#take(message);
    }
  }
}
