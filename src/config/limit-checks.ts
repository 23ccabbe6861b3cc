import type { Complain } from './complaint.ts';
import { asRecord } from './lenient.ts';

/** What a schema cannot say of limits: a message of full size has to find room beside others. */
export function checkLimits(root: unknown, complain: Complain): void {
  const { maxMessageBytes, maxInFlightBytes } = asRecord(asRecord(root).limits);
  if (typeof maxMessageBytes !== 'number' || typeof maxInFlightBytes !== 'number') return;
  // One alone has two fifths of what may be under way; while it is not known who it is, two fifths of that.
  const least = Math.ceil(6.25 * maxMessageBytes);
  if (maxInFlightBytes >= least) return;
  const message = `expected ${least} or more, 6.25 times maxMessageBytes: hardly a message of full size would be let in`;
  complain(['limits', 'maxInFlightBytes'], message);
}
