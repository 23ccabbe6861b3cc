import { type Refusal, refusal } from '#protocol/refusal.ts';
import type { Connection } from './connection.ts';

/** What one peer has asked and was not answered yet, within what its connection may have. */
export class UnderWay {
  readonly #connection: Connection;
  readonly #maxOfConnection: number;
  #requests = 0;
  /** Answers of the peer that want an answer in turn. */
  #dialogs = 0;
  #onIdle: (() => void) | undefined;

  constructor(connection: Connection, maxOfConnection: number) {
    this.#connection = connection;
    this.#maxOfConnection = maxOfConnection;
  }

  get size(): number {
    return this.#requests + this.#dialogs;
  }

  /** Takes a place for a request; false when there is none left. */
  enter(): boolean {
    if (!this.#connection.enter(this.#maxOfConnection)) return false;
    this.#requests += 1;
    return true;
  }

  leave(): void {
    this.#requests -= 1;
    this.#connection.leave();
  }

  /** The same for an answer that wants an answer; why not, when there is none left. */
  enterDialog(): Refusal | undefined {
    if (!this.#connection.enter(this.#maxOfConnection)) {
      const description = `без ответа у соединения уже ${this.#maxOfConnection}: дождитесь ответов`;
      return refusal('too-many-handlers', description);
    }
    this.#dialogs += 1;
    return undefined;
  }

  leaveDialog(): void {
    this.#dialogs -= 1;
    this.#connection.leave();
  }

  /** Calls `run` as soon as no request is under way. */
  whenIdle(run: () => void): void {
    this.#onIdle = run;
    this.answered();
  }

  /** The answer to a request that has left was written. */
  answered(): void {
    if (this.#requests === 0) this.#onIdle?.();
  }
}
