import { type Static, Type } from 'typebox';
import { DateTime, Money, nullable, Text } from './field-schemas.ts';
import { type Complain, type Spellings, WireObject } from './wire.ts';

const CashFlowCategory = Type.Object({
  id: Text,
  code: Text,
  parent_category_id: Text,
  type: nullable(Type.String({ description: 'OPERATIONAL, INVESTMENT or FINANCE' })),
});

const PaymentInfo = Type.Object({
  id: Type.String({ description: "the transaction's id" }),
  date: nullable(DateTime),
  creation_date: nullable(DateTime),
  group: nullable(Type.String({ description: 'CARD, CREDIT, PAYOUT or PAYIN' })),
  account_id: Text,
  counteragent_id: Text,
  payment_type_id: Text,
  type: Text,
  sum: Money,
  comment: Text,
  auth: nullable(Type.Object({ user: Text, card: Text })),
  cause_event_id: Text,
  cashier_id: Text,
  department_id: Text,
  cash_flow_category: nullable(CashFlowCategory),
});

/** A transaction of a shift, and what its acceptance has made of it. */
export const Payment = Type.Object({
  info: PaymentInfo,
  actual_sum: Money,
  original_sum: Money,
  edited_pay_account_id: Text,
  original_pay_account_id: Text,
  pay_agent_id: Text,
  payment_type_id: Text,
  editable_comment: Text,
  status: Text,
});
export type Payment = Static<typeof Payment>;

/** What was paid without cash, put in and taken out in a shift: 004_… "Выгрузка платежей, внесений, изъятий за смену". */
export const Payments = Type.Object({
  session_id: Type.String(),
  operation_day: nullable(Type.String({ description: 'a date, YYYY-MM-DD' })),
  cashless_records: Type.Array(Payment),
  pay_in_records: Type.Array(Payment),
  pay_outs_records: Type.Array(Payment),
});
export type Payments = Static<typeof Payments>;

const PAYMENTS_SPELLINGS = {
  sessionId: [],
  operationDay: [],
  cashlessRecords: [],
  payInRecords: [],
  payOutsRecords: ['payOutRecords'],
} as const satisfies Spellings;

const PAYMENT_SPELLINGS = {
  info: [],
  actualSum: [],
  originalSum: [],
  editedPayAccountId: [],
  originalPayAccountId: [],
  payAgentId: [],
  paymentTypeId: [],
  editableComment: [],
  status: [],
} as const satisfies Spellings;

const INFO_SPELLINGS = {
  id: [],
  date: [],
  creationDate: [],
  group: [],
  accountId: [],
  counteragentId: [],
  paymentTypeId: [],
  type: [],
  sum: [],
  comment: [],
  auth: [],
  causeEventId: ['causeEvenId'],
  cashierId: [],
  departmentId: [],
  cashFlowCategory: [],
} as const satisfies Spellings;

const CATEGORY_SPELLINGS = {
  id: [],
  code: [],
  parentCategoryId: ['parentCategory'],
  type: [],
} as const satisfies Spellings;

const AUTH_SPELLINGS = { user: [], card: [] } as const satisfies Spellings;

function toCategory(category: WireObject<keyof typeof CATEGORY_SPELLINGS>): Static<typeof CashFlowCategory> {
  return category.with({
    id: category.text('id'),
    code: category.text('code'),
    parent_category_id: category.text('parentCategoryId'),
    type: category.text('type'),
  });
}

function toInfo(value: unknown, zone: string, complain: Complain): Static<typeof PaymentInfo> {
  const info = new WireObject(value, INFO_SPELLINGS, complain);
  const auth = info.object('auth', AUTH_SPELLINGS);
  const category = info.object('cashFlowCategory', CATEGORY_SPELLINGS);
  return info.with({
    id: info.required('id', info.text('id')),
    date: info.dateTime('date', zone),
    creation_date: info.dateTime('creationDate', zone),
    group: info.text('group'),
    account_id: info.text('accountId'),
    counteragent_id: info.text('counteragentId'),
    payment_type_id: info.text('paymentTypeId'),
    type: info.text('type'),
    sum: info.money('sum'),
    comment: info.text('comment'),
    auth: auth === null ? null : auth.with({ user: auth.text('user'), card: auth.text('card') }),
    cause_event_id: info.text('causeEventId'),
    cashier_id: info.text('cashierId'),
    department_id: info.text('departmentId'),
    cash_flow_category: category && toCategory(category),
  });
}

function toPayment(value: unknown, zone: string, complain: Complain): Payment {
  const payment = new WireObject(value, PAYMENT_SPELLINGS, complain);
  return payment.with({
    info: toInfo(payment.any('info'), zone, complain),
    actual_sum: payment.money('actualSum'),
    original_sum: payment.money('originalSum'),
    edited_pay_account_id: payment.text('editedPayAccountId'),
    original_pay_account_id: payment.text('originalPayAccountId'),
    pay_agent_id: payment.text('payAgentId'),
    payment_type_id: payment.text('paymentTypeId'),
    editable_comment: payment.text('editableComment'),
    status: payment.text('status'),
  });
}

/** The answer of `cashshifts/payments/list`. Times are read in the account's `zone`. */
export function toPayments(body: unknown, zone: string, complain: Complain): Payments {
  const payments = new WireObject(body, PAYMENTS_SPELLINGS, complain);
  const records = (name: keyof typeof PAYMENTS_SPELLINGS) =>
    payments.list(name).map((record) => toPayment(record, zone, complain));
  return payments.with({
    session_id: payments.required('sessionId', payments.text('sessionId')),
    operation_day: payments.text('operationDay'),
    cashless_records: records('cashlessRecords'),
    pay_in_records: records('payInRecords'),
    pay_outs_records: records('payOutsRecords'),
  });
}
