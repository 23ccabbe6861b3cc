import type Big from 'big.js';
import { JsonNumber } from '#core/json.ts';
import {
  type Cashier,
  type Kassa24State,
  type Kkm,
  OPERATION_KINDS,
  SECTION_KINDS,
  SECTIONS,
  type Shift,
} from './kassa24-state.ts';
import type { SimulatedResponse } from './simulator.ts';

const DAY_MS = 24 * 3_600_000;

/** Go's zero time: "not set". */
const ZERO_DATE = '0001-01-01T00:00:00Z';

/** Money goes out as a bare JSON number with the digits of the decimal, as in `100.00`. */
function money(amount: Big): JsonNumber {
  return new JsonNumber(amount.toFixed(2));
}

/** RFC 3339 with seven digits of a second, as the server's clock has them. */
export function date(epochMs: number | undefined): string {
  return epochMs === undefined ? ZERO_DATE : new Date(epochMs).toISOString().replace('Z', '4564Z');
}

export function success(data: unknown, uid?: string, message = 'OK'): SimulatedResponse {
  const headers = uid === undefined ? {} : { headers: { Uid: uid } };
  return { status: 200, ...headers, body: { Status: 200, Message: message, Data: data } };
}

export function refusal(status: number, message: string): SimulatedResponse {
  return { status, body: { Status: status, Message: message } };
}

/** The document's own texts. */
export const REFUSALS = {
  noAccess: refusal(403, 'Forbidden: Доступ к указанному ресурсу закрыт.'),
  alreadyOpen: refusal(403, 'Forbidden: на данной ККМ уже открыта смена'),
  blocked: refusal(403, 'Forbidden: касса заблокирована'),
  wrongShift: refusal(403, 'Указан неверный идентификатор смены'),
  cashierBusy: refusal(424, 'Forbidden: за данным пользователем уже числится открытая смена'),
  closed: refusal(410, 'Данная смена уже закрыта'),
  /** Autonomous operations of a register follow each other in time. */
  outOfOrder: refusal(400, 'Нарушена очередность операций'),
  /** The document tells of the state, but not how a sale in it is refused. */
  expired: refusal(403, 'Forbidden: смена просрочена'),
} as const;

/** 1 open, 2 closed; for "просрочена" the document has no number, so the next one. */
export function shiftStatus(shift: Shift, now: number): { readonly Id: number; readonly Name: string } {
  if (shift.dateClose !== undefined) return { Id: 2, Name: 'closed' };
  return now - shift.dateOpen >= DAY_MS ? { Id: 3, Name: 'expired' } : { Id: 1, Name: 'open' };
}

function companyAnswer(kkm: Kkm): unknown {
  return {
    Id: kkm.idCompany,
    Bin: kkm.bin,
    ShortName: kkm.companyName,
    FullName: `Товарищество с ограниченной ответственностью ${kkm.companyName}`,
    Fio: '',
    Nds: '',
    Ownership: { Id: 1, Name: 'ТОО' },
  };
}

/** `Data.Kkm` of `GET /kkms/:IdKkm`, also nested in shifts and reports. */
export function kkmAnswer(kkm: Kkm): unknown {
  const open = kkm.shift !== undefined && kkm.shift.dateClose === undefined;
  return {
    Id: kkm.id,
    IdCompany: kkm.idCompany,
    Name: `Касса ${kkm.id}`,
    Rnm: String(600_000_000_000 + kkm.id),
    Znm: `SWK${kkm.id}`,
    IdStatusKkm: kkm.blocked ? 3 : 2,
    StatusKKM: kkm.blocked ? { Id: 3, Name: 'Заблокирована' } : { Id: 2, Name: 'Готова' },
    Lock: kkm.blocked,
    IsActive: true,
    Company: companyAnswer(kkm),
    Address: { Id: 1, Street: 'Абая', House: '1', Flat: '', Town: { Id: 1, Name: 'Алматы' } },
    TokenCPCR: 4_000_000_000 + kkm.id,
    OfflineQueue: 0,
    ShiftIndex: kkm.shiftIndex - 1,
    IdShift: open || kkm.staleIdShift ? (kkm.shift?.id ?? 0) : 0,
    Autorenew: false,
    OfdCode: 0,
  };
}

export function userAnswer(cashier: Cashier): unknown {
  const { id, login, name, idShift } = cashier;
  return { Id: id, IdShift: idShift, Lock: idShift !== 0, Name: name, PhoneLogin: login };
}

/** `Data` of `GET /shifts/:IdShift`, which spells `KKM` with capitals. */
export function shiftAnswer(state: Kassa24State, shift: Shift): unknown {
  const { kkm } = shift;
  const status = shiftStatus(shift, state.clock.now());
  const user = [...state.cashiers.values()].find(({ id }) => id === shift.idUser);
  return {
    BalanceClose: shift.balanceClose ? money(shift.balanceClose) : 0,
    BalanceCloseNonCash: shift.balanceClose ? money(shift.nonCash) : 0,
    BalanceOpen: money(shift.balanceOpen),
    Company: companyAnswer(kkm),
    DateClose: date(shift.dateClose),
    DateOpen: date(shift.dateOpen),
    Id: shift.id,
    IdCompany: kkm.idCompany,
    IdKkm: kkm.id,
    IdStatusShift: status.Id,
    IdUser: shift.idUser,
    KKM: kkmAnswer(kkm),
    ShiftIndex: shift.index,
    StatusShift: status,
    User: user ? userAnswer(user) : { Id: shift.idUser, IdShift: shift.id, Lock: true, Name: 'Сменщик' },
  };
}

/** `Data.Sections`: an object whose keys are the ids, whatever the document's sample looks like. */
export function sectionsAnswer(shift: Shift): Record<string, unknown> {
  const rows = SECTIONS.map(({ id, name }) => {
    const sums = shift.sections.get(id);
    const figures = SECTION_KINDS.map((kind) => [kind, sums ? money(sums[kind]) : 0]);
    return [String(id), { Name: name, ...Object.fromEntries(figures) }];
  });
  return Object.fromEntries(rows);
}

/** What the X and the Z report have in common. */
export function figuresAnswer(shift: Shift): Record<string, unknown> {
  const { kkm, counts, sums } = shift;
  const total = OPERATION_KINDS.map((kind) => [
    kind,
    { Qty: counts[kind], Amount: money(sums[kind]), Cumulative: money(kkm.cumulative[kind]) },
  ]);
  return {
    Count: OPERATION_KINDS.reduce((count, kind) => count + counts[kind], 0),
    Kkm: kkmAnswer(kkm),
    Operations: [],
    Total: Object.fromEntries(total),
    BalanceOpen: money(shift.balanceOpen),
    BalanceClose: money(shift.balanceClose ?? kkm.cash),
    BalanceCloseNonCash: money(shift.nonCash),
    TotalAmount: money(sums.Sales.minus(sums.Refunds)),
    TotalCashReceivedAmount: money(shift.received),
    TotalChangeAmount: money(shift.change),
    TotalDiscountAmount: money(shift.discount),
    TotalMarkupAmount: money(shift.markup),
    TotalNdsAmount: money(shift.vat),
  };
}
