import Big from 'big.js';
import { isJsonObject } from '#core/json.ts';
import { refusal } from './kassa24-answers.ts';
import { type Kassa24State, type Kkm, SECTIONS, type SectionKind, type Shift } from './kassa24-state.ts';
import type { SimulatedResponse } from './simulator.ts';

/** What an operation with a Uid comes to: an answer's `Data`, or a refusal. */
export type Outcome = { readonly data: unknown } | { readonly refused: SimulatedResponse };

type Position = {
  readonly idSection: number;
  readonly amount: Big;
  readonly discount: Big;
  readonly markup: Big;
};

type Receipt = {
  readonly total: Big;
  readonly cash: Big;
  /** Cards and mobile payments together. */
  readonly nonCash: Big;
  readonly positions: readonly Position[];
};

/** What is wrong with a receipt, in the server's own words. */
class WrongReceipt extends Error {}

function attempt(run: () => unknown): Outcome {
  try {
    return { data: run() };
  } catch (error) {
    if (error instanceof WrongReceipt) return { refused: refusal(400, error.message) };
    throw error;
  }
}

function amountOf(body: Readonly<Record<string, unknown>>, name: string): Big {
  const text = String(body[name] ?? 0);
  if (!/^-?\d+(\.\d+)?$/.test(text)) throw new WrongReceipt(`Поле ${name} не должно быть пустым`);
  const amount = new Big(text);
  if (amount.lt(0)) throw new WrongReceipt(`поле ${name} должно быть положительным`);
  return amount;
}

function moneyOf(body: Readonly<Record<string, unknown>>, name: string): Big {
  const amount = amountOf(body, name);
  if (!amount.round(2).eq(amount)) {
    throw new WrongReceipt(`Поле ${name} не должно иметь более двух десятичных знаков`);
  }
  return amount;
}

function toPosition(item: unknown): Position[] {
  if (!isJsonObject(item)) throw new WrongReceipt('Поле Positions не должно быть пустым');
  if (item.Storno === true) return [];
  const [discount, markup] = [moneyOf(item, 'Discount'), moneyOf(item, 'Markup')];
  const quantity = item.Qty === undefined ? new Big(1) : amountOf(item, 'Qty');
  const amount = moneyOf(item, 'Price').plus(markup).minus(discount).times(quantity);
  return [{ idSection: Number(item.IdSection ?? SECTIONS[0]?.id), amount, discount, markup }];
}

function readReceipt(body: unknown): Receipt {
  if (!isJsonObject(body)) throw new WrongReceipt('Тело запроса не разобрано');
  if (body.IdDomain === undefined) throw new WrongReceipt('Поле IdDomain не должно быть пустым');
  if (!Array.isArray(body.Positions)) throw new WrongReceipt('Поле Positions не должно быть пустым');
  const positions = body.Positions.flatMap(toPosition);
  const total = moneyOf(body, 'Total');
  const cash = moneyOf(body, 'Cash');
  const nonCash = moneyOf(body, 'NonCash').plus(moneyOf(body, 'Mobile'));
  const sum = positions.reduce((all, { amount }) => all.plus(amount), new Big(0));
  if (!sum.round(2).eq(total)) throw new WrongReceipt('Сумма ИТОГО не верна');
  if (nonCash.gt(total)) {
    throw new WrongReceipt('Сумма безналичной оплаты не может быть больше стоимости товара');
  }
  if (cash.plus(nonCash).lt(total)) throw new WrongReceipt('Сумма оплаты меньше стоимости товара');
  return { total, cash, nonCash, positions };
}

/** VAT is contained in the price; six decimals, the rest cut off. */
function vatOf({ idSection, amount }: Position): Big {
  const percent = SECTIONS.find(({ id }) => id === idSection)?.vatPercent ?? 0;
  return amount
    .times(percent)
    .div(100 + percent)
    .round(6, Big.roundDown);
}

/** Which way the money goes: into the drawer or out of it. */
const DIRECTION: Readonly<Record<SectionKind, 1 | -1>> = {
  Sales: 1,
  PurchaseRefunds: 1,
  Refunds: -1,
  Purchases: -1,
};

function count(shift: Shift, kind: keyof Shift['counts'], amount: Big): void {
  shift.counts[kind] += 1;
  shift.sums[kind] = shift.sums[kind].plus(amount);
  shift.kkm.cumulative[kind] = shift.kkm.cumulative[kind].plus(amount);
}

function enter(shift: Shift, kind: SectionKind, { total, cash, nonCash, positions }: Receipt): void {
  const direction = DIRECTION[kind];
  count(shift, kind, total);
  shift.kkm.cash = shift.kkm.cash.plus(total.minus(nonCash).times(direction));
  shift.nonCash = shift.nonCash.plus(nonCash.times(direction));
  shift.received = shift.received.plus(cash);
  shift.change = shift.change.plus(cash.plus(nonCash).minus(total));
  for (const position of positions) {
    const section = shift.sections.get(position.idSection);
    if (section) section[kind] = section[kind].plus(position.amount);
    shift.discount = shift.discount.plus(position.discount);
    shift.markup = shift.markup.plus(position.markup);
    shift.vat = shift.vat.plus(vatOf(position).times(direction));
  }
}

function documentAnswer(state: Kassa24State, kkm: Kkm): unknown {
  const number = state.nextDocument;
  state.nextDocument += 1;
  return {
    IdDocument: number,
    FiscalNumber: 1_000_000_000 + number,
    AutonomousNumber: 0,
    Location: `https://consumer.example.test/?i=${number}&f=${kkm.id}`,
  };
}

function refuseEmptyDrawer(kkm: Kkm, amount: Big): void {
  if (amount.gt(kkm.cash)) throw new WrongReceipt('Сумма операции превышает баланс кассы');
}

/** A sale, a purchase or the return of one. */
export function addReceipt(state: Kassa24State, shift: Shift, kind: SectionKind, body: unknown): Outcome {
  return attempt(() => {
    const receipt = readReceipt(body);
    if (DIRECTION[kind] === -1) refuseEmptyDrawer(shift.kkm, receipt.total.minus(receipt.nonCash));
    enter(shift, kind, receipt);
    return documentAnswer(state, shift.kkm);
  });
}

/** Money put into the drawer (`Incomes`) or taken out of it (`Expenses`), body `{Amount}`. */
export function moveCash(
  state: Kassa24State,
  shift: Shift,
  kind: 'Incomes' | 'Expenses',
  body: unknown,
): Outcome {
  return attempt(() => {
    const amount = moneyOf(isJsonObject(body) ? body : {}, 'Amount');
    if (amount.eq(0)) throw new WrongReceipt('Поле Amount не должно быть пустым');
    if (kind === 'Expenses') refuseEmptyDrawer(shift.kkm, amount);
    count(shift, kind, amount);
    shift.kkm.cash = kind === 'Incomes' ? shift.kkm.cash.plus(amount) : shift.kkm.cash.minus(amount);
    return documentAnswer(state, shift.kkm);
  });
}
