import type { Complain } from './complaint.ts';
import { asRecord } from './lenient.ts';

/** What a schema cannot say of limits: a message of full size has to find room beside others. */
export function checkLimits(root: unknown, complain: Complain): void {
  const { maxMessageBytes, maxInFlightBytes } = asRecord(asRecord(root).limits);
  if (typeof maxMessageBytes !== 'number' || typeof maxInFlightBytes !== 'number') return;
  // One client alone has at most half of what may be under way.
  if (maxInFlightBytes > 2 * maxMessageBytes) return;
  const message = `expected more than ${2 * maxMessageBytes}, twice maxMessageBytes: no message of full size would ever be let in`;
  complain(['limits', 'maxInFlightBytes'], message);
}
