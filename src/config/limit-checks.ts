import type { Complain } from './complaint.ts';
import { asRecord } from './lenient.ts';

/** What a schema cannot say of limits: a message of full size has to find room beside others. */
export function checkLimits(root: unknown, complain: Complain): void {
  const { maxMessageBytes, maxInFlightBytes } = asRecord(asRecord(root).limits);
  if (typeof maxMessageBytes !== 'number' || typeof maxInFlightBytes !== 'number') return;
  // One client alone has at most two fifths of what may be under way.
  const least = Math.ceil(2.5 * maxMessageBytes);
  if (maxInFlightBytes >= least) return;
  const message = `expected ${least} or more, 2.5 times maxMessageBytes: no message of full size would ever be let in`;
  complain(['limits', 'maxInFlightBytes'], message);
}
