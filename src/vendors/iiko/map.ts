import { emptyCounter, formatTaxNumber, type Report } from '#domain/report.ts';
import type { CommonDevice } from '#domain/vendor.ts';
import { type Complain, SHIFT_SPELLINGS, WireObject } from './wire.ts';

/** A cash shift in our vocabulary. Keys that nobody documents follow the known ones. */
export type CashShift = {
  readonly id: string;
  readonly session_number: number;
  readonly fiscal_number: number | null;
  readonly cash_reg_number: number;
  /** Without the blanks it is padded with; may begin with zeros. */
  readonly cash_reg_serial: string | null;
  readonly open_date: string;
  readonly close_date: string | null;
  readonly accept_date: string | null;
  readonly manager_id: string | null;
  readonly responsible_user_id: string | null;
  readonly session_start_cash: string | null;
  readonly pay_orders: string | null;
  readonly sum_writeoff_orders: string | null;
  readonly sales_cash: string | null;
  readonly sales_credit: string | null;
  readonly sales_card: string | null;
  readonly pay_in: string | null;
  readonly pay_out: string | null;
  readonly pay_income: string | null;
  readonly cash_remain: string | null;
  readonly cash_diff: string | null;
  readonly session_status: string;
  readonly conception_id: string | null;
  readonly point_of_sale_id: string;
};

/** Whose shift a row is. */
export type Desk = { readonly cashRegister: number; readonly pointOfSale: string | undefined };

/**
 * Does the row belong to the desk? Asked before {@link toShift}, so that a row of another register that cannot be
 * read does no harm to this one.
 */
export function isShiftOf(desk: Desk, row: unknown, complain: Complain): boolean {
  const shift = new WireObject(row, SHIFT_SPELLINGS, complain);
  if (shift.required('cashRegNumber', shift.integer('cashRegNumber')) !== desk.cashRegister) return false;
  if (desk.pointOfSale === undefined) return true;
  const pointOfSale = shift.required('pointOfSaleId', shift.text('pointOfSaleId'));
  return pointOfSale.toLowerCase() === desk.pointOfSale.toLowerCase();
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
  return { ...known, ...shift.others(), ...known };
}

/** The figures of a shift. iiko names the cashier by an id only, and counts nothing but sums. */
export function toReport(shift: CashShift, device: CommonDevice, currency: string): Report {
  return {
    cashier: null,
    close_date: shift.close_date,
    company_name: device.company_name || null,
    counters: [
      {
        ...emptyCounter(currency),
        sales_sum: shift.pay_orders,
        sales_cash: shift.sales_cash,
        sales_cashless: shift.sales_card,
        sales_other: shift.sales_credit,
        deposits_sum: shift.pay_in,
        withdraws_sum: shift.pay_out,
      },
    ],
    device_id: shift.cash_reg_number,
    first_sale_number: null,
    last_sale_number: null,
    number: shift.session_number,
    open_date: shift.open_date,
    sales_count: null,
    tax_number: formatTaxNumber(device.tax_number),
    uid: shift.id,
  };
}
