import type { Call } from '#core/call.ts';
import { type Clock, delay } from '#core/clock.ts';
import { Failure } from '#core/failure.ts';
import type { HttpRequest } from '#core/http.ts';
import type { Answer } from './desk.ts';

/** What makes a closing the same one, however often it is sent. */
export type ZRequest = {
  readonly idShift: number;
  readonly uid: string;
  readonly body: { readonly IdKkm: number; readonly Date?: string };
  /** The Uid is that of another closing of the shift, of which nobody knows what became. */
  readonly isShared?: true;
};

/** The Z report, and the Uid that it was made with. */
export type ZAnswer = { readonly answer: Answer; readonly uid: string };

/** What the statuses of operations with a Uid mean, beside 200. */
export const DONE_BEFORE = 208;
export const IN_PROGRESS = 449;
export const UNKNOWN_UID = 452;

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 5000;

export function toHttpRequest({ idShift, uid, body }: ZRequest): HttpRequest {
  return { method: 'POST', path: `/shifts/${idShift}/z`, headers: { uid }, body, effect: 'change' };
}

/** Rejects where the time is over before the pause is. */
export async function pause(clock: Clock, ms: number, call: Call): Promise<void> {
  if (clock.now() + ms >= call.deadline) throw new Failure('VENDOR_TIMEOUT');
  await delay(clock, ms, call.signal);
}

export function waitMs(waits: number): number {
  return Math.min(FIRST_WAIT_MS * 2 ** waits, LONGEST_WAIT_MS);
}

function hasStatus({ details }: Failure): boolean {
  return details !== undefined && 'status' in details && details.status !== null;
}

/** Does nobody know what became of it? */
export function isLost(failure: Failure): boolean {
  if (failure.name === 'VENDOR_UNAVAILABLE') return hasStatus(failure);
  return failure.name === 'VENDOR_OUTCOME_UNKNOWN' || failure.name === 'VENDOR_BAD_RESPONSE';
}
