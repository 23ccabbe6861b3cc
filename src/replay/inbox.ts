import { systemClock } from '#core/clock.ts';
import { isJsonObject } from '#core/json.ts';

export type Wanted = (message: unknown) => boolean;

/** What came in over one connection and nobody has asked for yet, in its order. */
export type Inbox = {
  deliver(message: unknown): void;
  /** Takes the first message that is wanted; undefined when none comes in time, or none can come any more. */
  take(wanted: Wanted, limitMs: number): Promise<unknown>;
  /** Everything that nobody has taken. */
  untaken(): readonly unknown[];
  /** The connection is gone; `true`: there is a new one. */
  setOpen(isOpen: boolean): void;
};

type Waiting = { readonly wanted: Wanted; readonly end: (message: unknown) => void };

/** The address of a message; undefined where it has none. */
export function addressOf(message: unknown): unknown {
  return isJsonObject(message) ? message.address : undefined;
}

export function createInbox(): Inbox {
  const messages: unknown[] = [];
  const waiting = new Set<Waiting>();
  let isOpen = true;

  function wait(wanted: Wanted, limitMs: number): Promise<unknown> {
    return new Promise((resolve) => {
      const end = (message: unknown) => {
        waiting.delete(entry);
        timer.cancel();
        resolve(message);
      };
      const entry: Waiting = { wanted, end };
      const timer = systemClock.setTimeout(() => end(undefined), limitMs);
      waiting.add(entry);
    });
  }

  return {
    deliver(message) {
      const first = [...waiting].find(({ wanted }) => wanted(message));
      if (first) first.end(message);
      else messages.push(message);
    },
    take(wanted, limitMs) {
      const index = messages.findIndex(wanted);
      if (index >= 0) return Promise.resolve(messages.splice(index, 1)[0]);
      return isOpen ? wait(wanted, limitMs) : Promise.resolve(undefined);
    },
    untaken: () => messages,
    setOpen(open) {
      isOpen = open;
      if (!open) for (const { end } of waiting) end(undefined);
    },
  };
}
