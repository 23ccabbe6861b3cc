/** Names a queue, from the widest to the narrowest. */
export type Name = string | number;

/** `level` says which of the names is that of a queue in here. */
type Waiting<T> = {
  readonly isEmpty: boolean;
  put(thing: T, names: readonly Name[], level?: number): void;
  /** Takes the next one out. */
  take(): T | undefined;
  /** Takes out one that waits no longer, under the names that it was put in with. */
  drop(thing: T, names: readonly Name[], level?: number): void;
};

/** First come, first served. */
class Line<T> implements Waiting<T> {
  readonly #things = new Set<T>();
  /**
   * Goes on where it has stopped: whoever is taken is gone, whoever comes stands behind. An iterator that begins
   * anew would pass over the gaps that all those who are gone have left. Never asked when nobody waits, or else it
   * would have ended for good; and begun anew when nobody is left, since it keeps every table that the set has outgrown.
   */
  #next = this.#things.values();

  get isEmpty(): boolean {
    return this.#things.size === 0;
  }

  put(thing: T): void {
    this.#things.add(thing);
  }

  take(): T | undefined {
    if (this.isEmpty) return undefined;
    const { value } = this.#next.next();
    this.#things.delete(value as T);
    return value;
  }

  drop(thing: T): void {
    this.#things.delete(thing);
    if (this.isEmpty) this.#next = this.#things.values();
  }
}

/**
 * Things that wait in queues, one turn a queue: as many levels of queues within queues as things have names, and
 * first come, first served among those of the same names. Nothing is left of a queue that nobody waits in.
 */
export class Rotation<T> implements Waiting<T> {
  readonly #levels: number;
  readonly #queues = new Map<Name, Waiting<T>>();
  /** The names of the queues, the one whose turn it is first. */
  readonly #turns = new Line<Name>();

  constructor(levels: number) {
    this.#levels = levels;
  }

  get isEmpty(): boolean {
    return this.#queues.size === 0;
  }

  put(thing: T, names: readonly Name[], level = 0): void {
    const name = names[level] ?? '';
    let queue = this.#queues.get(name);
    if (!queue) {
      queue = this.#levels > 1 ? new Rotation<T>(this.#levels - 1) : new Line<T>();
      this.#queues.set(name, queue);
      this.#turns.put(name);
    }
    queue.put(thing, names, level + 1);
  }

  take(): T | undefined {
    const name = this.#turns.take();
    const queue = name === undefined ? undefined : this.#queues.get(name);
    if (name === undefined || !queue) return undefined;
    const thing = queue.take();
    if (queue.isEmpty) this.#queues.delete(name);
    else this.#turns.put(name);
    return thing;
  }

  drop(thing: T, names: readonly Name[], level = 0): void {
    const name = names[level] ?? '';
    const queue = this.#queues.get(name);
    if (!queue) return;
    queue.drop(thing, names, level + 1);
    if (!queue.isEmpty) return;
    this.#queues.delete(name);
    this.#turns.drop(name);
  }
}
