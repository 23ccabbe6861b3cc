import Big from 'big.js';
import type { Clock } from '#core/clock.ts';
import { isJsonObject } from '#core/json.ts';
import {
  counterOf,
  deviceRefusal,
  minskTime,
  newUid,
  type Register,
  type Shift,
  TsrvRefusal,
} from './tsrv-registers.ts';

/** The register's open shift of less than 24 hours. */
function sellingShift({ shift }: Register, clock: Clock): Shift {
  if (!shift.isOpen) throw deviceRefusal('AVQFR_SHIFT_IS_CLOSED');
  if (clock.now() >= shift.expires) throw deviceRefusal('AVQFR_SHIFT_IS_PENDING');
  return shift;
}

function invalid(what: string): TsrvRefusal {
  return new TsrvRefusal('TSRV_INVALID_DATA', `invalid data: ${what}`);
}

function record(value: unknown, what: string): Record<string, unknown> {
  if (!isJsonObject(value)) throw invalid(what);
  return value;
}

function list(value: unknown, what: string): unknown[] {
  if (!Array.isArray(value)) throw invalid(what);
  return value;
}

/** A Sum: a decimal string. */
function sum(value: unknown, what: string): Big {
  if (typeof value !== 'string' || !/^-?\d+(\.\d+)?$/.test(value)) throw invalid(what);
  return new Big(value);
}

const optionalSum = (value: unknown, what: string) => (value === undefined ? new Big(0) : sum(value, what));

const text = (value: Big) => value.toFixed(2);

type Payments = { readonly cash: Big; readonly cashless: Big; readonly other: Big };

function readPayments(value: unknown): Payments {
  const payments = { cash: new Big(0), cashless: new Big(0), other: new Big(0) };
  for (const payment of list(value, 'payments')) {
    const { payment_type, value: paid } = record(payment, 'payment');
    const type = payment_type === 'cash' || payment_type === 'cashless' ? payment_type : 'other';
    payments[type] = payments[type].plus(sum(paid, 'payment value'));
  }
  return payments;
}

/** What is wrong with the payments (tsrv, "Валидация оплаты"), in an order in which each rule can be met. */
function paymentRefusal(due: Big, { cash, cashless, other }: Payments): string | undefined {
  const withoutCash = cashless.plus(other);
  if (cash.plus(withoutCash).lt(due)) return 'TIN_NOT_ENOUGH_MONEY';
  if (cash.lt(0)) return 'TIN_NEGATIVE_CHANGE';
  if (withoutCash.gt(due)) return 'TIN_CASHLESS_OVERFLOW';
  return withoutCash.eq(due) && !cash.eq(0) ? 'TIN_CASH_OVERFLOW' : undefined;
}

function toItem(value: unknown): { readonly amount: Big; readonly discount: Big; readonly answer: unknown } {
  const { code, name, price, quantity, discount, markup } = record(value, 'item');
  const raw = sum(price, 'price').times(sum(quantity, 'quantity'));
  const off = optionalSum(discount, 'discount');
  const amount = raw.minus(off).plus(optionalSum(markup, 'markup'));
  return {
    amount,
    discount: off,
    answer: { code, discount: text(off), name, price, quantity, raw_sum: text(raw), sum: text(amount) },
  };
}

function documentHeader(register: Register, clock: Clock, type: string, header: Record<string, unknown>) {
  const number = register.nextDocument;
  register.nextDocument += 1;
  return {
    device: { device_id: String(register.deviceId), serial_number: register.serial },
    header: {
      cashier: header.cashier ?? null,
      company_name: register.companyName,
      company_unp: String(register.taxNumber),
      created: minskTime(clock.now()),
      currency: String(header.currency),
      document_number: number,
      document_type_name: type,
      shift_number: register.shift.number,
      uid: newUid(register),
    },
  };
}

function count(shift: Shift, currency: string, kind: string, amount: Big): void {
  const { counts, sums } = counterOf(shift, currency);
  counts.set(kind, (counts.get(kind) ?? 0) + 1);
  sums.set(kind, (sums.get(kind) ?? new Big(0)).plus(amount));
}

/** `create_sale`, data `{sale: {header: {cashier, currency}, items, payments}}`; answers a FiscalResponse. */
export function createSale(register: Register, clock: Clock, data: unknown): unknown {
  const shift = sellingShift(register, clock);
  const sale = record(record(data, 'data').sale, 'sale');
  const header = record(sale.header, 'header');
  const items = list(sale.items, 'items').map(toItem);
  const payments = readPayments(sale.payments);
  const due = items.reduce((all, { amount }) => all.plus(amount), new Big(0)).round(2);
  const refusal = paymentRefusal(due, payments);
  if (refusal) throw new TsrvRefusal(refusal, `the payments do not fit: ${text(due)} is due`);

  const document = documentHeader(register, clock, 'Продажа', header);
  const { currency, document_number: number } = document.header;
  const change = payments.cash.plus(payments.cashless).plus(payments.other).minus(due);
  shift.cashier = typeof header.cashier === 'string' ? header.cashier : shift.cashier;
  shift.salesCount += 1;
  shift.firstSale ||= number;
  shift.lastSale = number;
  count(shift, currency, 'sales', due);
  const { sums } = counterOf(shift, currency);
  for (const [key, paid] of Object.entries({ ...payments, cash: payments.cash.minus(change) })) {
    sums.set(`sales_${key}`, (sums.get(`sales_${key}`) ?? new Big(0)).plus(paid));
  }
  moveDrawer(register, currency, payments.cash.minus(change));
  const discount = items.reduce((all, item) => all.plus(item.discount), new Big(0));
  return {
    ...document,
    items: items.map(({ answer }) => answer),
    totals: {
      cash: text(payments.cash),
      cashless: text(payments.cashless),
      change: text(change),
      discount: text(discount),
      other: text(payments.other),
      sum: text(due),
    },
  };
}

function moveDrawer({ cash }: Register, currency: string, amount: Big): void {
  cash.set(currency, (cash.get(currency) ?? new Big(0)).plus(amount));
}

/** `create_deposit` and `create_withdraw`, data `{sum, header: {cashier, currency}}`. */
export function moveCash(
  register: Register,
  clock: Clock,
  data: unknown,
  kind: 'deposits' | 'withdraws',
): unknown {
  const shift = sellingShift(register, clock);
  const { sum: value, header } = record(data, 'data');
  const fields = record(header, 'header');
  const amount = sum(value, 'sum');
  if (amount.lte(0)) throw deviceRefusal('AVQFR_RECEIPT_NEGATIVE_VALUE');
  const inDrawer = register.cash.get(String(fields.currency)) ?? new Big(0);
  if (kind === 'withdraws' && amount.gt(inDrawer)) throw deviceRefusal('AVQFR_NEGATIVE_SHIFT_BALANCE');
  const document = documentHeader(register, clock, kind === 'deposits' ? 'Внесение' : 'Изъятие', fields);
  count(shift, document.header.currency, kind, amount);
  moveDrawer(register, document.header.currency, kind === 'deposits' ? amount : amount.times(-1));
  return { ...document, sum: text(amount) };
}
