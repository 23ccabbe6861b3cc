import { type Clock, systemClock, type Timer } from '#core/clock.ts';

/** The machine does not count further in one go; whoever waits longer is looked at again. */
const MAX_REAL_MS = 2 ** 31 - 1;

/** A clock for one process of the bus; its timers die with it. */
export type ProcessClock = Clock & {
  /** Forgets every timer, and those that are still to be set. */
  end(): void;
};

export type ReplayClock = Clock & {
  /**
   * Jumps `ms` ahead. What falls due meanwhile fires at its time and in its order, also what is set only then;
   * after each, the jump waits for `settle`, so that what a timer started is done before the next one fires.
   */
  advance(ms: number): Promise<void>;
  /** The same time with timers of its own. */
  createProcessClock(): ProcessClock;
};

type Pending = { readonly dueAt: number; readonly run: () => void };

export type ReplayClockOptions = {
  /** Resolves when nothing moves any more without the clock. */
  readonly settle?: () => Promise<void>;
  /** Called whenever a timer is set. */
  readonly onTimer?: () => void;
};

/** A clock that starts at `startMs` and runs as real time does, but for its jumps. */
export function createReplayClock(startMs: number, options: ReplayClockOptions = {}): ReplayClock {
  const pending = new Set<Pending>();
  let offsetMs = startMs - systemClock.now();
  let alarm: Timer | undefined;
  const now = () => systemClock.now() + offsetMs;

  function first(): Pending | undefined {
    let earliest: Pending | undefined;
    for (const timer of pending) if (!earliest || timer.dueAt < earliest.dueAt) earliest = timer;
    return earliest;
  }

  function arm(): void {
    alarm?.cancel();
    const next = first();
    if (next) alarm = systemClock.setTimeout(fireDue, Math.min(Math.max(0, next.dueAt - now()), MAX_REAL_MS));
  }

  function fire(timer: Pending): void {
    pending.delete(timer);
    timer.run();
  }

  function fireDue(): void {
    const atMs = now();
    const due = [...pending].filter(({ dueAt }) => dueAt <= atMs).sort((a, b) => a.dueAt - b.dueAt);
    // One may cancel another of the same moment.
    for (const timer of due) if (pending.has(timer)) fire(timer);
    arm();
  }

  function set(run: () => void, ms: number): Timer {
    // Whole milliseconds, as a machine's clock tells them: a jump must not stop between two.
    const timer = { dueAt: now() + Math.max(0, Math.ceil(ms)), run };
    pending.add(timer);
    arm();
    options.onTimer?.();
    return {
      cancel() {
        if (pending.delete(timer)) arm();
      },
    };
  }

  async function advance(ms: number): Promise<void> {
    const targetMs = now() + ms;
    for (let next = first(); next && next.dueAt <= targetMs; next = first()) {
      offsetMs += Math.max(0, next.dueAt - now());
      fire(next);
      await options.settle?.();
    }
    offsetMs += Math.max(0, targetMs - now());
    arm();
  }

  return { now, setTimeout: set, advance, createProcessClock: () => createProcessClock(now, set) };
}

function createProcessClock(now: () => number, set: Clock['setTimeout']): ProcessClock {
  const timers = new Set<Timer>();
  let isOver = false;
  return {
    now,
    setTimeout(run, ms) {
      if (isOver) return { cancel() {} };
      const timer = set(() => {
        timers.delete(timer);
        run();
      }, ms);
      timers.add(timer);
      return {
        cancel() {
          timers.delete(timer);
          timer.cancel();
        },
      };
    },
    end() {
      isOver = true;
      for (const timer of timers) timer.cancel();
      timers.clear();
    },
  };
}
