import type { Clock } from '#core/clock.ts';

type Alarm = { readonly at: number; readonly run: () => void };

export type FakeClock = Clock & {
  /** Moves time on, firing what falls due in order, each at its own moment. */
  advance(ms: number): void;
  /** Timers that have neither fired nor been cancelled. */
  readonly pending: number;
};

/** A clock that stands still until it is told to move. */
export function createFakeClock(startMs: number): FakeClock {
  let now = startMs;
  const alarms = new Set<Alarm>();

  function nextUntil(end: number): Alarm | undefined {
    let next: Alarm | undefined;
    for (const alarm of alarms) if (alarm.at <= end && (!next || alarm.at < next.at)) next = alarm;
    return next;
  }

  return {
    now: () => now,
    setTimeout(run, ms) {
      const alarm = { at: now + Math.max(0, ms), run };
      alarms.add(alarm);
      return { cancel: () => alarms.delete(alarm) };
    },
    advance(ms) {
      const end = now + ms;
      for (let alarm = nextUntil(end); alarm; alarm = nextUntil(end)) {
        alarms.delete(alarm);
        now = Math.max(now, alarm.at);
        alarm.run();
      }
      now = end;
    },
    get pending() {
      return alarms.size;
    },
  };
}
