import type { Flow } from '#core/flow.ts';

/** Told whose turns something takes; undefined: those of the bus itself. */
export type FlowWatcher = {
  put(flow: Flow | undefined): void;
  /** One that it was told of. */
  drop(flow: Flow | undefined): void;
};

type Held = { readonly flow: Flow | undefined; holders: number };

/** Whose turns a call takes that several requests wait for: those of each of them, as long as it waits. */
export class Flows implements FlowWatcher {
  readonly #held = new Map<string, Held>();
  readonly #watchers = new Set<FlowWatcher>();

  /** May be put by several, since a request may wait for the same thing in several places. */
  put(flow: Flow | undefined): void {
    const name = nameOf(flow);
    const known = this.#held.get(name);
    if (known) {
      known.holders += 1;
      return;
    }
    this.#held.set(name, { flow, holders: 1 });
    for (const watcher of this.#watchers) watcher.put(flow);
  }

  drop(flow: Flow | undefined): void {
    const name = nameOf(flow);
    const held = this.#held.get(name);
    if (!held) return;
    held.holders -= 1;
    if (held.holders > 0) return;
    this.#held.delete(name);
    for (const watcher of this.#watchers) watcher.drop(held.flow);
  }

  /** Tells of all that there are and will be, until `stop`, which drops them all. */
  watch(watcher: FlowWatcher): () => void {
    for (const { flow } of this.#held.values()) watcher.put(flow);
    this.#watchers.add(watcher);
    return () => {
      this.#watchers.delete(watcher);
      for (const { flow } of this.#held.values()) watcher.drop(flow);
    };
  }
}

function nameOf(flow: Flow | undefined): string {
  return flow ? `${flow.request} ${flow.requester}` : '';
}
