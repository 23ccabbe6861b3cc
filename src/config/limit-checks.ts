import type { Complain } from './complaint.ts';
import { asRecord } from './lenient.ts';

/** What a schema cannot say of limits: a message of full size has to find room beside others. */
export function checkLimits(root: unknown, complain: Complain): void {
  const { maxMessageBytes, maxInFlightBytes } = asRecord(asRecord(root).limits);
  if (typeof maxMessageBytes !== 'number' || typeof maxInFlightBytes !== 'number') return;
  // One alone has at most two fifths of what may be under way, and half of that while it is not known who it is.
  const least = 5 * maxMessageBytes;
  if (maxInFlightBytes >= least) return;
  const message = `expected ${least} or more, 5 times maxMessageBytes: hardly a message of full size would be let in`;
  complain(['limits', 'maxInFlightBytes'], message);
}
