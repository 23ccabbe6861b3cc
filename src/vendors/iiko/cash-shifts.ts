import type { Call } from '#core/call.ts';
import type { Clock } from '#core/clock.ts';
import { Failure } from '#core/failure.ts';
import { calendarDate } from '#domain/time.ts';
import { createJoinedReads } from '#outbound/joined-reads.ts';
import { vendorFailure } from '#outbound/vendor-failure.ts';
import { type AcceptanceDocument, toDocument } from './acceptance-document.ts';
import {
  byCashRegister,
  type CashShift,
  type Desk,
  type RowsByRegister,
  rowsOf,
  toShift,
} from './cash-shift.ts';
import { type Payments, toPayments } from './payments.ts';
import type { ServerApi, ServerQuestion } from './server-api.ts';
import type { Complain } from './wire.ts';

/** The parameters of the list, by the server's names; a name may repeat. */
export type ShiftQuery = readonly (readonly [name: string, value: string])[];

/** The cash shifts of one server, 004_… "Работа со сменами". */
export type CashShifts = {
  /** The open shift of a cash register; `AVQFR_SHIFT_IS_CLOSED` without one, never a guess between several. */
  findOpenShift(desk: Desk, call: Call): Promise<CashShift>;
  list(query: ShiftQuery, call: Call): Promise<CashShift[]>;
  /** `settling`: to find out what became of a change. */
  get(id: string, call: Call, settling?: true): Promise<CashShift>;
  listPayments(id: string, hideAccepted: boolean, call: Call): Promise<Payments>;
  /** The shift's acceptance document; the server makes one when there is none. */
  getDocument(id: string, call: Call, settling?: true): Promise<AcceptanceDocument>;
  /** Something may have changed: lists that are under way began before it. */
  forgetLists(): void;
};

/** The open shifts of a server, sorted once for all the registers that share the list. */
type OpenShifts = { readonly rows: RowsByRegister; readonly complain: Complain };

/** A shift left open for longer is beyond what a server should be asked for in one request. */
const LOOK_BACK_DAYS = 30;

const LISTS = 'lists';

function toRows(body: unknown, complain: Complain): readonly unknown[] {
  const rows = body ?? [];
  if (!Array.isArray(rows)) throw complain('wrong_type', 'вместо списка смен пришло другое значение');
  return rows;
}

/** Throws where the answer is about another shift than the one asked for. */
function checkShift(asked: string, told: string, complain: Complain): void {
  if (told.toLowerCase() === asked.toLowerCase()) return;
  throw complain('other_shift', `спрошена смена ${asked}, а ответ о смене ${told}`);
}

function about(path: string, effect: ServerQuestion['effect'], settling: true | undefined): ServerQuestion {
  return { path: `/cashshifts/${path}`, effect, ...(settling && { settling }) };
}

export function createCashShifts(api: ServerApi, clock: Clock): CashShifts {
  const { http, zone } = api;
  const joined = createJoinedReads();

  function openShiftsQuery(): ShiftQuery {
    const now = clock.now();
    return [
      // Both dates belong to the interval; tomorrow's, since the server's day may have begun already.
      ['openDateFrom', calendarDate(now, zone, -LOOK_BACK_DAYS)],
      ['openDateTo', calendarDate(now, zone, 1)],
      ['status', 'OPEN'],
    ];
  }

  function askForList<T>(
    query: ShiftQuery,
    call: Call,
    read: (rows: readonly unknown[], complain: Complain) => T,
  ): Promise<T> {
    const question = { path: '/cashshifts/list', query, effect: 'read' } as const;
    return api.ask(question, call, (body, complain) => read(toRows(body, complain), complain));
  }

  /** Registers of one server that are asked for at once share one list, unless a fresh one is wanted. */
  function readOpenShifts(call: Call): Promise<OpenShifts> {
    const query = openShiftsQuery();
    const read = (shared: Call) =>
      askForList(query, shared, (rows, complain) => ({ rows: byCashRegister(rows, complain), complain }));
    return call.fresh ? read(call) : joined.read(LISTS, JSON.stringify(query), call, read);
  }

  return {
    async findOpenShift(desk, call) {
      const { rows, complain } = await readOpenShifts(call);
      const [row, second] = rowsOf(desk, rows, complain);
      if (row === undefined) throw new Failure('AVQFR_SHIFT_IS_CLOSED');
      if (second === undefined) return toShift(row, zone, complain);
      throw vendorFailure('VENDOR_BAD_RESPONSE', http, {
        status: 200,
        code: 'ambiguous_shift',
        message: `открытых смен у кассы ${desk.cashRegister} несколько, укажите point_of_sale или закройте лишние`,
      });
    },

    list: (query, call) =>
      askForList(query, call, (rows, complain) => rows.map((row) => toShift(row, zone, complain))),

    get: (id, call, settling) =>
      api.ask(about(`byId/${id}`, 'read', settling), call, (body, complain) => {
        const shift = toShift(body, zone, complain);
        checkShift(id, shift.id, complain);
        return shift;
      }),

    listPayments(id, hideAccepted, call) {
      const query = [['hideAccepted', String(hideAccepted)]] as const;
      const question = { ...about(`payments/list/${id}`, 'read', undefined), query };
      return api.ask(question, call, (body, complain) => {
        const payments = toPayments(body, zone, complain);
        checkShift(id, payments.session_id, complain);
        return payments;
      });
    },

    getDocument: (id, call, settling) =>
      api.ask(about(`closedSessionDocument/${id}`, 'document', settling), call, (body, complain) => {
        const document = toDocument(body, complain);
        checkShift(id, document.session.session_id, complain);
        return document;
      }),

    forgetLists: () => joined.forget(LISTS),
  };
}
