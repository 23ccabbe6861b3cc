import type { Call, Exchange } from '#core/call.ts';
import { Cancellation, withAnyOf } from '#core/cancellation.ts';
import { delay, withTimeOut } from '#core/clock.ts';
import { Failure } from '#core/failure.ts';
import { parseJson } from '#core/json.ts';
import type { Log } from '#core/log.ts';
import type { Change, Settlement } from '#domain/change.ts';
import type { OperationKey, OperationRecord, Versioned } from '#store/store.ts';
import { backOffMs } from './back-off.ts';
import { publicNameOf } from './contents.ts';
import { HalfWayOperations, type HalfWayOptions, type Knowledge } from './half-way.ts';
import type { Journal } from './journal.ts';
import type { Lanes } from './lanes.ts';
import { hasOutcome, isHalfWay, needsReading } from './machine.ts';
import { mayBeToldLater } from './verdict.ts';

/** The longest that one attempt to find out may take. */
const ATTEMPT_MS = 60_000;

export type SettlingOptions = Omit<HalfWayOptions, 'retry'> & {
  readonly journal: Journal;
  readonly lanes: Lanes;
  readonly log: Log;
  /** Undefined when the register or account is not configured any more. */
  readonly changeOf: (record: OperationRecord) => Change | undefined;
  /** Told when the operation's end has become known. */
  readonly onEnd: (record: OperationRecord) => void;
};

/**
 * Finds out what became of changes whose answer was lost, by reading the vendor's state: at once, whenever
 * somebody needs to know, and otherwise in the background, after a restart too, until it is known.
 */
export class Settling {
  readonly #options: SettlingOptions;
  readonly #halfWay: HalfWayOperations;
  readonly #closing = new Cancellation();

