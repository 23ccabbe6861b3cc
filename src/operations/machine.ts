import type { OperationRecord } from '#store/store.ts';

/**
 * The life of a change, from the message that asks for it to the outcome that every repeat is answered with.
 *
 *     (new) ──write──▶ written ──mark_sent──▶ sent ──answer──▶ answered
 *       │                 ▲                   ├──reject──▶ rejected
 *       │ answer, reject  │ write             ├──undo────▶ undone
 *       ▼                 │                   └──lose────▶ unknown ──settle──▶ settled
 *     answered, rejected  └── undone ◀──undo──────────────────┤
 *                               (the repeat is carried out)   └──give_up──▶ undecided
 *
 * Each arrow is one write to the store, which is on disk before the next step is taken; whatever happens at the
 * vendor happens between two arrows. So a process that is killed leaves one of the states below, and what it
 * says is all that the next one needs to know:
 *
 * - `written`: the evidence is on disk, nothing was sent
 * - `sent`: the request may have left; only who wrote this, by a compare-and-set, may send
 * - `answered`, `rejected`: the vendor did it, or refused (or had to, by what was read before): an outcome
 * - `unknown`: the answer was lost; nothing new is sent to this register until the vendor's state was read
 * - `settled`: the vendor's state has told the outcome
 * - `undecided`: it was read and tells nothing; a repeat reads it again, and nobody else waits for it
 * - `undone`: surely not done; kept for its evidence, and for the contents that the id stands for
 */
export const TRANSITIONS = {
  write: { from: ['new', 'written', 'undone'], to: 'written' },
  mark_sent: { from: ['written'], to: 'sent' },
  answer: { from: ['new', 'written', 'undone', 'sent'], to: 'answered' },
  reject: { from: ['new', 'written', 'undone', 'sent'], to: 'rejected' },
  lose: { from: ['sent'], to: 'unknown' },
  settle: { from: ['written', 'sent', 'unknown', 'undecided', 'undone'], to: 'settled' },
  give_up: { from: ['written', 'sent', 'unknown', 'undecided', 'undone'], to: 'undecided' },
  undo: { from: ['written', 'sent', 'unknown', 'undecided', 'undone'], to: 'undone' },
} as const satisfies Record<string, { from: readonly (Status | 'new')[]; to: Status }>;

export type Status =
  | 'written'
  | 'sent'
  | 'answered'
  | 'rejected'
  | 'unknown'
  | 'settled'
  | 'undecided'
  | 'undone';

export type Transition = keyof typeof TRANSITIONS;

/** A moment just before or just after a write, where a process may be killed. */
export type Step = `before ${Transition}` | `after ${Transition}`;

/** Every moment there is. */
export const STEPS: readonly Step[] = (Object.keys(TRANSITIONS) as Transition[]).flatMap(
  (transition): Step[] => [`before ${transition}`, `after ${transition}`],
);

/** States in which it has to be found out what happened, unless it is sure that nothing did. */
const HALF_WAY: ReadonlySet<string> = new Set<Status>(['written', 'sent', 'unknown']);

const ENDED_WITH_OUTCOME: ReadonlySet<string> = new Set<Status>(['answered', 'rejected', 'settled']);

/** Is it not known yet what became of it? */
export function isHalfWay({ status }: OperationRecord): boolean {
  return HALF_WAY.has(status);
}

/** Is every repeat answered with what is written there? */
export function hasOutcome({ status }: OperationRecord): boolean {
  return ENDED_WITH_OUTCOME.has(status);
}

/** May it have been done, as far as is known? */
export function needsReading({ status }: OperationRecord): boolean {
  return status === 'sent' || status === 'unknown' || status === 'undecided';
}

/** Has the vendor's state to be read before this operation may be answered or sent again? */
export function needsSettling(record: OperationRecord): boolean {
  return needsReading(record) || record.isDoubtful;
}

/**
 * The record after a transition, `now` in milliseconds since the epoch. Throws where the machine has no such
 * arrow: a mistake in the program.
 */
export function advance(
  record: OperationRecord,
  from: Status | 'new',
  transition: Transition,
  now: number,
): OperationRecord {
  const { from: allowed, to } = TRANSITIONS[transition];
  if (!(allowed as readonly string[]).includes(from)) {
    throw new Error(`an operation that is ${from} cannot ${transition}`);
  }
  return {
    ...record,
    status: to,
    isDoubtful: record.isDoubtful || transition === 'lose',
    sentAt: transition === 'mark_sent' ? now : record.sentAt,
    endedAt: HALF_WAY.has(to) ? null : now,
  };
}
