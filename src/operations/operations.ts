import { randomUUID } from 'node:crypto';
import type { Call } from '#core/call.ts';
import type { Clock, Timer } from '#core/clock.ts';
import { Failure } from '#core/failure.ts';
import type { Log } from '#core/log.ts';
import type { Change } from '#domain/change.ts';
import type { OperationRecord, OperationTable } from '#store/store.ts';
import { contentsOf } from './contents.ts';
import { Execution } from './execution.ts';
import { Journal } from './journal.ts';
import { createLanes, type Lanes } from './lanes.ts';
import { hasOutcome, needsSettling, type Step } from './machine.ts';
import type { Outcome } from './outcome.ts';
import { Settling } from './settling.ts';

/** Which change it is, and of what: enough to find it again after a restart. */
export type ChangeName = {
  readonly address: string;
  readonly action: string;
  /** The configured account's name. */
  readonly account: string;
  /** The register; null for a change of the account itself. */
  readonly token: string | null;
};

export type OperationRequest = ChangeName & {
  /** The client's name, or `anonymous`. */
  readonly client: string;
  /** The header `operation.id`; without one the bus makes one. */
  readonly operationId: string | undefined;
  readonly data: unknown;
  readonly showPersonalData: boolean;
  /** What carries it out; without it `changeOf` is asked. */
  readonly change?: Change;
  /** Waits only for changes of the same lane; without it for all of the register or account. */
  readonly lane?: string | undefined;
};

export type OperationsOptions = {
  readonly table: OperationTable;
  readonly clock: Clock;
  readonly log: Log;
  /** How long the end of an operation is remembered (milliseconds). */
  readonly keepMs: number;
  /** Finds the change in the present configuration; undefined when there is none such any more. */
  readonly changeOf: (name: ChangeName) => Change | undefined;
  /** How long a vendor may still be at a change after its answer was lost (milliseconds). */
  readonly settleAfterMs?: (name: ChangeName) => number;
  /** Told whenever the state of a register (or account) may have changed: what was read before is old. */
  readonly onChange?: (scope: string) => void;
  /** Called between all steps of the machine. */
  readonly probe?: (step: Step) => void;
};

const PRUNE_EVERY_MS = 3_600_000;
const SETTLE_AFTER_MS = 60_000;

/** Carries changes out once, however often they are asked for and whenever the process dies. */
export class Operations {
  readonly #options: OperationsOptions;
  readonly #journal: Journal;
  readonly #lanes: Lanes = createLanes();
  readonly #settling: Settling;
  readonly #underWay = new Map<string, Execution>();
  #isClosed = false;
  #pruning: Timer | undefined;

