import { emptyCounter, formatTaxNumber, type Report } from '#domain/report.ts';
import type { CommonDevice } from '#domain/vendor.ts';
import type { CashShift } from './cash-shift.ts';

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
