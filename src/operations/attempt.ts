import type { Call } from '#core/call.ts';
import type { Clock } from '#core/clock.ts';
import { Failure } from '#core/failure.ts';
import { parseJson } from '#core/json.ts';
import type { Log } from '#core/log.ts';
import type { Change, ChangeContext, Prepared } from '#domain/change.ts';
import type { OperationRecord, Versioned } from '#store/store.ts';
import { publicNameOf } from './contents.ts';
import type { Journal } from './journal.ts';
import { hasOutcome } from './machine.ts';
import { type Outcome, outcomeOf } from './outcome.ts';
import type { Settling } from './settling.ts';
import {
  hasVendorEnded,
  outcomeUnknown,
  surelyNotDone,
  verdictOnPreparing,
  verdictOnSending,
} from './verdict.ts';

export type AttemptOptions = {
  readonly journal: Journal;
  readonly settling: Settling;
  readonly clock: Clock;
  readonly log: Log;
  /** Is the bus stopping, so that nothing more may be sent? */
  readonly isClosing: () => boolean;
  /** The operation as it would be written down for the first time. */
  readonly fresh: OperationRecord;
  readonly data: unknown;
  readonly change: Change;
  readonly call: Call;
  /** Told just before the change is sent: from then on only the vendor knows. */
  readonly onSending: () => void;
  /** Told when the state of the register may have changed. */
  readonly onChange: (record: OperationRecord) => void;
};

/** One attempt at a change, by whoever holds its lane: from reading the evidence to what became of it. */
export class Attempt {
  readonly #options: AttemptOptions;

  constructor(options: AttemptOptions) {
    this.#options = options;
  }

  /** Resolves with the outcome; rejects with the failure that has kept it from being sent. */
  async run(before: Versioned): Promise<Outcome> {
    const { journal, change, data, call, fresh } = this.#options;
    const { evidence: earlier, isDoubtful } = before.record;
    const { showPersonalData } = fresh;
    const context = { call, showPersonalData, isDoubtful, operation: publicNameOf(fresh) };
    this.#stopIfGone();
    let prepared: Prepared<unknown, unknown>;
    try {
      prepared = await change.prepare(data, context, earlier === null ? undefined : parseJson(earlier));
    } catch (caught) {
      if (verdictOnPreparing(caught) === 'not_done') throw caught;
      return this.#refuse(before, Failure.from(caught));
    }
    if ('answer' in prepared) return this.#end(before, 'answer', { data: prepared.answer ?? null });

    this.#stopIfGone();
    const written = await journal.move(before, 'write', { evidence: prepared.evidence });
    this.#stopIfGone();
    const sent = await journal.move(written, 'mark_sent');
    const gone = this.#gone();
    return gone ? this.#undo(sent, gone) : this.#send(sent, prepared.evidence, context);
  }

  async #send(sent: Versioned, evidence: unknown, context: ChangeContext): Promise<Outcome> {
    const { change, data, onSending, onChange } = this.#options;
    onSending();
    onChange(sent.record);
    let answer: unknown;
    try {
      answer = await change.send(data, evidence, context);
    } catch (caught) {
      const verdict = verdictOnSending(caught);
      if (verdict === 'unknown') return this.#lose(sent, caught);
      const failure = Failure.from(caught);
      return verdict === 'refused' ? this.#refuse(sent, failure) : this.#undo(sent, failure);
    }
    return this.#end(sent, 'answer', { data: answer ?? null });
  }

  /** A refusal is an outcome, unless it may be the echo of an earlier attempt: then the vendor's state decides. */
  async #refuse(operation: Versioned, refusal: Failure): Promise<Outcome> {
    const { settling, fresh, call, onSending } = this.#options;
    if (!operation.record.isDoubtful) return this.#end(operation, 'reject', { failure: refusal });
    onSending();
    if (operation.record.status === 'sent') settling.add(fresh, { refusal });
    const settled = await settling.settle(fresh, call.exchanges, { refusal });
    if (settled && hasOutcome(settled.record)) return outcomeOf(settled.record);
    return { failure: outcomeUnknown(refusal) };
  }

  async #undo(sent: Versioned, failure: Failure): Promise<Outcome> {
    await this.#end(sent, 'undo');
    return { failure };
  }

  async #lose(sent: Versioned, caught: unknown): Promise<Outcome> {
    const { journal, settling, fresh, call, log } = this.#options;
    const { scope, address, action, id } = fresh;
    log.warn({ scope, address, action, operation: id, error: caught }, 'the answer to a change was lost');
    settling.add(fresh, { hasEnded: hasVendorEnded(caught) });
    try {
      // On disk it says `sent` if this write fails, which means the same to whoever comes.
      await journal.move(sent, 'lose').catch(() => undefined);
      const settled = await settling.settle(fresh, call.exchanges);
      if (settled && hasOutcome(settled.record)) return outcomeOf(settled.record);
      if (settled?.record.status === 'undone') return { failure: surelyNotDone(caught) };
    } catch {
      // Settling has logged why, and goes on in the background.
    }
    return { failure: outcomeUnknown(caught) };
  }

  /** Nothing is acknowledged before it is on disk. */
  async #end(
    operation: Versioned,
    transition: 'answer' | 'reject' | 'undo',
    outcome?: Outcome,
  ): Promise<Outcome> {
    const { journal, settling, onChange, fresh, call } = this.#options;
    const changes = outcome === undefined ? {} : { outcome };
    try {
      const { record } = await journal.move(operation, transition, changes);
      onChange(record);
      return outcome ?? { data: null };
    } catch (caught) {
      if (operation.record.status !== 'sent') throw caught;
      settling.add(fresh, { ending: { transition, ...changes } });
      // At once, and from then on in the background: the disk may have been full for a moment only.
      const settled = await settling.settle(fresh, call.exchanges).catch(() => undefined);
      if (settled && hasOutcome(settled.record)) return outcomeOf(settled.record);
      return { failure: outcomeUnknown(caught) };
    }
  }

  /** Why nothing may be sent any more, if so. */
  #gone(): Failure | undefined {
    const { call, clock, isClosing } = this.#options;
    if (call.signal.aborted || clock.now() >= call.deadline) return new Failure('BUS_TIMEOUT');
    return isClosing() ? new Failure('BUS_OVERLOADED') : undefined;
  }

  #stopIfGone(): void {
    const gone = this.#gone();
    if (gone) throw gone;
  }
}