  constructor(options: SettlingOptions) {
    this.#options = options;
    const { clock, settleAfterMs } = options;
    this.#halfWay = new HalfWayOperations({
      clock,
      settleAfterMs,
      retry: (scope) => void this.#attempt(scope),
    });
  }

  /** Takes over a half-way operation: nothing new is sent in its lane before it is settled. */
  add(key: OperationKey, knowledge: Knowledge = {}): void {
    this.#halfWay.add(key, knowledge);
  }

  /** Goes to work in the background on whatever was added. */
  start(): void {
    for (const scope of this.#halfWay.scopes) void this.#attempt(scope);
  }

  /**
   * Reads the vendor's state, whose lane must be held. Resolves with the operation as it has become: with an
   * outcome, `undone`, `undecided`, or half-way still where nothing was done yet and the vendor may be at it.
   * Rejects when the vendor or the store could not tell now.
   */
  async settle(
    key: OperationKey,
    exchanges: Exchange[],
    knowledge?: Knowledge,
  ): Promise<Versioned | undefined> {
    const known = this.#halfWay.find(key);
    try {
      const settled = await this.#find(key, knowledge ?? known?.knowledge ?? {}, exchanges);
      if (settled && isHalfWay(settled.record)) {
        this.#halfWay.retryLater(key.scope, this.#halfWay.restMs(settled.record));
      }
      if (settled && !isHalfWay(settled.record)) this.#forget(settled.record);
      return settled;
    } catch (caught) {
      if (known) this.#failed(key, caught);
      throw caught;
    }
  }

  /** The same, read again and again while the vendor may be at it, as long as the requester has time. */
  settleInTime(key: OperationKey, call: Call): Promise<Versioned | undefined> {
    const { clock } = this.#options;
    return withAnyOf([call.signal, this.#closing], async (signal) => {
      for (let reads = 0; ; reads += 1) {
        const settled = await this.settle(key, call.exchanges);
        if (!settled || !isHalfWay(settled.record)) return settled;
        const pauseMs = Math.min(backOffMs(reads), this.#halfWay.restMs(settled.record));
        if (clock.now() + pauseMs >= call.deadline) return settled;
        await delay(clock, pauseMs, signal).catch(() => {
          throw new Failure(call.signal.aborted ? 'BUS_TIMEOUT' : 'BUS_OVERLOADED');
        });
      }
    });
  }

  /** Settles what is half-way in a lane that is held; rejects as soon as one cannot be settled now. */
  async settleAll(scope: string, call: Call): Promise<void> {
    for (const key of this.#halfWay.of(scope)) {
      const settled = await this.settleInTime(key, call);
      if (!settled || !isHalfWay(settled.record)) continue;
      const description = 'изменений не видно, но поставщик может ещё выполнять его';
      throw new Failure('VENDOR_OUTCOME_UNKNOWN', { description });
    }
  }

  /** Stops; what is half-way stays so on disk. */
  close(): void {
    this.#closing.abort();
    this.#halfWay.close();
  }

  async #find(
    key: OperationKey,
    { ending, refusal, hasEnded }: Knowledge,
    exchanges: Exchange[],
  ): Promise<Versioned | undefined> {
    const { journal } = this.#options;
    // Read again: a write that was reported as failed may have reached the disk.
    const operation = await journal.read(key);
    if (!operation || hasOutcome(operation.record)) return operation;
    if (ending) return journal.move(operation, ending.transition, ending);
    const change = this.#options.changeOf(operation.record);
    if (!change) {
      this.#options.log.warn(namesOf(operation.record), 'a half-way change is of nothing configured');
      return undefined;
    }
    const settlement = await this.#ask(change, operation.record, exchanges);
    const isProof = refusal || hasEnded || change.settlesAtOnce;
    const isTooEarly = !isProof && this.#halfWay.restMs(operation.record) > 0;
    if (settlement === 'not_done' && isTooEarly) return operation;
    return this.#conclude(operation, settlement, refusal);
  }

  async #ask(change: Change, record: OperationRecord, exchanges: Exchange[]): Promise<Settlement<unknown>> {
    const { clock, journal } = this.#options;
    // Most evidence tells nothing of a register that was changed since; what was read then still holds.
    if (!change.evidenceLasts && (await journal.isSuperseded(record)))
      return needsReading(record) ? 'undecidable' : 'not_done';
    const { evidence, showPersonalData } = record;
    if (evidence === null) return 'undecidable';
    try {
      return await withTimeOut(clock, ATTEMPT_MS, [this.#closing], async (signal) => {
        const deadline = clock.now() + ATTEMPT_MS;
        const call = { deadline, signal, exchanges, traceparent: undefined };
        const context = { call, showPersonalData, isDoubtful: true, operation: publicNameOf(record) };
        return (await change.settle?.(parseJson(evidence), context)) ?? 'undecidable';
      });
    } catch (caught) {
      if (mayBeToldLater(caught)) throw caught;
      return 'undecidable';
    }
  }

  #conclude(
    operation: Versioned,
    settlement: Settlement<unknown>,
    refusal: Failure | undefined,
  ): Versioned | Promise<Versioned> {
    const { journal } = this.#options;
    const { status } = operation.record;
    const isDoubtful = true;
    if (settlement === 'undecidable') {
      return status === 'undecided' ? operation : journal.move(operation, 'give_up', { isDoubtful });
    }
    if (settlement === 'not_done') {
      if (refusal) return journal.move(operation, 'settle', { outcome: { failure: refusal }, isDoubtful });
      return status === 'undone' ? operation : journal.move(operation, 'undo', { isDoubtful });
    }
    const outcome = 'answer' in settlement ? { data: settlement.answer } : { failure: settlement.refusal };
    return journal.move(operation, 'settle', { outcome, isDoubtful });
  }

  #forget(record: OperationRecord): void {
    if (!this.#halfWay.remove(record)) return;
    this.#options.log.info({ ...namesOf(record), status: record.status }, 'a half-way change was settled');
    this.#options.onEnd(record);
  }

  #failed(key: OperationKey, caught: unknown): void {
    if (this.#closing.aborted) return;
    const facts = { scope: key.scope, operation: key.id, error: caught };
    this.#options.log.warn(facts, 'a half-way change is not settled yet');
    this.#halfWay.retryLater(key.scope);
  }

  /** Never rejects: `settle` has logged the failure and has set the time of the next attempt. */
  async #attempt(scope: string): Promise<void> {
    // It does not wait in the lane, where others would have to wait for it.
    const deadline = this.#options.clock.now();
    const call = { deadline, signal: this.#closing, exchanges: [], traceparent: undefined };
    await this.#options.lanes.run(scope, call, () => this.settleAll(scope, call)).catch(() => undefined);
  }
}

function namesOf({ scope, address, action, id }: OperationRecord): object {
  return { scope, address, action, operation: id };
}
