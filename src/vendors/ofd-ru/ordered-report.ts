import { formatDateTime } from '#domain/time.ts';
import type { Cabinet } from './cabinet.ts';
import type { Taken } from './order.ts';

/** How the vendor knows a report: all that a restart has to remember of it. */
export type OrderedReport = {
  readonly id: string;
  readonly ofd_agreement_id: string | null;
  /** Does the account's own INN lead to the list it is in? */
  readonly is_own: boolean;
  /** Milliseconds since the epoch, by our clock. */
  readonly since_ms: number;
  /** When the vendor means to have it; null when it does not tell. */
  readonly due_ms: number | null;
};

export const SHORTEST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 60_000;
/** What the vendor says of the time that it needs is no reason not to look for longer. */
const LONGEST_WAIT_MS = 600_000;
/** What is as good as ready has still to be fetched. */
const MOST_PROGRESS = 0.95;

/** What is remembered of an order that was taken. */
export function toOrdered(cabinet: Cabinet, { row, agreement }: Taken): OrderedReport {
  const sinceMs = cabinet.clock.now();
  const [created, due] = [row.created, row.fields.AssumptiveCompleteTime].map((time) =>
    formatDateTime(time, 'UTC'),
  );
  // Both by the vendor's clock, so that a difference to ours does not matter.
  const takesMs = created && due ? Date.parse(due) - Date.parse(created) : null;
  return {
    id: row.id,
    ofd_agreement_id: agreement.id,
    is_own: agreement.isOwn,
    since_ms: sinceMs,
    due_ms: takesMs === null ? null : sinceMs + Math.max(0, takesMs),
  };
}

/**
 * How long the vendor has nothing to tell yet: it has said when. A clock that was set back must not make it longer.
 * Milliseconds.
 */
export function waitMs({ since_ms, due_ms }: OrderedReport, nowMs: number): number {
  const elapsedMs = nowMs - since_ms;
  const takesMs = Math.min((due_ms ?? since_ms) - since_ms, LONGEST_WAIT_MS);
  return elapsedMs < 0 ? 0 : Math.max(0, takesMs - elapsedMs);
}

/** A look a minute at the end, more often in the beginning. */
export function pauseMs({ since_ms }: OrderedReport, nowMs: number): number {
  return Math.min(LONGEST_PAUSE_MS, Math.max(SHORTEST_PAUSE_MS, (nowMs - since_ms) / 4));
}

/** 0-1 by the time that the vendor said it needs. */
export function progressOf({ since_ms, due_ms }: OrderedReport, nowMs: number): number | null {
  if (due_ms === null || due_ms <= since_ms) return null;
  const share = (nowMs - since_ms) / (due_ms - since_ms);
  return Math.round(Math.min(MOST_PROGRESS, Math.max(0, share)) * 100) / 100;
}
