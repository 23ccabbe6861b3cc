import { FAILURES, Failure } from '#core/failure.ts';
import { type VendorAccount, vendorFailure } from '#outbound/vendor-failure.ts';

/** Refused since the shift is open for more than 24 hours; the document tells of the state and not the words. */
const EXPIRED_STEM = 'просроч';

/** What has refused to open a shift: told apart if it was that one is open for more than 24 hours. */
export function openingFailure(caught: unknown): Failure {
  const failure = Failure.from(caught);
  const { details } = failure;
  if (failure.name !== 'VENDOR_REJECTED' || !details || !('vendor' in details)) return failure;
  if (!details.message.replace(/\s+/g, '').toLowerCase().includes(EXPIRED_STEM)) return failure;
  const { description } = FAILURES.AVQFR_SHIFT_IS_PENDING;
  return new Failure('AVQFR_SHIFT_IS_PENDING', { description, details, cause: caught });
}

type ShiftFailure = 'AVQFR_SHIFT_IS_CLOSED' | 'AVQFR_SHIFT_IS_OPENED' | 'AVQFR_SHIFT_IS_PENDING';

function shiftFailure(name: ShiftFailure, message: string, account: VendorAccount): Failure {
  return vendorFailure(name, account, { status: 200, message, description: FAILURES[name].description });
}

/** The shift that was asked for is not open, told by a successful answer. */
export function shiftIsClosed(message: string, account: VendorAccount): Failure {
  return shiftFailure('AVQFR_SHIFT_IS_CLOSED', message, account);
}

/** A shift is open already, told by a successful answer. */
export function shiftIsOpened(message: string, account: VendorAccount): Failure {
  return shiftFailure('AVQFR_SHIFT_IS_OPENED', message, account);
}

/** A shift is open for more than 24 hours, told by a successful answer. */
export function shiftIsPending(message: string, account: VendorAccount): Failure {
  return shiftFailure('AVQFR_SHIFT_IS_PENDING', message, account);
}
