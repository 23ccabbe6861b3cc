import Big from 'big.js';
import { Temporal } from 'temporal-polyfill';
import {
  catalogue,
  exact,
  GOODS_GROUPS,
  type Good,
  hasMoved,
  isInGroup,
  STORE_GROUP,
  STORES,
  stockOf,
  sumsOf,
} from './white-server-goods.ts';
import { type ReportParams, readReportParams } from './white-server-params.ts';

/** A good in a store, or in all that were asked for together. */
type Stock = { readonly good: Good; readonly quantity: Big; readonly store: number };

const COMPARISONS: Readonly<Record<string, (difference: Big) => boolean>> = {
  Less: (difference) => difference.lt(0),
  NotMore: (difference) => difference.lte(0),
  Equal: (difference) => difference.eq(0),
  NotLess: (difference) => difference.gte(0),
  More: (difference) => difference.gt(0),
  NotEqual: (difference) => !difference.eq(0),
};

function storesOf({ store }: ReportParams): readonly number[] {
  const all = STORES.map(({ rid }) => rid);
  if (store.rid !== undefined) return all.filter((rid) => rid === store.rid);
  return store.groupRid === undefined || store.groupRid === STORE_GROUP ? all : [];
}

function isAsked(good: Good, { goodsGroup, category, classify }: ReportParams): boolean {
  const { rid, withNestedGroups } = goodsGroup;
  if (rid !== undefined && !isInGroup(good.group, rid, withNestedGroups)) return false;
  if (category.mainRid !== undefined && category.mainRid !== good.mainCategory) return false;
  if (category.bookeepingRid !== undefined && category.bookeepingRid !== good.bookeepingCategory)
    return false;
  return classify.itemRid === undefined || classify.itemRid === good.classifier;
}

/** The condition on what is left; without one everything fits. */
function fits({ good, quantity }: Stock, { remnants }: ReportParams): boolean {
  const compare = remnants.condition === undefined ? undefined : COMPARISONS[remnants.condition];
  if (!compare) return true;
  const [minimum, maximum] = good.reserve ?? ['0', '0'];
  const bounds: Readonly<Record<string, string>> = { MinimumStock: minimum, MaximumStock: maximum };
  return compare(quantity.minus(bounds[remnants.value ?? 'Zero'] ?? '0'));
}

function stocks(params: ReportParams, size: number): Stock[] {
  const day = Temporal.PlainDate.from(params.date).since('2020-01-01', { largestUnit: 'days' }).days;
  const { groupFor, onlyWithMovementForStore } = params.constraints;
  return catalogue(size)
    .filter((good) => isAsked(good, params))
    .flatMap((good) => {
      const inStores = storesOf(params)
        .filter((store) => !onlyWithMovementForStore || hasMoved(good, store))
        .map((store) => ({ good, store, quantity: stockOf(good, store, day) }));
      if (groupFor === 'ForStores' || inStores.length === 0) return inStores;
      return [
        { good, store: 0, quantity: inStores.reduce((sum, stock) => sum.plus(stock.quantity), Big(0)) },
      ];
    })
    .filter((stock) => fits(stock, params));
}

function toLine({ good, quantity, store }: Stock, { currency, constraints }: ReportParams): unknown {
  const { rid, name, unit, group, reserve } = good;
  const groups: Readonly<Record<string, number>> = { ForStores: store, ForGoodGroups: group };
  return {
    rid,
    goodName: name,
    attributeText: '',
    attributeNumber: '0',
    mUnitsRid: unit.rid,
    mUnitsName: unit.name,
    quantity: exact(quantity),
    ...sumsOf(good, quantity, currency),
    sumNsp: 0,
    minReserve: reserve ? exact(Big(reserve[0])) : null,
    maxReserve: reserve ? exact(Big(reserve[1])) : null,
    groupId: groups[constraints.groupFor] ?? null,
  };
}

/**
 * The balance of a restaurant with `size` goods, 003_… 'Формат асинхронного ответа'. A text is what StoreHouse
 * complains of.
 */
export function billOfBalance(reportParams: unknown, size: number): object | string {
  const params = readReportParams(reportParams);
  if (typeof params === 'string') return params;
  const found = stocks(params, size);
  if (found.some(({ good, quantity }) => !sumsOf(good, quantity, params.currency))) return 'unknown currency';
  const labels = { None: [], ForStores: STORES, ForGoodGroups: GOODS_GROUPS }[params.constraints.groupFor];
  const ids = new Set(
    found.map(({ good, store }) => (params.constraints.groupFor === 'ForStores' ? store : good.group)),
  );
  return {
    groups: labels.filter(({ rid }) => ids.has(rid)).map(({ rid, name }) => ({ name, id: rid })),
    lines: found.map((stock) => toLine(stock, params)),
  };
}
