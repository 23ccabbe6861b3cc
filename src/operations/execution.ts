import { Failure } from '#core/failure.ts';
import { ABSENT, type OperationRecord, type Versioned } from '#store/store.ts';
import { Attempt, type AttemptOptions } from './attempt.ts';
import type { Lanes } from './lanes.ts';
import { hasOutcome, needsReading, needsSettling } from './machine.ts';
import { type Outcome, outcomeOf } from './outcome.ts';
import { blocked, outcomeUnknown } from './verdict.ts';

export type ExecutionOptions = Omit<AttemptOptions, 'onSending'> & { readonly lanes: Lanes };

/** One operation under way in this process, for the requester that began it and for those who join. */
export class Execution {
  readonly #options: ExecutionOptions;
  /** While it is true nobody may be told that nothing was sent; undefined until the journal was read. */
  #mayHaveLeft: boolean | undefined;
  #isAbandoned = false;
  /** How it ends; never rejects. */
  readonly result: Promise<Outcome>;

  constructor(options: ExecutionOptions) {
    this.#options = options;
    this.result = this.#carryOut();
  }

  /** Its requester has left before anything was sent, and nothing will be. */
  get isAbandoned(): boolean {
    return this.#isAbandoned;
  }

  get contents(): string {
    return this.#options.fresh.contents;
  }

  /** How it ends, for the requester that began it: `BUS_TIMEOUT` if it leaves before anything was sent. */
  async waited(): Promise<Outcome> {
    const { signal } = this.#options.call;
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    const onAbort = () => {
      if (this.#mayHaveLeft !== false) return;
      this.#isAbandoned = true;
      resolve({ failure: new Failure('BUS_TIMEOUT') });
    };
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    try {
      return await Promise.race([promise, this.result]);
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  async #carryOut(): Promise<Outcome> {
    const { journal, lanes, fresh, call } = this.#options;
    try {
      const known = await journal.read(fresh);
      if (known) this.#checkContents(known.record);
      if (known && hasOutcome(known.record)) return outcomeOf(known.record);
      this.#mayHaveLeft = known !== undefined && needsSettling(known.record);
      return await lanes.run(fresh.scope, call, () => this.#inLane(known !== undefined));
    } catch (caught) {
      if (!this.#mayHaveLeft && call.signal.aborted) this.#isAbandoned = true;
      return { failure: this.#mayHaveLeft ? outcomeUnknown(caught) : Failure.from(caught) };
    }
  }

  /** Alone at this register: first what was sent before is settled, then something new may be. */
  async #inLane(wasKnown: boolean): Promise<Outcome> {
    const { settling, fresh, call } = this.#options;
    const known = wasKnown ? await this.#known() : undefined;
    if (known && hasOutcome(known.record)) return outcomeOf(known.record);
    await settling.settleAll(fresh.scope, call).catch((caught: unknown) => {
      throw blocked(caught);
    });
    const onSending = () => {
      this.#mayHaveLeft = true;
    };
    return new Attempt({ ...this.#options, onSending }).run(known ?? { record: fresh, revision: ABSENT });
  }

  /** The same operation as an earlier request or its settling has left it, settled if it may have been sent. */
  async #known(): Promise<Versioned | undefined> {
    const { journal, settling, fresh, call } = this.#options;
    const known = await journal.read(fresh);
    if (!known || hasOutcome(known.record) || !needsSettling(known.record)) return known;
    const settled = await settling.settleInTime(fresh, call);
    if (!settled || needsReading(settled.record)) throw new Failure('VENDOR_OUTCOME_UNKNOWN');
    this.#mayHaveLeft = false;
    return settled;
  }

  #checkContents(record: OperationRecord): void {
    if (record.contents !== this.contents) throw new Failure('BUS_OPERATION_CONFLICT');
  }
}
