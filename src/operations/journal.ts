import type { Clock } from '#core/clock.ts';
import { Failure } from '#core/failure.ts';
import {
  ABSENT,
  type OperationKey,
  type OperationRecord,
  type OperationTable,
  type Versioned,
} from '#store/store.ts';
import { advance, type Status, type Step, type Transition } from './machine.ts';
import { formatOutcome, type Outcome } from './outcome.ts';

/** What a transition writes besides the status. */
export type Changes = {
  readonly evidence?: unknown;
  readonly outcome?: Outcome;
  readonly isDoubtful?: true;
};

export type JournalOptions = {
  readonly table: OperationTable;
  readonly clock: Clock;
  /** Called between all steps, so that a test can kill the process exactly there. */
  readonly probe?: ((step: Step) => void) | undefined;
};

/** The only writer of operations: every step of the machine goes to disk through it. */
export class Journal {
  readonly #table: OperationTable;
  readonly #clock: Clock;
  readonly #probe: ((step: Step) => void) | undefined;

  constructor({ table, clock, probe }: JournalOptions) {
    this.#table = table;
    this.#clock = clock;
    this.#probe = probe;
  }

  /** Rejects with `BUS_INTERNAL_ERROR` when the store fails. */
  async read(key: OperationKey): Promise<Versioned | undefined> {
    return guarded(this.#table.read(key));
  }

  async readHalfWay(): Promise<Versioned[]> {
    return guarded(this.#table.readHalfWay());
  }

  /** Forgets the operations that ended that long ago. */
  async prune(keepMs: number): Promise<number> {
    return guarded(this.#table.prune(this.#clock.now() - keepMs));
  }

  /** Was another change sent to the same register after this one? Then its state tells of that one. */
  async isSuperseded({ scope, sentAt }: OperationRecord): Promise<boolean> {
    const last = await guarded(this.#table.lastSentAt(scope));
    return sentAt !== null && last !== null && last > sentAt;
  }

  /**
   * Makes the transition and resolves when it is on disk. Rejects with `BUS_INTERNAL_ERROR` when it is not, or
   * when another has written this operation meanwhile: then it must be taken for not made.
   */
  async move(operation: Versioned, transition: Transition, changes: Changes = {}): Promise<Versioned> {
    const { record, revision } = operation;
    this.#probe?.(`before ${transition}`);
    const from = revision === ABSENT ? 'new' : (record.status as Status);
    const next = advance(
      {
        ...record,
        isDoubtful: record.isDoubtful || changes.isDoubtful === true,
        evidence: changes.evidence === undefined ? record.evidence : JSON.stringify(changes.evidence),
        outcome: changes.outcome === undefined ? null : formatOutcome(changes.outcome),
      },
      from,
      transition,
      transition === 'mark_sent' ? await this.#nextSentAt(record.scope) : this.#clock.now(),
    );
    const written = await guarded(this.#table.write(next, revision));
    if (written === undefined) throw new Failure('BUS_INTERNAL_ERROR', { cause: new Error('overtaken') });
    this.#probe?.(`after ${transition}`);
    return { record: next, revision: written };
  }

  /** Now; but the order of sending must hold, whatever happens to the clock. */
  async #nextSentAt(scope: string): Promise<number> {
    const last = await guarded(this.#table.lastSentAt(scope));
    return Math.max(this.#clock.now(), (last ?? 0) + 1);
  }
}

/** Whatever the store fails with, as a failure for the client. */
export async function guarded<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    const description = 'журнал шины не записан: подробности в её журнале работы, проверьте место на диске';
    throw new Failure('BUS_INTERNAL_ERROR', { description, cause });
  }
}
