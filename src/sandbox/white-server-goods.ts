import Big from 'big.js';
import { JsonNumber } from '#core/json.ts';

type GoodsGroup = { readonly rid: number; readonly name: string; readonly parent: number | null };

/** What a restaurant keeps, the same in every simulated one. */
export const GOODS_GROUPS: readonly GoodsGroup[] = [
  { rid: 1, name: 'Товары', parent: null },
  { rid: 10, name: 'Бар', parent: 1 },
  { rid: 11, name: 'Кухня', parent: 1 },
  { rid: 12, name: 'Бакалея', parent: 11 },
  { rid: 20, name: 'Хозяйственные товары', parent: null },
];

/** Departments of StoreHouse 5, which act as stores. */
export const STORES: readonly { readonly rid: number; readonly name: string }[] = [
  { rid: 3, name: 'Основной склад' },
  { rid: 4, name: 'Бар' },
  { rid: 5, name: 'Кухня' },
];

/** The one group that StoreHouse 5 puts every department in: 'Подразделения'. */
export const STORE_GROUP = 1;

/** What one unit of the reports' currency is worth in roubles; 0 is a rid like any other. */
const CURRENCIES: ReadonlyMap<number, string> = new Map([
  [0, '1'],
  [1, '100'],
]);

type Good = {
  readonly rid: number;
  readonly name: string;
  readonly unit: { readonly rid: number; readonly name: string };
  readonly group: number;
  readonly mainCategory: number;
  readonly bookeepingCategory: number;
  readonly classifier: number;
  /** Roubles without tax. */
  readonly price: string;
  /** Percent. */
  readonly vat: number;
  /** Null where StoreHouse tells none. */
  readonly reserve: readonly [minimum: string, maximum: string] | null;
};

const KG = { rid: 1, name: 'кг' };
const LITRE = { rid: 2, name: 'л' };
const PIECE = { rid: 3, name: 'шт' };

type Row = readonly [string, Good['unit'], number, string, number, Good['reserve']];

const ROWS: readonly Row[] = [
  ['Молоко 3,2%', LITRE, 10, '75', 10, ['5', '40']],
  ['Сок апельсиновый', LITRE, 10, '112.5', 20, ['10', '60']],
  ['Кофе в зёрнах', KG, 10, '1490.35', 20, ['2.5', '12']],
  ['Говядина', KG, 11, '612.4', 10, ['8', '50']],
  ['Картофель', KG, 11, '38.15', 10, ['20', '200']],
  ['Яйцо С1', PIECE, 11, '9.85', 10, null],
  ['Мука', KG, 12, '50', 10, ['0', '0']],
  ['Сахар', KG, 12, '64.9', 10, ['10', '80']],
  ['Масло оливковое', LITRE, 12, '870.333', 20, ['1.25', '9.75']],
  ['Салфетки', PIECE, 20, '0.42', 20, ['500', '10000']],
];

const GOODS: readonly Good[] = ROWS.map(([name, unit, group, price, vat, reserve], index) => ({
  ...{ rid: 501 + index, name, unit, group, price, vat, reserve },
  mainCategory: group === 20 ? 2 : 1,
  bookeepingCategory: vat,
  classifier: 1 + (index % 3),
}));

/** The goods of the catalogue, then as many copies as `count` needs: a large restaurant. */
export function catalogue(count: number): readonly Good[] {
  return Array.from({ length: count }, (_, index) => {
    const good = GOODS[index % GOODS.length] as Good;
    const copy = Math.floor(index / GOODS.length);
    return copy === 0 ? good : { ...good, rid: 501 + index, name: `${good.name} ${copy + 1}` };
  });
}

export const CATALOGUE_SIZE = GOODS.length;

/** Is `group` the asked one, or inside it? */
export function isInGroup(group: number, asked: number, withNested: boolean): boolean {
  if (group === asked) return true;
  const parent = GOODS_GROUPS.find(({ rid }) => rid === group)?.parent;
  return withNested && parent !== null && parent !== undefined && isInGroup(parent, asked, true);
}

/** Always the same for the same good, store and day; sometimes nothing, sometimes less. Thousandths. */
export function stockOf({ rid }: Good, store: number, day: number): Big {
  const noise = (rid * 7919 + store * 104_729 + day * 1299) % 24_001;
  return noise % 5 === 0 ? new Big(0) : new Big(noise - 3000).div(1000);
}

/** Had the good any operations in this store? */
export function hasMoved({ rid }: Good, store: number): boolean {
  return (rid + store) % 3 !== 0;
}

/** Sum without tax and the tax, as exact JSON numbers; undefined for an unknown currency. */
export function sumsOf(
  { price, vat }: Good,
  quantity: Big,
  currency: number,
): { sumWithoutTax: JsonNumber; sumNds: JsonNumber } | undefined {
  const rate = CURRENCIES.get(currency);
  if (rate === undefined) return undefined;
  const sum = quantity.times(price).div(rate);
  return { sumWithoutTax: exact(sum), sumNds: exact(sum.times(vat).div(100)) };
}

/** A number of which no digit is lost on its way into JSON. */
export function exact(amount: Big): JsonNumber {
  return new JsonNumber(amount.toFixed());
}

export type { Good };
