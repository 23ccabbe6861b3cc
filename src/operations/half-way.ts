import type { Clock, Timer } from '#core/clock.ts';
import type { Failure } from '#core/failure.ts';
import type { OperationKey, OperationRecord } from '#store/store.ts';
import { backOffMs } from './back-off.ts';
import { needsReading } from './machine.ts';
import type { Outcome } from './outcome.ts';

/** What is known of a half-way operation besides what is on disk. */
export type Knowledge = {
  /** How it has ended, where only the write has failed. */
  readonly ending?: { readonly transition: 'answer' | 'reject' | 'undo'; readonly outcome?: Outcome };
  /** The vendor has refused a repeat, which stands if the first attempt did nothing. */
  readonly refusal?: Failure;
  /** The vendor has ended its work on the request: its state will not change by it any more. */
  readonly hasEnded?: boolean;
};

type HalfWay = {
  readonly key: OperationKey;
  readonly knowledge: Knowledge;
  /** When it was given up by whoever has sent it, or taken over from a process that has died. */
  readonly lostAt: number;
};

type Lane = { readonly operations: Map<string, HalfWay>; failures: number; timer?: Timer };

export type HalfWayOptions = {
  readonly clock: Clock;
  /** How long after its answer was lost a change may still be carried out by the vendor (milliseconds). */
  readonly settleAfterMs: (record: OperationRecord) => number;
  /** Told when it is time to try a lane again. */
  readonly retry: (scope: string) => void;
};

/** The operations that are half-way, by lane, and when each lane is looked at again. */
export class HalfWayOperations {
  readonly #options: HalfWayOptions;
  readonly #lanes = new Map<string, Lane>();
  /** When an end that lies ahead was seen first, where nothing is held of the operation. */
  readonly #seenAhead = new Map<string, number>();
  #isClosed = false;

  constructor(options: HalfWayOptions) {
    this.#options = options;
  }

  get scopes(): string[] {
    return [...this.#lanes.keys()];
  }

  add(key: OperationKey, knowledge: Knowledge): void {
    const lane = this.#lanes.get(key.scope) ?? { operations: new Map(), failures: 0 };
    this.#lanes.set(key.scope, lane);
    lane.operations.set(nameOf(key), { key, knowledge, lostAt: this.#options.clock.now() });
  }

  find(key: OperationKey): HalfWay | undefined {
    return this.#lanes.get(key.scope)?.operations.get(nameOf(key));
  }

  /** Live: what is added or removed while it is walked through counts. */
  *of(scope: string): Generator<OperationKey> {
    for (const { key } of this.#lanes.get(scope)?.operations.values() ?? []) yield key;
  }

  /** Was it there? */
  remove(key: OperationKey): boolean {
    const lane = this.#lanes.get(key.scope);
    const wasThere = lane?.operations.delete(nameOf(key)) ?? false;
    if (lane?.operations.size === 0) {
      lane.timer?.cancel();
      this.#lanes.delete(key.scope);
    }
    return wasThere;
  }

  /** How long the vendor may still be at it (milliseconds): an unchanged state proves nothing before. */
  restMs(record: OperationRecord): number {
    const { clock, settleAfterMs } = this.#options;
    const known = this.find(record);
    // A clock that was set back must not make it longer than once more.
    if (known && known.lostAt > clock.now()) this.add(known.key, known.knowledge);
    const lostAt = this.find(record)?.lostAt ?? this.#endOf(record);
    if (!needsReading(record) || lostAt === null) return 0;
    return Math.max(0, lostAt + settleAfterMs(record) - clock.now());
  }

  /** As it was written down; by a clock that was set back since, the moment when that was seen. */
  #endOf(record: OperationRecord): number | null {
    const { endedAt } = record;
    const now = this.#options.clock.now();
    const name = `${record.scope} ${nameOf(record)}`;
    if (endedAt === null || endedAt <= now) {
      this.#seenAhead.delete(name);
      return endedAt;
    }
    const seenAt = Math.min(this.#seenAhead.get(name) ?? now, now);
    this.#seenAhead.set(name, seenAt);
    return seenAt;
  }

  /** After a pause that grows and never ends, since what was sent has an outcome; after `atMostMs` where it is told. */
  retryLater(scope: string, atMostMs = Number.POSITIVE_INFINITY): void {
    const lane = this.#lanes.get(scope);
    if (!lane || this.#isClosed) return;
    const pauseMs = Math.min(backOffMs(lane.failures), atMostMs);
    lane.failures += 1;
    lane.timer?.cancel();
    lane.timer = this.#options.clock.setTimeout(() => this.#options.retry(scope), pauseMs);
  }

  close(): void {
    this.#isClosed = true;
    for (const { timer } of this.#lanes.values()) timer?.cancel();
  }
}

function nameOf({ client, id }: OperationKey): string {
  return JSON.stringify([client, id]);
}
