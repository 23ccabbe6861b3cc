import { Failure, type FailureName } from '#core/failure.ts';

/** Every reason for which a frame is not carried out, and what it is called where failures have names. */
const REASONS = {
  malformed: 'BUS_MALFORMED_MESSAGE',
  'too-large': 'BUS_MALFORMED_MESSAGE',
  'missing-type': 'BUS_MALFORMED_MESSAGE',
  'unknown-type': 'BUS_UNKNOWN_TYPE',
  'missing-address': 'BUS_MALFORMED_MESSAGE',
  'bad-headers': 'BUS_MALFORMED_MESSAGE',
  'not-authenticated': 'BUS_NOT_AUTHENTICATED',
  'access-denied': 'BUS_ACCESS_DENIED',
  'blocked-by-hook': 'BUS_ACCESS_DENIED',
  'reply-address-too-long': 'BUS_MALFORMED_MESSAGE',
  'address-too-long': 'BUS_MALFORMED_MESSAGE',
  'too-many-handlers': 'BUS_OVERLOADED',
  'already-registered': 'BUS_OPERATION_CONFLICT',
  'not-registered': 'BUS_UNKNOWN_ADDRESS',
  'nobody-waits': 'BUS_UNKNOWN_ADDRESS',
  'internal-error': 'BUS_INTERNAL_ERROR',
} as const satisfies Record<string, FailureName>;

export type RefusalReason = keyof typeof REASONS;

/** Why a frame is not carried out. The Vert.x dialects tell the reason, ours the failure. */
export type Refusal = { readonly reason: RefusalReason; readonly failure: Failure };

/** `description` is for people, in Russian. */
export function refusal(reason: RefusalReason, description?: string): Refusal {
  return { reason, failure: new Failure(REASONS[reason], description === undefined ? {} : { description }) };
}
