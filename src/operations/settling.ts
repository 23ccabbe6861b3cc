import type { Exchange } from '#core/call.ts';
import type { Clock, Timer } from '#core/clock.ts';
import type { Failure } from '#core/failure.ts';
import { parseJson } from '#core/json.ts';
import type { Log } from '#core/log.ts';
import type { Change, Settlement } from '#domain/change.ts';
import type { OperationKey, OperationRecord, Versioned } from '#store/store.ts';
import type { Journal } from './journal.ts';
import type { Lanes } from './lanes.ts';
import { hasOutcome, needsReading } from './machine.ts';
import type { Outcome } from './outcome.ts';
import { mayBeToldLater } from './verdict.ts';

/** The longest that one attempt to find out may take. */
const ATTEMPT_MS = 60_000;

/** The pauses between attempts grow twofold up to a minute, and never end: what was sent has an outcome. */
const FIRST_PAUSE_MS = 2000;
const LONGEST_PAUSE_MS = 60_000;

/** What is known of a half-way operation besides what is on disk. */
export type Knowledge = {
  /** How it has ended, where only the write has failed. */
  readonly ending?: { readonly transition: 'answer' | 'reject' | 'undo'; readonly outcome?: Outcome };
  /** The vendor has refused a repeat, which stands if the first attempt did nothing. */
  readonly refusal?: Failure;
};

export type SettlingOptions = {
  readonly journal: Journal;
  readonly lanes: Lanes;
  readonly clock: Clock;
  readonly log: Log;
  /** Undefined when the register or account is not configured any more. */
  readonly changeOf: (record: OperationRecord) => Change | undefined;
  /** Told when the operation's end has become known. */
  readonly onEnd: (record: OperationRecord) => void;
};

type HalfWay = { readonly key: OperationKey; readonly knowledge: Knowledge };

type Lane = { readonly halfWay: Map<string, HalfWay>; failures: number; timer?: Timer };

/**
 * Finds out what became of changes whose answer was lost, by reading the vendor's state: at once, whenever
 * somebody needs to know, and otherwise in the background, after a restart too, until it is known.
 */
export class Settling {
  readonly #options: SettlingOptions;
  readonly #lanes = new Map<string, Lane>();
  readonly #closing = new AbortController();

  constructor(options: SettlingOptions) {
    this.#options = options;
  }

  /** Takes over a half-way operation: nothing new is sent in its lane before it is settled. */
  add(key: OperationKey, knowledge: Knowledge = {}): void {
    const lane = this.#lanes.get(key.scope) ?? { halfWay: new Map(), failures: 0 };
    this.#lanes.set(key.scope, lane);
    lane.halfWay.set(nameOf(key), { key, knowledge });
  }

  /** Goes to work in the background on whatever was added. */
  start(): void {
    for (const scope of this.#lanes.keys()) void this.#attempt(scope);
  }

  /**
   * Reads the vendor's state, whose lane must be held. Resolves with the operation as it has become: with an
   * outcome, `undone` or `undecided`. Rejects when the vendor or the store could not tell now.
   */
  async settle(
    key: OperationKey,
    exchanges: Exchange[],
    knowledge?: Knowledge,
  ): Promise<Versioned | undefined> {
    const known = this.#lanes.get(key.scope)?.halfWay.get(nameOf(key));
    try {
      const settled = await this.#find(key, knowledge ?? known?.knowledge ?? {}, exchanges);
      if (settled) this.#forget(settled.record);
      return settled;
    } catch (caught) {
      if (known) this.#failed(key, caught);
      throw caught;
    }
  }

  /** Settles what is half-way in a lane that is held; rejects as soon as one cannot be settled now. */
  async settleAll(scope: string, exchanges: Exchange[]): Promise<void> {
    for (const { key } of this.#lanes.get(scope)?.halfWay.values() ?? []) await this.settle(key, exchanges);
  }

  /** Stops; what is half-way stays so on disk. */
  close(): void {
    this.#closing.abort();
    for (const { timer } of this.#lanes.values()) timer?.cancel();
  }

  async #find(
    key: OperationKey,
    { ending, refusal }: Knowledge,
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
    return this.#conclude(operation, settlement, refusal);
  }

  async #ask(change: Change, record: OperationRecord, exchanges: Exchange[]): Promise<Settlement<unknown>> {
    const { clock, journal } = this.#options;
    // The evidence tells nothing of a register that was changed since; what was read then still holds.
    if (await journal.isSuperseded(record)) return needsReading(record) ? 'undecidable' : 'not_done';
    if (!change.settle || record.evidence === null) return 'undecidable';
    const timeOut = new AbortController();
    const timer = clock.setTimeout(() => timeOut.abort(), ATTEMPT_MS);
    const signal = AbortSignal.any([timeOut.signal, this.#closing.signal]);
    const call = { deadline: clock.now() + ATTEMPT_MS, signal, exchanges, traceparent: undefined };
    const { showPersonalData } = record;
    try {
      return await change.settle(parseJson(record.evidence), { call, showPersonalData, isDoubtful: true });
    } catch (caught) {
      if (mayBeToldLater(caught)) throw caught;
      return 'undecidable';
    } finally {
      timer.cancel();
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
    const { scope, status } = record;
    const lane = this.#lanes.get(scope);
    if (lane?.halfWay.delete(nameOf(record))) {
      this.#options.log.info({ ...namesOf(record), status }, 'a half-way change was settled');
      this.#options.onEnd(record);
    }
    if (!lane || lane.halfWay.size > 0) return;
    lane.timer?.cancel();
    this.#lanes.delete(scope);
  }

  #failed(key: OperationKey, caught: unknown): void {
    const { log, clock } = this.#options;
    if (this.#closing.signal.aborted) return;
    log.warn({ scope: key.scope, operation: key.id, error: caught }, 'a half-way change is not settled yet');
    const lane = this.#lanes.get(key.scope);
    if (!lane) return;
    const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** lane.failures, LONGEST_PAUSE_MS);
    lane.failures += 1;
    lane.timer?.cancel();
    lane.timer = clock.setTimeout(() => void this.#attempt(key.scope), pauseMs);
  }

  /** Never rejects: `settle` has logged the failure and has set the time of the next attempt. */
  async #attempt(scope: string): Promise<void> {
    const work = () => this.settleAll(scope, []);
    await this.#options.lanes.run(scope, this.#closing.signal, work).catch(() => undefined);
  }
}

function nameOf({ client, id }: OperationKey): string {
  return JSON.stringify([client, id]);
}

function namesOf({ scope, address, action, id }: OperationRecord): object {
  return { scope, address, action, operation: id };
}
