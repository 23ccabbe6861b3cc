import { Type } from 'typebox';

export const nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

/** A value that is passed as the vendor tells it, so that nothing is required of it. */
export const told = (description: string) => Type.Optional(Type.Unknown({ description }));

/** A decimal as text, in tenge; null where it is not told. */
export const Money = Type.Optional(nullable(Type.String({ pattern: '^-?\\d+\\.\\d{2,}$' })));

/** RFC 3339 in the zone of the account, or a date alone; null where it is not told. */
export const Time = Type.Optional(
  nullable(
    Type.String({
      pattern: '^\\d{4}-\\d{2}-\\d{2}(T\\d{2}:\\d{2}:\\d{2}([+-]\\d{2}:\\d{2}|Z))?$',
    }),
  ),
);

const Line = nullable(Type.Object({ qty: told('number of operations'), amount: Money, cumulative: Money }));

/** Figures by the id of their section. */
export const Sections = Type.Record(
  Type.String(),
  nullable(
    Type.Object({
      name: told('text'),
      sales: Money,
      purchases: Money,
      refunds: Money,
      purchase_refunds: Money,
    }),
  ),
);

/** What the X and the Z report have in common; the vendor may tell more. */
export const FIGURES = {
  count: told('number of all operations'),
  kkm: told('the register and its company, without credentials'),
  sections: Type.Optional(nullable(Sections)),
  operations: told('list of operations, or null'),
  operator_code: told('text'),
  balance_open: Money,
  balance_close: Money,
  balance_close_non_cash: Money,
  total_amount: Money,
  total_cash_received_amount: Money,
  total_change_amount: Money,
  total_discount_amount: Money,
  total_markup_amount: Money,
  total_nds_amount: Money,
};

/** Subtotals by kind of operation. */
export const Total = Type.Object({
  sales: Type.Optional(Line),
  purchases: Type.Optional(Line),
  refunds: Type.Optional(Line),
  purchase_refunds: Type.Optional(Line),
  expenses: Type.Optional(Line),
  incomes: Type.Optional(Line),
});
