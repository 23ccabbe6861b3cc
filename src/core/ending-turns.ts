import { FairQueue } from './fair-queue.ts';
import type { Flow } from './flow.ts';

/** Each of them answers, writes its line of the log, and lets the next one in. */
const ENDINGS_A_TURN = 16;

const waiting = new FairQueue<() => void>();
let endings = 0;

/**
 * Ends something at once, or in a later turn of the event loop where much ends in this one: thousands of requests may have
 * the same deadline, or the same client that leaves, and everybody else would wait until the last of them is done with.
 * What ends later does so by turns, see {@link FairQueue}. Whoever puts its end off sees to it that it does nothing more
 * meanwhile. `end` is another function each time.
 */
export function endInTurn(end: () => void, flow?: Flow): void {
  if (endings >= ENDINGS_A_TURN) return waiting.put(end, flow);
  if (endings === 0) setImmediate(beginTurn);
  endings += 1;
  end();
}

/** Resolves when all that was put off has ended. */
export async function allEnded(): Promise<void> {
  while (!waiting.isEmpty) await new Promise((resolve) => setImmediate(resolve));
}

function beginTurn(): void {
  const due: (() => void)[] = [];
  while (due.length < ENDINGS_A_TURN) {
    const end = waiting.take();
    if (!end) break;
    due.push(end);
  }
  endings = due.length;
  if (endings > 0) setImmediate(beginTurn);
  callAll(due);
}

/** Calls every function; what one of them throws is thrown when all have been called. */
export function callAll(functions: Iterable<() => void>): void {
  const errors: unknown[] = [];
  for (const call of functions) {
    try {
      call();
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
}
