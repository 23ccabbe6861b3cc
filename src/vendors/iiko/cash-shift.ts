import { type Static, Type } from 'typebox';
import { Count, DateTime, Money, nullable, Text } from './field-schemas.ts';
import { type Complain, type Spellings, WireObject } from './wire.ts';

/** A cash shift in our vocabulary. Keys that nobody documents follow the known ones. */
export const CashShift = Type.Object({
  id: Type.String(),
  session_number: Type.Integer({ description: 'as the front office counts' }),
  fiscal_number: Count,
  cash_reg_number: Type.Integer(),
  cash_reg_serial: nullable(Type.String({ description: 'without its padding; may begin with zeros' })),
  open_date: DateTime,
  close_date: nullable(DateTime),
  accept_date: nullable(DateTime),
  manager_id: Text,
  responsible_user_id: Text,
  session_start_cash: Money,
  pay_orders: Money,
  sum_writeoff_orders: Money,
  sales_cash: Money,
  sales_credit: Money,
  sales_card: Money,
  pay_in: Money,
  pay_out: Money,
  pay_income: Money,
  cash_remain: Money,
  cash_diff: Money,
  session_status: Type.String({
    description: 'OPEN, UNACCEPTED, ACCEPTED, HASWARNINGS; servers may add others',
  }),
  conception_id: Text,
  point_of_sale_id: Type.String(),
});
export type CashShift = Static<typeof CashShift>;

/**
 * A shift, 004_… "Список смен" and "Выгрузка кассовой смены по id": the name that servers write today, and what
 * the tables and examples of the documentation call the same thing.
 */
const SHIFT_SPELLINGS = {
  id: [],
  sessionNumber: [],
  fiscalNumber: [],
  cashRegNumber: [],
  cashRegSerial: [],
  openDate: [],
  closeDate: [],
  acceptDate: [],
  managerId: ['manager'],
  responsibleUserId: ['responsibleUser'],
  sessionStartCash: [],
  payOrders: [],
  sumWriteoffOrders: [],
  salesCash: [],
  salesCredit: ['salesCerdit'],
  salesCard: [],
  payIn: [],
  payOut: [],
  payIncome: [],
  cashRemain: [],
  cashDiff: [],
  sessionStatus: ['sessionStaus'],
  conceptionId: ['conception'],
  pointOfSaleId: ['pointOfSale'],
} as const satisfies Spellings;

/** Whose shift a row is. */
export type Desk = { readonly cashRegister: number; readonly pointOfSale: string | undefined };

export type RowsByRegister = ReadonlyMap<number, readonly unknown[]>;

/**
 * The rows of a list by their cash registers. Nothing else of them is read before {@link toShift}, so that a row of
 * another register that cannot be read does no harm to this one.
 */
export function byCashRegister(rows: readonly unknown[], complain: Complain): RowsByRegister {
  return Map.groupBy(rows, (row) => {
    const shift = new WireObject(row, SHIFT_SPELLINGS, complain);
    return shift.required('cashRegNumber', shift.integer('cashRegNumber'));
  });
}

/** The rows of the desk. */
export function rowsOf(
  { cashRegister, pointOfSale }: Desk,
  rows: RowsByRegister,
  complain: Complain,
): readonly unknown[] {
  const candidates = rows.get(cashRegister) ?? [];
  if (pointOfSale === undefined) return candidates;
  return candidates.filter((row) => {
    const shift = new WireObject(row, SHIFT_SPELLINGS, complain);
    const told = shift.required('pointOfSaleId', shift.text('pointOfSaleId'));
    return told.toLowerCase() === pointOfSale.toLowerCase();
  });
}

/** A row of `cashshifts/list`, or the answer of `cashshifts/byId`. Times are read in the account's `zone`. */
export function toShift(row: unknown, zone: string, complain: Complain): CashShift {
  const shift = new WireObject(row, SHIFT_SPELLINGS, complain);
  const known: CashShift = {
    id: shift.required('id', shift.text('id')),
    session_number: shift.required('sessionNumber', shift.integer('sessionNumber')),
    fiscal_number: shift.integer('fiscalNumber'),
    cash_reg_number: shift.required('cashRegNumber', shift.integer('cashRegNumber')),
    cash_reg_serial: shift.text('cashRegSerial'),
    open_date: shift.required('openDate', shift.dateTime('openDate', zone)),
    close_date: shift.dateTime('closeDate', zone),
    accept_date: shift.dateTime('acceptDate', zone),
    manager_id: shift.text('managerId'),
    responsible_user_id: shift.text('responsibleUserId'),
    session_start_cash: shift.money('sessionStartCash'),
    pay_orders: shift.money('payOrders'),
    sum_writeoff_orders: shift.money('sumWriteoffOrders'),
    sales_cash: shift.money('salesCash'),
    sales_credit: shift.money('salesCredit'),
    sales_card: shift.money('salesCard'),
    pay_in: shift.money('payIn'),
    pay_out: shift.money('payOut'),
    pay_income: shift.money('payIncome'),
    cash_remain: shift.money('cashRemain'),
    cash_diff: shift.money('cashDiff'),
    session_status: shift.required('sessionStatus', shift.text('sessionStatus')),
    conception_id: shift.text('conceptionId'),
    point_of_sale_id: shift.required('pointOfSaleId', shift.text('pointOfSaleId')),
  };
  return shift.with(known);
}
