import type { Call } from '#core/call.ts';
import type { Clock } from '#core/clock.ts';
import type { HttpRequest, HttpResponse } from '#core/http.ts';
import type { HttpClient } from '#core/http-client.ts';
import type { RegisterPort } from '#domain/vendor.ts';
import type { VendorState } from '#domain/vendor-state.ts';
import { dataOf, unreadableAnswer } from './failures.ts';
import { integer, member, type TimeReading, type Unreadable } from './fields.ts';
import { checkRegister, checkShift, type Kassa24Device } from './map.ts';
import type { Session } from './session.ts';
import { type Kkm, readKkm, readShift, readShiftId, readUid, type Shift } from './wire.ts';

/** How the X report is asked for: the document has lost the line. */
type XReportCall = { readonly method: 'GET' | 'POST'; readonly path: string };

/** One register and the way to it. */
export type Desk = {
  readonly session: Session;
  readonly http: HttpClient;
  readonly state: VendorState;
  readonly clock: Clock;
  readonly device: Kassa24Device & { readonly token: string };
  readonly time: TimeReading;
  readonly xReport: XReportCall;
};

/** For changes: times only adorn what they read. */
export function leniently(desk: Desk): Desk {
  return { ...desk, time: { ...desk.time, isLenient: true } };
}

/** What Kassa24's own actions work with. */
export type Kassa24Port = RegisterPort & { readonly desk: Desk };

/** `Data` and what complains about it. */
export type Answer = { readonly data: unknown; readonly unreadable: Unreadable };

/** Reads that settle a change pass an open breaker. */
export type Reading = { readonly settling?: true };

/** One request in the cashier's session; rejects with the vendor's refusal. */
async function ask({ session, http }: Desk, request: HttpRequest, call: Call): Promise<Answer> {
  return answerOf(await session.send(request, call), http);
}

/** `Data` of a success; throws the vendor's refusal. */
export function answerOf(response: HttpResponse, http: HttpClient): Answer {
  return { data: dataOf(response, http), unreadable: unreadableAnswer(response, http) };
}

function get(desk: Desk, path: string, call: Call, reading: Reading): Promise<Answer> {
  return ask(desk, { method: 'GET', path, effect: 'read', ...reading }, call);
}

/** `GET /kkms/:IdKkm` */
export async function getKkm(desk: Desk, call: Call, reading: Reading = {}): Promise<Kkm> {
  const { id_kkm: idKkm } = desk.device;
  const { data, unreadable } = await get(desk, `/kkms/${idKkm}`, call, reading);
  const kkm = readKkm(data, unreadable);
  checkRegister(kkm.id, idKkm, unreadable);
  return kkm;
}

/** `GET /shifts/:IdShift`, of whatever register. */
export async function getShiftData(
  desk: Desk,
  idShift: number,
  call: Call,
  reading: Reading = {},
): Promise<Answer> {
  const answer = await get(desk, `/shifts/${idShift}`, call, reading);
  const { data, unreadable } = answer;
  checkShift(readShiftId(data, unreadable), idShift, unreadable);
  return answer;
}

/** `GET /shifts/:IdShift`, a shift of this register. */
export async function getShift(
  desk: Desk,
  idShift: number,
  call: Call,
  reading: Reading = {},
): Promise<Shift> {
  const { data, unreadable } = await getShiftData(desk, idShift, call, reading);
  const shift = readShift(data, desk.time, unreadable);
  checkRegister(shift.idKkm, desk.device.id_kkm, unreadable);
  return shift;
}

/** Figures need not say whose they are; where they do, it must be the register and the shift that they were asked of. */
function checkFigures({ data, unreadable }: Answer, { device }: Desk, idShift: number): Answer {
  const idKkm = member(data, 'IdKkm') ?? member(member(data, 'Kkm'), 'Id');
  checkRegister(integer(idKkm, 'Kkm.Id', unreadable), device.id_kkm, unreadable);
  checkShift(integer(member(data, 'IdShift'), 'IdShift', unreadable), idShift, unreadable);
  return { data, unreadable };
}

/** `GET /shifts/:IdShift/sections/reports` */
export async function getSections(desk: Desk, idShift: number, call: Call): Promise<Answer> {
  const answer = await get(desk, `/shifts/${idShift}/sections/reports`, call, {});
  return checkFigures(answer, desk, idShift);
}

/** `GET /uid/:IdKkm`: the Uid that the register's next operation needs. */
export async function getUid(desk: Desk, call: Call, reading: Reading = {}): Promise<string> {
  const { data, unreadable } = await get(desk, `/uid/${desk.device.id_kkm}`, call, reading);
  return readUid(data, unreadable);
}

/** 'Получить X-отчет': writes a document into the journal, so it is hardly ever repeated. */
export async function getFigures(desk: Desk, idShift: number, call: Call): Promise<Answer> {
  const { method, path } = desk.xReport;
  const request: HttpRequest = {
    method,
    path: path.replace(':id', String(idShift)),
    ...(method === 'POST' ? { body: {} } : {}),
    effect: 'document',
  };
  return checkFigures(await ask(desk, request, call), desk, idShift);
}
