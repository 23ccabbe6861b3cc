import type { Call } from '#core/call.ts';
import type { Clock } from '#core/clock.ts';
import { Failure } from '#core/failure.ts';
import type { HttpRequest, HttpResponse } from '#core/http.ts';
import type { HttpClient } from '#core/http-client.ts';
import { calendarDate } from '#domain/time.ts';
import { readJson } from '#outbound/answer.ts';
import { vendorFailure } from '#outbound/vendor-failure.ts';
import { failureOf } from './failures.ts';
import { type CashShift, type Desk, isShiftOf, toShift } from './map.ts';
import type { Session } from './session.ts';
import type { Complain } from './wire.ts';

export type CashShiftsOptions = {
  readonly session: Session;
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly zone: string;
};

/** The cash shifts of one server, 004_… "Работа со сменами". */
export type CashShifts = {
  /** The open shift of a cash register; `AVQFR_SHIFT_IS_CLOSED` without one, never a guess between several. */
  findOpenShift(desk: Desk, call: Call): Promise<CashShift>;
};

/** A shift left open for longer is beyond what a server should be asked for in one request. */
const LOOK_BACK_DAYS = 30;

const LIST_PATH = '/resto/api/v2/cashshifts/list';

export function createCashShifts({ session, http, clock, zone }: CashShiftsOptions): CashShifts {
  const complainAbout =
    ({ status }: HttpResponse): Complain =>
    (code, message) =>
      vendorFailure('VENDOR_BAD_RESPONSE', http, { status, code, message });

  async function read(request: Omit<HttpRequest, 'effect'>, call: Call): Promise<HttpResponse> {
    const response = await session.send({ ...request, effect: 'read' }, call);
    if (response.status !== 200) throw failureOf(response, http);
    return response;
  }

  function readOpenShifts(call: Call): Promise<HttpResponse> {
    const now = clock.now();
    const query = [
      // Both dates belong to the interval; tomorrow's, since the server's day may have begun already.
      ['openDateFrom', calendarDate(now, zone, -LOOK_BACK_DAYS)],
      ['openDateTo', calendarDate(now, zone, 1)],
      ['status', 'OPEN'],
    ] as const;
    return read({ method: 'GET', path: LIST_PATH, query }, call);
  }

  return {
    async findOpenShift(desk, call) {
      const response = await readOpenShifts(call);
      const complain = complainAbout(response);
      const rows = readJson(response, http) ?? [];
      if (!Array.isArray(rows)) throw complain('wrong_type', 'вместо списка смен пришло другое значение');

      const [row, second] = rows.filter((candidate) => isShiftOf(desk, candidate, complain));
      if (row === undefined) throw new Failure('AVQFR_SHIFT_IS_CLOSED');
      if (second === undefined) return toShift(row, zone, complain);
      throw vendorFailure('VENDOR_BAD_RESPONSE', http, {
        status: response.status,
        code: 'ambiguous_shift',
        message: `открытых смен у кассы ${desk.cashRegister} несколько, укажите point_of_sale или закройте лишние`,
      });
    },
  };
}
