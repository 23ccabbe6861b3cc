import { createHash } from 'node:crypto';
import type { Clock } from '#core/clock.ts';
import type { SimulatorSeed } from './simulator.ts';
import { CATALOGUE_SIZE } from './white-server-goods.ts';

/** `error` of an answer. */
export type WsError = Readonly<Record<string, unknown>>;

/** One restaurant and its agent. */
export type Restaurant = {
  readonly account: string;
  readonly objectId: number;
  online: boolean;
  /** How long its agent takes for a report (milliseconds). */
  answerAfterMs: number;
  /** How many tasks may be at work at once. */
  limit: number;
  /** How many goods it has. */
  goods: number;
  /** What its reports fail with; null: they do not. */
  outcome: WsError | null;
  /** The most tasks that were ever at work at once. */
  mostAtOnce: number;
  /** How many tasks were ever given to it. */
  given: number;
};

export type SimulatedTask = {
  readonly guid: string;
  readonly taskType: string;
  readonly restaurant: Restaurant;
  readonly reportParams: unknown;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly timeoutMs: number;
  /** Null when the agent was offline. */
  readonly readyAt: number | null;
  asked: boolean;
};

/** An aggregator that no configured account names its restaurant for has this one. */
const DEFAULT_OBJECT_ID = 199_990_001;

/** Nobody documents for how long answers are kept. */
const KEPT_MS = 3_600_000;

const ANSWER_AFTER_MS = 3000;
const LIMIT = 4;

/** The state of White Server: restaurants of the configuration, and the tasks that were given to them. */
export class TaskBook {
  readonly restaurants: readonly Restaurant[];
  readonly #clock: Clock;
  readonly #tasks = new Map<string, SimulatedTask>();
  #count = 0;

  constructor(seed: SimulatorSeed, clock: Clock) {
    this.#clock = clock;
    this.restaurants = seed.accounts.flatMap(({ name, config }) => {
      const objectId = Number(config.object_id ?? DEFAULT_OBJECT_ID);
      // The second has an agent that is switched off.
      return [true, false].map((online, index) => ({
        ...{ account: name, objectId: objectId + index, online, outcome: null, mostAtOnce: 0, given: 0 },
        ...{ answerAfterMs: ANSWER_AFTER_MS, limit: LIMIT, goods: CATALOGUE_SIZE },
      }));
    });
  }

  find(account: string, objectId: unknown): Restaurant | undefined {
    return this.restaurants.find((one) => one.account === account && one.objectId === objectId);
  }

  /** Undefined when the restaurant has enough to do. */
  begin(
    restaurant: Restaurant,
    taskType: string,
    reportParams: unknown,
    timeoutMs: number,
  ): SimulatedTask | undefined {
    const now = this.#clock.now();
    const atWork = this.atWork(restaurant);
    if (atWork >= restaurant.limit) return undefined;
    restaurant.mostAtOnce = Math.max(restaurant.mostAtOnce, atWork + 1);
    restaurant.given += 1;
    this.#forgetOld();
    this.#count += 1;
    const hash = createHash('sha256').update(`white-server task ${this.#count}`).digest('hex');
    const guid = `${hash.slice(0, 8)}-${hash.slice(8, 12)}-4${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
    const readyAt = restaurant.online ? now + restaurant.answerAfterMs : null;
    const task = {
      guid,
      taskType,
      restaurant,
      reportParams,
      createdAt: now,
      timeoutMs,
      readyAt,
      asked: false,
    };
    this.#tasks.set(guid, task);
    return task;
  }

  /** The task of an aggregator; its answer is kept for an hour. */
  read(account: string, guid: unknown): SimulatedTask | undefined {
    const task = typeof guid === 'string' ? this.#tasks.get(guid.toLowerCase()) : undefined;
    if (task?.restaurant.account !== account) return undefined;
    return this.#clock.now() - task.createdAt < KEPT_MS ? task : undefined;
  }

  stateOf({ createdAt, readyAt, timeoutMs }: SimulatedTask): 'awaiting' | 'ready' | 'timed out' {
    const now = this.#clock.now();
    if (readyAt !== null && readyAt <= createdAt + timeoutMs) return now >= readyAt ? 'ready' : 'awaiting';
    return now >= createdAt + timeoutMs ? 'timed out' : 'awaiting';
  }

  atWork(restaurant: Restaurant): number {
    return [...this.#tasks.values()].filter(
      (task) => task.restaurant === restaurant && this.stateOf(task) === 'awaiting',
    ).length;
  }

  /** All answers are gone. */
  forget(): void {
    this.#tasks.clear();
  }

  /** The oldest come first. */
  #forgetOld(): void {
    for (const [guid, { createdAt }] of this.#tasks) {
      if (this.#clock.now() - createdAt < KEPT_MS) return;
      this.#tasks.delete(guid);
    }
  }
}
