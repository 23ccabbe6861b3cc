import { setImmediate } from 'node:timers/promises';
import { delay, systemClock } from '#core/clock.ts';

/** Turns of the event loop in which a connection on loopback surely shows that something is under way. */
const QUIET_TURNS = 12;
const MAX_TURNS = 20_000;
/** Turns may be over before the system has handed on what was sent, where others use the machine as well. */
const CALM_MS = 3;
const QUIET_MS = 20;
const NEVER = new AbortController().signal;

/** Tells when everything that the bus and the vendors can do without the clock is done. */
export type Activity = {
  /** Something happened: a call, an answer, a message, a timer set. */
  note(): void;
  /** Nothing has happened for some turns of the event loop and a moment: cheap, for between two timers. */
  quiet(): Promise<void>;
  /** Nothing has happened for some milliseconds of real time either. */
  settled(): Promise<void>;
};

/** Reading or writing a file, which nobody notes and which may take longer than any turns of a busy machine. */
function areFilesInUse(): boolean {
  return process.getActiveResourcesInfo().some((name) => name.startsWith('FSReq'));
}

export function createActivity(): Activity {
  let count = 0;

  async function quiet(): Promise<void> {
    let seen = count;
    let calm = 0;
    let calmSince = performance.now();
    const isCalm = () => calm >= QUIET_TURNS && performance.now() - calmSince >= CALM_MS;
    for (let turns = 0; !isCalm() && turns < MAX_TURNS; turns += 1) {
      await setImmediate();
      if (count === seen && !areFilesInUse()) {
        calm += 1;
        continue;
      }
      calm = 0;
      calmSince = performance.now();
      seen = count;
    }
  }

  async function settled(): Promise<void> {
    let seen: number;
    do {
      seen = count;
      await quiet();
      await delay(systemClock, QUIET_MS, NEVER);
    } while (seen !== count);
  }

  return {
    note() {
      count += 1;
    },
    quiet,
    settled,
  };
}
