import { Failure, type FailureName } from '#core/failure.ts';

/**
 * What a failure says of a change: the vendor `refused` it, it was surely `not_done`, or it is `unknown` whether
 * it was done.
 */
export type Verdict = 'refused' | 'not_done' | 'unknown';

/** Surely not done: the bus itself, an upstream's router, the PIN, and whatever kept the request from leaving. */
const NOT_DONE =
  /^(?:BUS_(?!INTERNAL_ERROR$)|TSRV_|AVQFR_SESSION_|AVQFR_BAD_KEY_AUTH_DATA$|VENDOR_(?:UNAVAILABLE|RATE_LIMITED|AUTH_FAILED)$)/;

/** Sent, and then no answer that can be understood; our own mistakes come after the answer as well as before it. */
const UNKNOWN = /^(?:VENDOR_(?:OUTCOME_UNKNOWN|TIMEOUT|BAD_RESPONSE)|BUS_INTERNAL_ERROR)$/;

/** An HTTP answer came, so that the request had left. */
function wasAnswered({ details }: Failure): boolean {
  return details !== undefined && 'status' in details && details.status !== null;
}

/** What a change's call has failed with. */
export function verdictOnSending(caught: unknown): Verdict {
  const failure = Failure.from(caught);
  if (UNKNOWN.test(failure.name)) return 'unknown';
  // A vendor that answers 5xx may have done it.
  if (failure.name === 'VENDOR_UNAVAILABLE' && wasAnswered(failure)) return 'unknown';
  return NOT_DONE.test(failure.name) ? 'not_done' : 'refused';
}

/** Of a gateway: the vendor behind it may go on. 520 and above are not HTTP's own, but those of a common one. */
function isOfGateway(status: number): boolean {
  return status === 408 || (status >= 502 && status <= 504) || status >= 520;
}

/** Has the vendor ended its work on the request that has failed so? A connection that broke says nothing of that. */
export function hasVendorEnded(caught: unknown): boolean {
  const { details } = Failure.from(caught);
  if (!details || !('status' in details) || details.status === null) return false;
  return !isOfGateway(details.status);
}

/** What was read before anything was sent has failed; only a refusal is an outcome. */
export function verdictOnPreparing(caught: unknown): Exclude<Verdict, 'unknown'> {
  return verdictOnSending(caught) === 'refused' ? 'refused' : 'not_done';
}

/** Is a vendor that could not be read worth asking again soon? What it refuses to tell, it will refuse again. */
export function mayBeToldLater(caught: unknown): boolean {
  return /^(?:BUS_|VENDOR_(?!REJECTED$))/.test(Failure.from(caught).name);
}

/** For the requester of a change that was sent; keeps what the vendor or the network said. */
export function outcomeUnknown(caught: unknown): Failure {
  const failure = Failure.from(caught);
  if (failure.name === 'VENDOR_OUTCOME_UNKNOWN') return failure;
  return renamed('VENDOR_OUTCOME_UNKNOWN', caught);
}

/** For the requester of a change whose answer was lost and which the vendor's state shows not to be done. */
export function surelyNotDone(caught: unknown): Failure {
  return renamed('VENDOR_UNAVAILABLE', caught);
}

/** The same seen from the change as a whole; what the vendor or the network said is still what helps. */
function renamed(name: FailureName, caught: unknown): Failure {
  const failure = Failure.from(caught);
  const { details } = failure;
  const message = details && 'message' in details ? details.message : '';
  return new Failure(name, { words: failure.words || message, ...detailsOf(failure), cause: caught });
}

/** For the requester of another change, which is not sent before this one is settled. */
export function blocked(caught: unknown): Failure {
  const failure = Failure.from(caught);
  const name =
    failure.foreign || failure.name === 'VENDOR_OUTCOME_UNKNOWN' ? 'VENDOR_UNAVAILABLE' : failure.name;
  return new Failure(name as FailureName, {
    description: `ничего не отправлено: исход предыдущего изменения ещё не выяснен (${failure.description})`,
    ...detailsOf(failure),
    cause: caught,
  });
}

function detailsOf({ details }: Failure): { details?: NonNullable<Failure['details']> } {
  return details === undefined ? {} : { details };
}
