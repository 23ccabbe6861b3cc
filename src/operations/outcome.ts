import { Failure, type FailureDetails, type FailureName } from '#core/failure.ts';
import { parseJson } from '#core/json.ts';
import type { OperationRecord } from '#store/store.ts';

/** How an operation has ended for whoever asks. */
export type Outcome = { readonly data: unknown } | { readonly failure: Failure };

type StoredFailure =
  | { readonly name: FailureName; readonly description: string; readonly details?: FailureDetails }
  | { readonly told: { name: string; description: string; data: unknown; code: number } };

type StoredOutcome = { readonly data: unknown } | { readonly failure: StoredFailure };

function toStored(failure: Failure): StoredFailure {
  const { name, description, details, code } = failure;
  if (failure.foreign) return { told: { name, description, data: failure.toData(), code } };
  // One of our own has a name of the closed list.
  return { name: name as FailureName, description, ...(details === undefined ? {} : { details }) };
}

function toFailure(stored: StoredFailure): Failure {
  if ('told' in stored) return Failure.told(stored.told);
  const { name, ...options } = stored;
  return new Failure(name, options);
}

/** As it is kept: numbers keep every digit, the cause of a failure is left out. */
export function formatOutcome(outcome: Outcome): string {
  const stored: StoredOutcome =
    'failure' in outcome ? { failure: toStored(outcome.failure) } : { data: outcome.data ?? null };
  return JSON.stringify(stored);
}

/** What {@link formatOutcome} wrote. */
export function outcomeFrom(text: string): Outcome {
  const stored = parseJson(text) as StoredOutcome;
  return 'failure' in stored ? { failure: toFailure(stored.failure) } : stored;
}

/** The outcome of an operation that has one. */
export function outcomeOf({ outcome }: OperationRecord): Outcome {
  if (outcome !== null) return outcomeFrom(outcome);
  throw new Failure('BUS_INTERNAL_ERROR', { cause: new Error('an outcome is missing') });
}
