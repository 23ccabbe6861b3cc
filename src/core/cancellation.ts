import { callAll, endInTurn } from './ending-turns.ts';
import type { Flow } from './flow.ts';

/** Why work is given up. One for all: to make one anew costs more than all the rest of giving up. */
export const GIVEN_UP = new Error('given up');

/** Says when something is given up. An `AbortSignal` is one. */
export type Signal = {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: () => void, options?: { readonly once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
};

/**
 * What an `AbortController` and its signal are together, at an eighth of their cost and with as many listeners as there
 * are to be: every request makes two of them, and a connection's has a listener for each of its requests. Listeners are
 * told once, in no order in particular; what one of them throws is thrown when all have been told.
 */
export class Cancellation implements Signal {
  #reason: Error | undefined;
  /** Most have only one at a time. */
  #listener: (() => void) | undefined;
  #others: Set<() => void> | undefined;

  get aborted(): boolean {
    return this.#reason !== undefined;
  }

  get reason(): Error | undefined {
    return this.#reason ?? (this.aborted ? GIVEN_UP : undefined);
  }

  addEventListener(_type: 'abort', listener: () => void): void {
    if (this.#reason || this.#listener === listener || this.#others?.has(listener)) return;
    if (this.#listener === undefined) {
      this.#listener = listener;
      return;
    }
    this.#others ??= new Set();
    this.#others.add(listener);
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    if (this.#listener === listener) this.#listener = undefined;
    else this.#others?.delete(listener);
  }

  abort(reason = GIVEN_UP): void {
    if (this.#reason) return;
    this.#reason = reason;
    this.#tell();
  }

  /** The same, but that the listeners are told when it is their turn, see {@link endInTurn}; `then` is called after that. */
  abortInTurn(flow?: Flow, then?: () => void): void {
    if (this.#reason) return;
    this.#reason = GIVEN_UP;
    endInTurn(() => {
      this.#tell();
      then?.();
    }, flow);
  }

  #tell(): void {
    try {
      callAll(this.#listeners());
    } finally {
      this.#listener = undefined;
      this.#others = undefined;
    }
  }

  /** Whoever is removed meanwhile is not among them. */
  *#listeners(): Generator<() => void> {
    if (this.#listener) yield this.#listener;
    if (this.#others) yield* this.#others;
  }
}

/** Works with a signal that is aborted with the first of these; afterwards none of them keeps anything of it. */
export async function withAnyOf<T>(
  signals: readonly Signal[],
  work: (signal: Signal) => Promise<T>,
): Promise<T> {
  const any = new Cancellation();
  const abort = () => any.abort();
  for (const signal of signals) {
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort);
  }
  try {
    return await work(any);
  } finally {
    for (const signal of signals) signal.removeEventListener('abort', abort);
  }
}
