import type { Call } from '#core/call.ts';
import type { HttpRequest } from '#core/http.ts';
import { MAX_TIMEOUT_MS } from '#core/time-out.ts';

/**
 * When the call ends by the clock, milliseconds since the epoch. Nobody waits for longer than the longest time-out: a
 * deadline that is overdue by more was never reached. The clock was set on, and the call ends by its signal alone.
 */
export function deadlineOf(call: Call, now: number): number {
  return now - call.deadline > MAX_TIMEOUT_MS ? Number.POSITIVE_INFINITY : call.deadline;
}

/** How long one attempt may take (milliseconds); `ownMs` is the account's time-out. */
export function timeoutOf({ timeoutMs, effect }: HttpRequest, ownMs: number): number {
  if (timeoutMs === undefined) return ownMs;
  return effect === 'change' ? timeoutMs : Math.min(timeoutMs, ownMs);
}

/** Is its end waited for, whoever still wants to know? What it does at the vendor has to be found out. */
export function isFollowed({ effect, takesSlot }: HttpRequest): boolean {
  return effect === 'change' || takesSlot === true;
}
