import type { Call } from '#core/call.ts';
import type { HttpRequest } from '#core/http.ts';
import type { HttpClient } from '#core/http-client.ts';
import type { Report } from '#domain/report.ts';
import { dataOf, shiftIsClosed, unreadableAnswer } from './failures.ts';
import type { TimeReading, Unreadable } from './fields.ts';
import { checkRegister, isClosed, type Kassa24Device, openShiftId, toReport } from './map.ts';
import type { Session } from './session.ts';
import { type Kkm, readKkm, readShift, readXReport, type Shift, type XReport } from './wire.ts';

/** How the X report is asked for: the document has lost the line. */
type XReportCall = { readonly method: 'GET' | 'POST'; readonly path: string };

/** One register and the way to it. */
export type Desk = {
  readonly session: Session;
  readonly http: HttpClient;
  readonly device: Kassa24Device;
  readonly time: TimeReading;
  readonly xReport: XReportCall;
};

type Reader<T> = (data: unknown, unreadable: Unreadable) => T;

async function ask<T>(
  { session, http }: Desk,
  request: HttpRequest,
  read: Reader<T>,
  call: Call,
): Promise<T> {
  const response = await session.send(request, call);
  return read(dataOf(response, http), unreadableAnswer(response, http));
}

/** `GET /kkms/:IdKkm` */
export function getKkm(desk: Desk, call: Call): Promise<Kkm> {
  const { id_kkm: idKkm } = desk.device;
  const read: Reader<Kkm> = (data, unreadable) => {
    const kkm = readKkm(data, unreadable);
    checkRegister(kkm.id, idKkm, unreadable);
    return kkm;
  };
  return ask(desk, { method: 'GET', path: `/kkms/${idKkm}`, effect: 'read' }, read, call);
}

/** `GET /shifts/:IdShift` */
function getShift(desk: Desk, idShift: number, call: Call): Promise<Shift> {
  const read: Reader<Shift> = (data, unreadable) => {
    const shift = readShift(data, desk.time, unreadable);
    checkRegister(shift.idKkm, desk.device.id_kkm, unreadable);
    return shift;
  };
  return ask(desk, { method: 'GET', path: `/shifts/${idShift}`, effect: 'read' }, read, call);
}

/** 'Получить X-отчет': writes a document into the journal, so it is hardly ever repeated. */
function getFigures(desk: Desk, idShift: number, call: Call): Promise<XReport> {
  const { method, path } = desk.xReport;
  const read: Reader<XReport> = (data, unreadable) => {
    const x = readXReport(data, unreadable);
    checkRegister(x.idKkm, desk.device.id_kkm, unreadable);
    return x;
  };
  const request: HttpRequest = {
    method,
    path: path.replace(':id', String(idShift)),
    ...(method === 'POST' ? { body: {} } : {}),
    effect: 'document',
  };
  return ask(desk, request, read, call);
}

/**
 * The figures of the register's open shift. The id of the shift is asked for every time: Kassa24 can close and
 * open shifts on its own.
 */
export async function getXReport(desk: Desk, call: Call): Promise<Report> {
  const kkm = await getKkm(desk, call);
  const idShift = openShiftId(kkm);
  if (idShift === undefined) throw shiftIsClosed('у кассы нет открытой смены (Kkm.IdShift)', desk.http);

  // Both are waited for, so that a failure leaves no call behind.
  const [shift, x] = await Promise.allSettled([
    getShift(desk, idShift, call),
    getFigures(desk, idShift, call),
  ]);
  if (shift.status === 'fulfilled' && isClosed(shift.value)) {
    throw shiftIsClosed('смена закрыта (IdStatusShift 2)', desk.http);
  }
  if (x.status === 'rejected') throw x.reason;
  if (shift.status === 'rejected') throw shift.reason;
  return toReport({ kkm, shift: shift.value, x: x.value, device: desk.device });
}
