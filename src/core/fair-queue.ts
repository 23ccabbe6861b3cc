import type { Flow } from './flow.ts';
import { Rotation } from './rotation.ts';

/** Who waits for what the bus does on its own behalf: a requester like any. */
const THE_BUS: Flow = { requester: '', request: 0 };

/** Groups, the requesters of each, what goes on of those and what is new, and the requests of each. */
const LEVELS = 4;

/**
 * Things that wait for their turn: see {@link Flow} for whose it is. Without a flow they are the bus's own. Where one
 * requester's wait to begin and to go on, each kind has every other turn.
 */
export class FairQueue<T> {
  readonly #rotation = new Rotation<T>(LEVELS);

  get isEmpty(): boolean {
    return this.#rotation.isEmpty;
  }

  put(thing: T, flow: Flow | undefined, goesOn = false): void {
    this.#rotation.put(thing, namesOf(flow, goesOn));
  }

  /** Takes the next one out. */
  take(): T | undefined {
    return this.#rotation.take();
  }

  /** Takes out one that waits no longer, with all that it was put in with. */
  drop(thing: T, flow: Flow | undefined, goesOn = false): void {
    this.#rotation.drop(thing, namesOf(flow, goesOn));
  }
}

function namesOf({ requester, group = requester, request }: Flow = THE_BUS, goesOn: boolean) {
  return [group, requester, goesOn ? 'goes on' : 'new', request];
}
