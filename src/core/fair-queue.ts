import type { Flow } from './call.ts';
import { Rotation } from './rotation.ts';

/** Who waits for what the bus does on its own behalf: a requester like any. */
const THE_BUS: Flow = { requester: '', request: 0 };

/** Groups, the requesters of each, and the requests of each of those. */
const LEVELS = 3;

/** Things that wait for their turn: see {@link Flow} for whose it is. Without a flow they are the bus's own. */
export class FairQueue<T> {
  readonly #rotation = new Rotation<T>(LEVELS);

  get isEmpty(): boolean {
    return this.#rotation.isEmpty;
  }

  put(thing: T, flow: Flow | undefined): void {
    this.#rotation.put(thing, namesOf(flow));
  }

  /** Takes the next one out. */
  take(): T | undefined {
    return this.#rotation.take();
  }

  /** Takes out one that waits no longer, of the flow that it was put in with. */
  drop(thing: T, flow: Flow | undefined): void {
    this.#rotation.drop(thing, namesOf(flow));
  }
}

function namesOf({ requester, group = requester, request }: Flow = THE_BUS) {
  return [group, requester, request];
}
