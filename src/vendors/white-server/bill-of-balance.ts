import { type Static, type TProperties, type TSchema, Type } from 'typebox';

const closed = <P extends TProperties>(properties: P) =>
  Type.Object(properties, { additionalProperties: false });

const Rid = Type.Integer({ description: '0 is a rid like any other' });
const RidOrNull = Type.Union([Type.Integer(), Type.Null()]);
const Flag = Type.Integer({ minimum: 0, maximum: 1, description: '0: no, 1: yes' });

/** `data` of `get_bill_of_balance`: the `reportParams` of 003_… 'Формат запроса'; null is the same as left out. */
export const BillOfBalanceRequest = closed({
  report_date: closed({
    date: Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', description: 'YYYY-MM-DD' }),
  }),
  goods_group: Type.Optional(closed({ rid: Rid, with_nested_groups: Flag })),
  category: Type.Optional(
    closed({ main_rid: Type.Optional(RidOrNull), bookeeping_rid: Type.Optional(RidOrNull) }),
  ),
  classify: Type.Optional(closed({ item_rid: Type.Optional(RidOrNull) })),
  store: Type.Optional(
    Type.Object(
      { rid: Type.Optional(RidOrNull), group_rid: Type.Optional(RidOrNull) },
      { additionalProperties: false, description: 'a store or a group of stores, never both' },
    ),
  ),
  currency: closed({ rid: Rid }),
  constraints: Type.Optional(
    closed({
      group_for: Type.Optional(Type.Enum(['None', 'ForStores', 'ForGoodGroups'])),
      only_with_movement_for_store: Type.Optional(Type.Union([Flag, Type.Null()])),
    }),
  ),
  remnants: Type.Optional(
    closed({
      condition: Type.Optional(Type.Enum(['Less', 'NotMore', 'Equal', 'NotLess', 'More', 'NotEqual'])),
      value: Type.Optional(
        Type.Enum(['Zero', 'MinimumStock', 'MaximumStock'], {
          description: 'accepted without a condition, and then not sent',
        }),
      ),
    }),
  ),
  object_id: Type.Optional(
    Type.Integer({ minimum: 1, description: "the restaurant's licence code; else the account's" }),
  ),
  agent_timeout: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 180,
      description: "how long White Server waits for the restaurant (seconds); else the account's",
    }),
  ),
});
export type BillOfBalanceRequest = Static<typeof BillOfBalanceRequest>;

const orNull = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()]);

const Id = Type.Unknown({ description: "the vendor's number" });
const Text = orNull(Type.String());
const Quantity = orNull(Type.String({ description: "decimal, as precise as the vendor's" }));
const Money = orNull(Type.String({ description: 'decimal, in the currency asked for' }));

/** A row of 003_… 'Формат асинхронного ответа'; null is what White Server does not tell. */
export const BalanceLine = Type.Object({
  rid: Id,
  good_name: Text,
  attribute_text: Text,
  attribute_number: Text,
  m_units_rid: Id,
  m_units_name: Text,
  quantity: Quantity,
  sum_without_tax: Money,
  sum_nds: Money,
  sum_nsp: Money,
  min_reserve: Quantity,
  max_reserve: Quantity,
  group_id: Id,
});
export type BalanceLine = Static<typeof BalanceLine>;

/** The result of `get_bill_of_balance`. StoreHouse 5 groups in its own way: `groups` are labels, no more. */
export const BillOfBalance = Type.Object({
  groups: Type.Array(Type.Object({ name: Text, id: Id })),
  lines: Type.Array(BalanceLine),
});
export type BillOfBalance = Static<typeof BillOfBalance>;
