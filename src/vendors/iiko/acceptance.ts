import { type Static, Type } from 'typebox';
import type { DataError } from '#core/failure.ts';
import { formatMoney } from '#domain/money.ts';
import type { AcceptanceDocument, AcceptanceItem } from './acceptance-document.ts';
import { AcceptanceStatus, MoneyInput, ShiftId, Uuid } from './field-schemas.ts';
import type { Payment, Payments } from './payments.ts';
import { isShownAs } from './personal-data.ts';

const Override = Type.Object(
  {
    transaction_id: Uuid,
    sum_real: Type.Optional(MoneyInput),
    account_override_id: Type.Optional(Uuid),
    counteragent_override_id: Type.Optional(Uuid),
    status: Type.Optional(AcceptanceStatus),
    comment: Type.Optional(Type.String()),
  },
  { additionalProperties: false },
);
type Override = Static<typeof Override>;

/** What a shift is to be accepted as. */
export const AcceptanceOrder = Type.Object(
  {
    id: ShiftId.properties.id,
    status: AcceptanceStatus,
    comment: Type.Optional(Type.String()),
    account_shortage_id: Uuid,
    counteragent_shortage_id: Uuid,
    account_surplus_id: Uuid,
    counteragent_surplus_id: Uuid,
    items: Type.Optional(
      Type.Array(Override, { description: 'what is to be edited; the rest is accepted as it is' }),
    ),
    preview: Type.Optional(
      Type.Boolean({
        description:
          'answer the document without sending it; iiko makes its draft all the same, by being asked for it',
      }),
    ),
    reaccept: Type.Optional(Type.Boolean({ description: 'accept again a shift that is accepted already' })),
  },
  { additionalProperties: false },
);
export type AcceptanceOrder = Static<typeof AcceptanceOrder>;

/** One item of the document to be sent, and where it comes from. */
export type DraftItem = {
  readonly item: AcceptanceItem;
  /** What the order says of it, and at which place of `items`. */
  readonly override: Override | undefined;
  readonly index: number | undefined;
};

/** A document on its way to be sent: the header, the items and what is wrong with the order so far. */
export type Draft = {
  readonly header: Omit<AcceptanceDocument, 'items'>;
  readonly items: readonly DraftItem[];
  readonly errors: readonly DataError[];
};

/** A transaction of the shift; only the sum of a pay-out may be edited. */
type Transaction = { readonly payment: Payment; readonly isPayOut: boolean };

type Transactions = ReadonlyMap<string, Transaction>;

function keyOf(id: string): string {
  return id.toLowerCase();
}

function transactionsOf({ cashless_records, pay_in_records, pay_outs_records }: Payments): Transactions {
  const all = [
    ...[...cashless_records, ...pay_in_records].map((payment) => ({ payment, isPayOut: false })),
    ...pay_outs_records.map((payment) => ({ payment, isPayOut: true })),
  ];
  return new Map(all.map((transaction) => [keyOf(transaction.payment.info.id), transaction]));
}

/** The document's items and one more for every transaction that has none, numbered on from the last. */
function completeItems(items: readonly AcceptanceItem[], transactions: Transactions): AcceptanceItem[] {
  const covered = new Set(items.map(({ transaction_id }) => keyOf(transaction_id)));
  const missing = [...transactions].filter(([key]) => !covered.has(key));
  const first = Math.max(-1, ...items.map(({ num }) => num)) + 1;
  const added = missing.map(([, { payment, isPayOut }], index): AcceptanceItem => {
    const { id, sum, account_id, counteragent_id } = payment.info;
    return {
      num: first + index,
      transaction_id: id,
      sum_real: isPayOut ? sum : null,
      account_override_id: account_id,
      counteragent_override_id: counteragent_id,
      status: null,
      comment: null,
    };
  });
  return [...items, ...added];
}

function edited(
  item: AcceptanceItem,
  override: Override | undefined,
  order: AcceptanceOrder,
): AcceptanceItem {
  const comment = override?.comment ?? order.comment ?? null;
  const sum = override?.sum_real === undefined ? undefined : formatMoney(override.sum_real);
  return {
    ...item,
    sum_real: sum ?? item.sum_real,
    account_override_id: override?.account_override_id ?? item.account_override_id,
    counteragent_override_id: override?.counteragent_override_id ?? item.counteragent_override_id,
    status: override?.status ?? order.status,
    // What was read masked is said again, and must not replace what the server keeps.
    comment: comment === null || isShownAs(item.comment, comment) ? item.comment : comment,
  };
}

function overrideErrors(
  overrides: readonly Override[],
  items: readonly AcceptanceItem[],
  transactions: Transactions,
): DataError[] {
  const known = new Set(items.map(({ transaction_id }) => keyOf(transaction_id)));
  return overrides.flatMap(({ transaction_id, sum_real }, index): DataError[] => {
    const key = keyOf(transaction_id);
    const path = `/items/${index}`;
    if (!known.has(key)) return [{ path: `${path}/transaction_id`, message: 'в смене нет такой проводки' }];
    const errors: DataError[] = [];
    if (overrides.findIndex((other) => keyOf(other.transaction_id) === key) < index) {
      errors.push({ path: `${path}/transaction_id`, message: 'эта проводка уже указана' });
    }
    if (sum_real !== undefined && !transactions.get(key)?.isPayOut) {
      errors.push({ path: `${path}/sum_real`, message: 'сумма меняется только у изъятий' });
    }
    return errors;
  });
}

/**
 * The document that accepts the shift as ordered, 004_… "Примерный алгоритм принятия кассовой смены", steps 4 and
 * 5: every transaction is covered, and what the document holds already stays where the order does not say otherwise.
 */
export function draftAcceptance(
  document: AcceptanceDocument,
  payments: Payments,
  order: AcceptanceOrder,
): Draft {
  const { items: present, ...header } = document;
  const overrides = order.items ?? [];
  const transactions = transactionsOf(payments);
  const items = completeItems(present, transactions);
  return {
    header: {
      ...header,
      account_shortage_id: order.account_shortage_id,
      counteragent_shortage_id: order.counteragent_shortage_id,
      account_surplus_id: order.account_surplus_id,
      counteragent_surplus_id: order.counteragent_surplus_id,
    },
    items: items.map((item) => {
      const index = overrides.findIndex(
        ({ transaction_id }) => keyOf(transaction_id) === keyOf(item.transaction_id),
      );
      const override = overrides[index];
      return { item: edited(item, override, order), override, index: override && index };
    }),
    errors: overrideErrors(overrides, items, transactions),
  };
}
