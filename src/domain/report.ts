import { type Static, Type } from 'typebox';

const nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

/** A decimal as text with at least two digits after the point, in the unit the vendor means; null where it is not told. */
const Money = nullable(Type.String({ pattern: '^-?\\d+\\.\\d{2,}$' }));
const Count = nullable(Type.Integer());

/** The figures of one currency; null is "not told", never 0. */
export const Counter = Type.Object(
  {
    currency: Type.String(),
    sales_count: Count,
    sales_sum: Money,
    sales_cash: Money,
    sales_cashless: Money,
    sales_other: Money,
    money_backs_count: Count,
    money_backs_sum: Money,
    purchases_count: Count,
    purchases_sum: Money,
    purchase_refunds_count: Count,
    purchase_refunds_sum: Money,
    deposits_count: Count,
    deposits_sum: Money,
    withdraws_count: Count,
    withdraws_sum: Money,
    rollbacks_count: Count,
    rollbacks_sum: Money,
    cancelations_count: Count,
    cancelations_sum: Money,
    corrections_count: Count,
    corrections_sum: Money,
  },
  { additionalProperties: false },
);
export type Counter = Static<typeof Counter>;

const DateTime = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}([+-]\\d{2}:\\d{2}|Z)$' });

/** The figures of a shift, open (X) or just closed (Z): the twelve keys of iKassa's Report, in its order. */
export const Report = Type.Object(
  {
    cashier: nullable(Type.String()),
    close_date: nullable(DateTime),
    company_name: nullable(Type.String()),
    counters: nullable(Type.Array(Counter)),
    device_id: nullable(Type.Integer()),
    first_sale_number: nullable(Type.Integer()),
    last_sale_number: nullable(Type.Integer()),
    number: nullable(Type.Integer()),
    open_date: nullable(DateTime),
    sales_count: nullable(Type.Integer()),
    tax_number: nullable(Type.Union([Type.Integer(), Type.String()])),
    uid: nullable(Type.String()),
  },
  { additionalProperties: false },
);
export type Report = Static<typeof Report>;

/** A counter of which nothing is known yet but its currency. */
export function emptyCounter(currency: string): Counter {
  return {
    currency,
    sales_count: null,
    sales_sum: null,
    sales_cash: null,
    sales_cashless: null,
    sales_other: null,
    money_backs_count: null,
    money_backs_sum: null,
    purchases_count: null,
    purchases_sum: null,
    purchase_refunds_count: null,
    purchase_refunds_sum: null,
    deposits_count: null,
    deposits_sum: null,
    withdraws_count: null,
    withdraws_sum: null,
    rollbacks_count: null,
    rollbacks_sum: null,
    cancelations_count: null,
    cancelations_sum: null,
    corrections_count: null,
    corrections_sum: null,
  };
}

/** A tax number as a report carries it: a number, but text when it begins with 0; null when it is told by nobody. */
export function formatTaxNumber(digits: string | number | null | undefined): number | string | null {
  const text = String(digits ?? '').trim();
  if (text === '') return null;
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : text;
}
