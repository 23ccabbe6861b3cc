import { type Counter, emptyCounter, formatTaxNumber, type Report } from '#domain/report.ts';
import type { TokenInformation } from '#domain/token-information.ts';
import type { CommonDevice } from '#domain/vendor.ts';
import type { Unreadable } from './fields.ts';
import type { Company, Kkm, Shift, XReport } from './wire.ts';

/** The device's own configuration, as far as a Report needs it. */
export type Kassa24Device = Pick<CommonDevice, 'company_name' | 'tax_number'> & { readonly id_kkm: number };

/** Kassa24 counts in tenge and names no currency. */
const CURRENCY = 'KZT';

/** `IdStatusShift`; an expired shift has another number, which nobody tells, and still gives reports. */
const OPEN = 1;
const CLOSED = 2;

/** `IdStatusKkm` 1 is a register in the middle of its registration. */
const IN_REGISTRATION = 1;

/** 0 and null both mean that no shift is open. */
export function openShiftId({ idShift }: Kkm): number | undefined {
  return idShift === null || idShift === 0 ? undefined : idShift;
}

export function isClosed({ idStatusShift }: Shift): boolean {
  return idStatusShift === CLOSED;
}

export function isOpen({ idStatusShift }: Shift): boolean {
  return idStatusShift === OPEN;
}

/** Open for more than 24 hours ("просрочена"): to be closed before another can be opened. */
export function isExpired({ idStatusShift }: Shift): boolean {
  return idStatusShift !== null && idStatusShift > CLOSED;
}

/** Throws when an answer tells that it is about another register; 0 is a placeholder. */
export function checkRegister(idKkm: number | null, asked: number, unreadable: Unreadable): void {
  if (idKkm === null || idKkm === 0 || idKkm === asked) return;
  throw unreadable('other_register', `ответ о кассе ${idKkm}, а спрошено о кассе ${asked}`);
}

/** The same of a shift. */
export function checkShift(idShift: number | null, asked: number, unreadable: Unreadable): void {
  if (idShift === null || idShift === 0 || idShift === asked) return;
  throw unreadable('other_shift', `ответ о смене ${idShift}, а спрошено о смене ${asked}`);
}

/** The first company that tells any name; a short name of any beats the full name of another. */
function companyName(companies: readonly Company[], device: Kassa24Device): string | null {
  for (const key of ['shortName', 'fullName', 'fio'] as const) {
    const name = companies.find((company) => company[key] !== null)?.[key];
    if (name) return name;
  }
  return device.company_name || null;
}

function taxNumber(companies: readonly Company[], device: Kassa24Device): number | string | null {
  const bin = companies.find((company) => company.bin !== null)?.bin;
  return formatTaxNumber(bin ?? device.tax_number);
}

/** What was read on the way to a report. */
export type ReportSources = {
  readonly kkm?: Kkm;
  readonly shift: Shift;
  /** Without it nothing is known of the figures. */
  readonly x?: XReport;
  readonly device: Kassa24Device;
};

/** The figures of an X or Z report. */
export function toCounters(x: XReport): Counter[] {
  return [
    {
      ...emptyCounter(CURRENCY),
      sales_count: x.sales.qty,
      sales_sum: x.sales.amount,
      money_backs_count: x.refunds.qty,
      money_backs_sum: x.refunds.amount,
      purchases_count: x.purchases.qty,
      purchases_sum: x.purchases.amount,
      purchase_refunds_count: x.purchaseRefunds.qty,
      purchase_refunds_sum: x.purchaseRefunds.amount,
      deposits_count: x.incomes.qty,
      deposits_sum: x.incomes.amount,
      withdraws_count: x.expenses.qty,
      withdraws_sum: x.expenses.amount,
    },
  ];
}

/** Shift information and X report as one Report. */
export function toReport({ kkm, shift, x, device }: ReportSources): Report {
  const companies = [...shift.companies, x?.company, kkm?.company].filter((company) => company !== undefined);
  return {
    cashier: shift.userName,
    close_date: shift.dateClose,
    company_name: companyName(companies, device),
    counters: x ? toCounters(x) : null,
    device_id: device.id_kkm,
    first_sale_number: null,
    last_sale_number: null,
    number: shift.shiftIndex,
    open_date: shift.dateOpen,
    sales_count: x?.sales.qty ?? null,
    tax_number: taxNumber(companies, device),
    uid: null,
  };
}

/** What Kassa24 tells of a register itself. */
export function toTokenInformation(kkm: Kkm, device: Kassa24Device): Partial<TokenInformation> {
  return {
    device_id: device.id_kkm,
    organization: companyName([kkm.company], device),
    unp: taxNumber([kkm.company], device),
    is_registered: kkm.idStatusKkm === null ? null : kkm.idStatusKkm > IN_REGISTRATION,
    name: kkm.name,
  };
}