  constructor(options: OperationsOptions) {
    const { table, clock, log, probe, changeOf, settleAfterMs = () => SETTLE_AFTER_MS } = options;
    this.#options = options;
    this.#journal = new Journal({ table, clock, probe });
    this.#settling = new Settling({
      ...{ journal: this.#journal, lanes: this.#lanes, clock, log, changeOf },
      settleAfterMs,
      onEnd: (record) => this.#changed(record),
    });
  }

  /**
   * Looks up what an earlier process has left half-way; nothing may be run before it has resolved. Settling goes
   * on in the background. Rejects when the store cannot be read.
   */
  async start(): Promise<void> {
    const halfWay = await this.#journal.readHalfWay();
    const unsent = halfWay.filter(({ record }) => record.status === 'written');
    await Promise.all(unsent.map((operation) => this.#journal.move(operation, 'undo')));
    for (const { record } of halfWay) if (record.status !== 'written') this.#settling.add(record);
    this.#settling.start();
    this.#prune();
  }

  /** The configuration has changed: what could not be found out before is tried at once. */
  retrySettling(): void {
    this.#settling.start();
  }

  /**
   * Carries the change out, or answers what the same operation was answered before. Rejects with the `Failure`
   * that is its outcome, or with `BUS_OPERATION_CONFLICT`, `BUS_TIMEOUT` (nothing sent), `BUS_INTERNAL_ERROR`
   * (nothing sent: the store has failed), `VENDOR_OUTCOME_UNKNOWN`, or what kept it from being sent.
   */
  async run(request: OperationRequest, call: Call): Promise<unknown> {
    const fresh = this.#toRecord(request);
    const change = request.change ?? this.#options.changeOf(fresh);
    if (!change) throw new Failure('BUS_UNSUPPORTED_ACTION');
    const named = change.isForgotten ? { ...fresh, id: randomUUID() } : fresh;
    const outcome = await this.#outcome(named, request.data, change, call);
    if ('failure' in outcome) throw outcome.failure;
    return outcome.data;
  }

  /** Rejects with `BUS_OPERATION_CONFLICT` when the id stands for something else already. */
  async check(request: OperationRequest): Promise<void> {
    const fresh = this.#toRecord(request);
    const contents =
      this.#underWay.get(nameOf(fresh))?.contents ?? (await this.#journal.read(fresh))?.record.contents;
    if (contents !== undefined && contents !== fresh.contents) throw new Failure('BUS_OPERATION_CONFLICT');
  }

  /** May the vendor have got it? Otherwise nothing was sent, and nothing is being sent. */
  async mayHaveBeenSent(request: OperationRequest): Promise<boolean> {
    const record = (await this.#journal.read(this.#toRecord(request)))?.record;
    return record !== undefined && (hasOutcome(record) || needsSettling(record));
  }

  /** Sends nothing more, and resolves when what was sent has been answered and written down. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#pruning?.cancel();
    this.#settling.close();
    await Promise.all([...this.#underWay.values()].map(({ result }) => result));
  }

  async #outcome(fresh: OperationRecord, data: unknown, change: Change, call: Call): Promise<Outcome> {
    const name = nameOf(fresh);
    for (;;) {
      const joined = this.#underWay.get(name);
      if (!joined) return this.#begin(name, fresh, data, change, call);
      if (joined.contents !== fresh.contents) return { failure: new Failure('BUS_OPERATION_CONFLICT') };
      const outcome = await joined.result;
      // Whoever began it has left before anything was sent: the next one carries it out.
      if (!joined.isAbandoned) return outcome;
    }
  }

  async #begin(
    name: string,
    fresh: OperationRecord,
    data: unknown,
    change: Change,
    call: Call,
  ): Promise<Outcome> {
    const { clock, log } = this.#options;
    if (this.#isClosed) throw new Failure('BUS_OVERLOADED');
    const execution = new Execution({
      ...{ journal: this.#journal, lanes: this.#lanes, settling: this.#settling, clock, log },
      ...{ fresh, data, change, call },
      isClosing: () => this.#isClosed,
      onChange: (record) => this.#changed(record),
    });
    this.#underWay.set(name, execution);
    void execution.result.finally(() => this.#underWay.delete(name));
    return execution.waited();
  }

  #toRecord(request: OperationRequest): OperationRecord {
    const { client, address, action, account, token, data, showPersonalData, operationId, lane } = request;
    const whole = scopeOf(account, token);
    const scope = lane === undefined ? whole : `${whole}/${lane}`;
    return {
      ...{ client, scope, id: operationId ?? randomUUID(), address, action, account, token },
      ...{ contents: contentsOf(address, action, scope, data), showPersonalData, isDoubtful: false },
      ...{ status: 'new', evidence: null, outcome: null },
      ...{ createdAt: this.#options.clock.now(), sentAt: null, endedAt: null },
    };
  }

  #changed({ token, account }: OperationRecord): void {
    this.#options.onChange?.(token ?? account);
  }

  #prune(): void {
    const { clock, keepMs, log } = this.#options;
    this.#journal
      .prune(keepMs)
      .catch((error: unknown) => log.warn({ error }, 'old operations were not pruned'));
    this.#pruning = clock.setTimeout(() => this.#prune(), PRUNE_EVERY_MS);
  }
}

/** The register, or the account itself. */
export function scopeOf(account: string, token: string | null): string {
  return token === null ? `account:${account}` : `token:${token}`;
}

function nameOf({ client, scope, id }: OperationRecord): string {
  return JSON.stringify([client, scope, id]);
}
