import { isJsonObject } from '#core/json.ts';
import type { Licence } from './iiko-licence.ts';
import type { Spelling } from './iiko-payments.ts';
import type { ShiftBook } from './iiko-shift-book.ts';
import type { Desk, Sale, SimulatedShift } from './iiko-shifts.ts';

/** What a control may change, and what it only tells. */
export type Controls = {
  readonly licence: Licence;
  readonly book: ShiftBook;
  spelling: Spelling;
  /** The most requests that were ever under way at once: 1 is what the vendor asks for. */
  mostAtOnce: number;
};

type Change = Readonly<Record<string, unknown>>;

const KEYS: readonly string[] = [
  'account',
  'cash_register',
  'expire_tokens',
  'second_open_shift',
  'sell',
  'shift',
  'slots',
  'spelling',
];

function changeServer(change: Change, controls: Controls): void {
  if (change.spelling === 'documented' || change.spelling === 'live') controls.spelling = change.spelling;
  else if (change.spelling !== undefined) throw new Error('spelling is "documented" or "live"');
  if (typeof change.slots === 'number') controls.licence.slots = change.slots;
  else if (change.slots !== undefined) throw new Error('slots is a number');
  if (change.expire_tokens === true) controls.licence.expireAll();
}

function changeDesk(change: Change, desk: Desk, book: ShiftBook): void {
  const open = book.openShiftsOf(desk);
  if (change.shift === 'open' && open.length === 0) book.open(desk);
  if (change.shift === 'closed') for (const shift of open) book.close(shift);
  if (change.second_open_shift === true) book.open(desk);
  if (!isJsonObject(change.sell)) return;
  const [shift] = book.openShiftsOf(desk);
  if (!shift) throw new Error('the shift is closed');
  book.sell(shift, change.sell as Sale);
}

function changeRegister(change: Change, { book }: Controls): readonly SimulatedShift[] {
  const account = typeof change.account === 'string' ? change.account : undefined;
  const desks = book.desks(Number(change.cash_register), account);
  if (desks.length === 0) throw new Error(`no cash register ${String(change.cash_register)}`);
  for (const desk of desks) changeDesk(change, desk, book);
  return desks.flatMap((desk) => book.openShiftsOf(desk));
}

/**
 * `{cash_register, account?, shift?: "open" | "closed", second_open_shift?: true, sell?: {cash?, card?, credit?}}`,
 * `{spelling: "documented" | "live"}`, `{expire_tokens: true}`, `{slots: n}` (of each account). Answers how the
 * server is doing, with the register's open shifts where one was named.
 */
export function control(change: Change, controls: Controls): unknown {
  const unknown = Object.keys(change).filter((key) => !KEYS.includes(key));
  if (unknown.length > 0) throw new Error(`unknown: ${unknown.join(', ')}; there are: ${KEYS.join(', ')}`);
  changeServer(change, controls);
  const open = change.cash_register === undefined ? undefined : changeRegister(change, controls);
  return {
    spelling: controls.spelling,
    slots: controls.licence.slots,
    slots_taken: controls.licence.taken(),
    most_at_once: controls.mostAtOnce,
    accepted: controls.book.accepted,
    ...(open ? { open_shifts: open.map(({ row }) => row) } : {}),
  };
}
