import { COUNTERAGENTS, LEDGER } from './iiko-accounts.ts';
import { textOf } from './iiko-documents.ts';
import { stableUuid } from './iiko-ids.ts';
import type { SimulatedShift } from './iiko-shifts.ts';

/** How the server spells what its documentation and its answers spell differently. */
export type Spelling = 'documented' | 'live';

/** A transaction of a closed shift that its acceptance has to cover. */
export type Transaction = {
  readonly id: string;
  readonly group: 'CARD' | 'CREDIT' | 'PAYIN' | 'PAYOUT';
  readonly type: string;
  readonly sum: number;
  readonly accountId: string;
  readonly counteragentId: string | null;
  readonly comment: string | null;
};

/** What there is to accept; nothing while the shift is open. */
export function transactionsOf({ row }: SimulatedShift): readonly Transaction[] {
  if (row.closeDate === null) return [];
  const id = (kind: string) => stableUuid(`${row.id} ${kind}`);
  const { cashier, manager } = COUNTERAGENTS;
  const all: Transaction[] = [
    {
      id: id('card'),
      group: 'CARD',
      type: 'CARD',
      sum: row.salesCard,
      accountId: LEDGER.acquiring.id,
      counteragentId: null,
      comment: null,
    },
    {
      id: id('credit'),
      group: 'CREDIT',
      type: 'CREDIT',
      sum: row.salesCredit,
      accountId: LEDGER.guests.id,
      counteragentId: manager.id,
      comment: null,
    },
    {
      id: id('pay in'),
      group: 'PAYIN',
      type: 'PAYIN',
      sum: row.payIn,
      accountId: LEDGER.mainCash.id,
      counteragentId: null,
      comment: 'Размен',
    },
    {
      id: id('pay out'),
      group: 'PAYOUT',
      type: 'PAYOUT',
      sum: row.payOut,
      accountId: LEDGER.suppliers.id,
      counteragentId: manager.id,
      comment: 'Вода',
    },
    {
      id: id('collection'),
      group: 'PAYOUT',
      type: 'PAYCOL',
      sum: -row.payIncome,
      accountId: LEDGER.staff.id,
      counteragentId: cashier.id,
      comment: `Закрытие кассовой смены №${row.sessionNumber}`,
    },
  ];
  return all.filter(({ sum }) => sum > 0);
}

/** One record: the transaction and what the acceptance document made of it. */
function writeRecord(transaction: Transaction, shift: SimulatedShift): Record<string, unknown> {
  const { row, document } = shift;
  const item = document?.items.find(({ transactionId }) => transactionId === transaction.id);
  const accountId = textOf(item?.accountOverrideId) ?? transaction.accountId;
  return {
    info: {
      id: transaction.id,
      date: `${row.openDate.slice(0, 10)}T00:00:00`,
      creationDate: row.closeDate,
      group: transaction.group,
      accountId: transaction.accountId,
      counteragentId: transaction.counteragentId,
      paymentTypeId: transaction.group === 'CARD' ? stableUuid('payment type card') : null,
      type: transaction.type,
      sum: transaction.sum,
      comment: transaction.comment,
      auth: { user: row.responsibleUserId, card: '8888' },
      causeEventId: stableUuid(`${transaction.id} cause`),
      cashierId: row.responsibleUserId,
      departmentId: shift.departmentId,
      ...(transaction.type === 'PAYCOL' ? { cashFlowCategory: CASH_FLOW_CATEGORY } : {}),
    },
    actualSum: item?.sumReal ?? transaction.sum,
    originalSum: transaction.sum,
    editedPayAccountId: accountId,
    originalPayAccountId: transaction.accountId,
    payAgentId: item ? textOf(item.counteragentOverrideId) : transaction.counteragentId,
    paymentTypeId: transaction.group === 'CARD' ? stableUuid('payment type card') : null,
    editableComment: item?.comment ?? null,
    status: textOf(item?.status) ?? 'UNACCEPTED',
  };
}

const CASH_FLOW_CATEGORY = {
  id: stableUuid('cash flow category'),
  code: '1',
  parentCategoryId: null,
  type: 'OPERATIONAL',
} as const;

/** The answer of `payments/list`; the table of the documentation says `payOutRecords`, servers write `payOutsRecords`. */
export function writePayments(shift: SimulatedShift, hideAccepted: boolean, spelling: Spelling): unknown {
  const records = transactionsOf(shift)
    .map((transaction) => ({ group: transaction.group, record: writeRecord(transaction, shift) }))
    .filter(({ record }) => !hideAccepted || record.status !== 'ACCEPTED');
  const ofGroups = (...groups: readonly string[]) =>
    records.filter(({ group }) => groups.includes(group)).map(({ record }) => record);
  return {
    sessionId: shift.row.id,
    operationDay: shift.row.openDate.slice(0, 10),
    cashlessRecords: ofGroups('CARD', 'CREDIT'),
    payInRecords: ofGroups('PAYIN'),
    [spelling === 'live' ? 'payOutsRecords' : 'payOutRecords']: ofGroups('PAYOUT'),
  };
}
