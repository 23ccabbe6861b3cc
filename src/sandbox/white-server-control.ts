import { isJsonObject } from '#core/json.ts';
import type { Restaurant, TaskBook, WsError } from './white-server-tasks.ts';

/** What every request is refused with, if so. */
export type Gatekeeper = { refusal: WsError | null };

type Change = (value: unknown, restaurant: Restaurant) => void;

function whole(key: string, value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new Error(`${key} is a whole number`);
}

function errorOrNull(key: string, value: unknown): WsError | null {
  if (value === null || isJsonObject(value)) return value;
  throw new Error(`${key} is an error like {"wsError": {"code": "…"}}, or null`);
}

const CHANGES: Readonly<Record<string, Change>> = {
  online: (value, restaurant) => {
    if (typeof value !== 'boolean') throw new Error('online is true or false');
    restaurant.online = value;
  },
  answer_after_ms: (value, restaurant) => {
    restaurant.answerAfterMs = whole('answer_after_ms', value);
  },
  limit: (value, restaurant) => {
    restaurant.limit = whole('limit', value);
  },
  goods: (value, restaurant) => {
    restaurant.goods = whole('goods', value);
  },
  outcome: (value, restaurant) => {
    restaurant.outcome = errorOrNull('outcome', value);
  },
};

function told(restaurant: Restaurant, book: TaskBook): unknown {
  return {
    object_id: restaurant.objectId,
    online: restaurant.online,
    answer_after_ms: restaurant.answerAfterMs,
    limit: restaurant.limit,
    goods: restaurant.goods,
    outcome: restaurant.outcome,
    tasks: restaurant.given,
    at_work: book.atWork(restaurant),
    most_at_once: restaurant.mostAtOnce,
  };
}

/**
 * `{forget_tasks: true}`, `{refuse: {"wsError": {…}} | null}` (every request), or `{object_id, …}` with any of
 * `online`, `answer_after_ms`, `limit`, `goods`, `outcome` (`{"agentError": {…}}`: what its reports end with).
 * Answers how the restaurants are doing.
 */
export function control(
  change: Readonly<Record<string, unknown>>,
  book: TaskBook,
  gatekeeper: Gatekeeper,
): unknown {
  const { forget_tasks, refuse, object_id, ...changes } = change;
  if (forget_tasks === true) book.forget();
  if (refuse !== undefined) gatekeeper.refusal = errorOrNull('refuse', refuse);
  const chosen = book.restaurants.filter(({ objectId }) => objectId === object_id);
  const needed = Object.keys(changes).length > 0 || object_id !== undefined;
  if (needed && chosen.length === 0) {
    throw new Error(`object_id is one of ${book.restaurants.map(({ objectId }) => objectId).join(', ')}`);
  }
  for (const [key, value] of Object.entries(changes)) {
    const apply = CHANGES[key];
    if (!apply) throw new Error(`${key} is none of ${Object.keys(CHANGES).join(', ')}`);
    for (const restaurant of chosen) apply(value, restaurant);
  }
  return { restaurants: book.restaurants.map((restaurant) => told(restaurant, book)) };
}
