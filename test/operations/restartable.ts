import { setImmediate } from 'node:timers/promises';
import type { Exchange } from '#core/call.ts';
import type { Signal } from '#core/cancellation.ts';
import { Failure } from '#core/failure.ts';
import type { Flow } from '#core/flow.ts';
import { silentLog } from '#core/log.ts';
import type { Change } from '#domain/change.ts';
import { type ChangeName, Operations, type OperationsOptions } from '#operations/operations.ts';
import { openSqliteStore } from '#store/sqlite-store.ts';
import type { OperationTable, Store } from '#store/store.ts';
import { createFakeClock } from '../support/fake-clock.ts';

export const START_MS = Date.UTC(2026, 0, 31);
export const KEEP_MS = 30 * 86_400_000;

/** How a change has ended for its requester: its `data`, or the name of its failure. */
export type Told = { readonly data: unknown } | { readonly failure: string };

export type Asked = {
  readonly id?: string;
  readonly action?: string;
  readonly client?: string;
  readonly token?: string | null;
  readonly data?: unknown;
  readonly timeoutMs?: number;
  readonly signal?: Signal;
  readonly flow?: Flow;
};

type Overrides = Partial<Pick<OperationsOptions, 'probe' | 'onChange' | 'settleAfterMs'>> & {
  readonly wrap?: (table: OperationTable) => OperationTable;
};

/** The operations of one process after another, all on the same folder. */
export class Restartable {
  readonly clock = createFakeClock(START_MS);
  readonly #folder: string;
  readonly #changeOf: (name: ChangeName) => Change | undefined;
  readonly #overrides: Overrides;
  store: Store | undefined;
  operations: Operations | undefined;

  constructor(folder: string, changeOf: (name: ChangeName) => Change | undefined, overrides: Overrides = {}) {
    this.#folder = folder;
    this.#changeOf = changeOf;
    this.#overrides = overrides;
  }

  async start(): Promise<this> {
    this.store = openSqliteStore(this.#folder);
    const { wrap, ...overrides } = this.#overrides;
    const { operations: table } = this.store;
    this.operations = new Operations({
      ...{ table: wrap?.(table) ?? table, clock: this.clock, log: silentLog, keepMs: KEEP_MS },
      // A vendor that has ended its work when the answer is lost, unless the test has another.
      ...{ changeOf: this.#changeOf, settleAfterMs: () => 0, ...overrides },
    });
    await this.operations.start();
    return this;
  }

  /** As if the process were killed: nothing is finished, nothing more is written. */
  async kill(): Promise<void> {
    void this.operations?.close();
    await this.store?.close();
  }

  async restart(): Promise<void> {
    await this.kill();
    await this.start();
  }

  async ask({ id, action = 'open', client = 'pos-1', token = 'KZ1', ...asked }: Asked): Promise<Told> {
    const { data = { tag: id }, timeoutMs = 120_000, signal = new AbortController().signal, flow } = asked;
    const request = { client, address: 'shift', action, account: 'almaty', token, data };
    const exchanges: Exchange[] = [];
    const call = { deadline: this.clock.now() + timeoutMs, signal, exchanges, traceparent: undefined, flow };
    try {
      const operations = this.operations ?? this.#notStarted();
      return { data: await operations.run({ ...request, operationId: id, showPersonalData: false }, call) };
    } catch (caught) {
      return { failure: Failure.from(caught).name };
    }
  }

  #notStarted(): never {
    throw new Error('not started');
  }
}

/** Resolves when the condition has become true. */
export async function until(condition: () => boolean): Promise<void> {
  for (let turns = 0; turns < 10_000; turns += 1) {
    if (condition()) return;
    await setImmediate();
  }
  throw new Error('it never became true');
}

/** Lets what needs no clock come to rest. */
export async function rest(): Promise<void> {
  for (let turns = 0; turns < 20; turns += 1) await setImmediate();
}
