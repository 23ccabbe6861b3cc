import { isJsonObject } from '#core/json.ts';
import { sumCounts, sumMoney } from './money.ts';
import type { Counter } from './report.ts';

/**
 * The figures of a counter, in its order. Registers are added up figure by figure; two systems are compared by the
 * same figure: money may differ by the configured tolerance, counts must be equal.
 */
export const FIGURES = {
  sales_count: 'count',
  sales_sum: 'money',
  sales_cash: 'money',
  sales_cashless: 'money',
  sales_other: 'money',
  money_backs_count: 'count',
  money_backs_sum: 'money',
  purchases_count: 'count',
  purchases_sum: 'money',
  purchase_refunds_count: 'count',
  purchase_refunds_sum: 'money',
  deposits_count: 'count',
  deposits_sum: 'money',
  withdraws_count: 'count',
  withdraws_sum: 'money',
  rollbacks_count: 'count',
  rollbacks_sum: 'money',
  cancelations_count: 'count',
  cancelations_sum: 'money',
  corrections_count: 'count',
  corrections_sum: 'money',
} as const satisfies Record<Exclude<keyof Counter, 'currency'>, 'count' | 'money'>;

export type FigureName = keyof typeof FIGURES;

export const FIGURE_NAMES = Object.keys(FIGURES) as readonly FigureName[];

/** A decimal string, a count, or null where it is not told. */
export type Figure = string | number | null;

/** What is read of a counter, which an upstream may tell in a shape of its own. */
export type LooseCounter = Readonly<Record<string, unknown>>;

/**
 * The counters of a report by currency, in order of first appearance; there may be several of one. Whatever does not
 * look like a counter of a currency is none.
 */
export function countersOf(report: unknown): ReadonlyMap<string, readonly LooseCounter[]> {
  const counters = isJsonObject(report) && Array.isArray(report.counters) ? report.counters : [];
  const byCurrency = new Map<string, LooseCounter[]>();
  for (const counter of counters) {
    if (!isJsonObject(counter) || typeof counter.currency !== 'string') continue;
    const known = byCurrency.get(counter.currency);
    if (known) known.push(counter);
    else byCurrency.set(counter.currency, [counter]);
  }
  return byCurrency;
}

/** One figure of all these counters together, exactly; null when one of them does not tell it, or there is none. */
export function sumFigure(name: FigureName, counters: readonly LooseCounter[]): Figure {
  if (counters.length === 0) return null;
  const values = counters.map((counter) => counter[name]);
  return (FIGURES[name] === 'money' ? sumMoney(values) : sumCounts(values)) ?? null;
}
