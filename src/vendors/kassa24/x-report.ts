import type { Call } from '#core/call.ts';
import type { Report } from '#domain/report.ts';
import { type Desk, getFigures, getKkm, getShift } from './desk.ts';
import { isClosed, openShiftId, toReport } from './map.ts';
import { shiftIsClosed } from './shift-failures.ts';
import { readXReport, type XReport } from './wire.ts';

/** The id of the register's open shift, asked for every time: Kassa24 can close and open shifts on its own. */
export async function currentShiftId(desk: Desk, call: Call): Promise<number> {
  const idShift = openShiftId(await getKkm(desk, call));
  if (idShift === undefined) throw shiftIsClosed('у кассы нет открытой смены (Kkm.IdShift)', desk.http);
  return idShift;
}

async function readFigures(desk: Desk, idShift: number, call: Call): Promise<XReport> {
  const { data, unreadable } = await getFigures(desk, idShift, call);
  return readXReport(data, unreadable);
}

/** The figures of the register's open shift. */
export async function getXReport(desk: Desk, call: Call): Promise<Report> {
  const kkm = await getKkm(desk, call);
  const idShift = openShiftId(kkm);
  if (idShift === undefined) throw shiftIsClosed('у кассы нет открытой смены (Kkm.IdShift)', desk.http);

  // Both are waited for, so that a failure leaves no call behind.
  const [shift, x] = await Promise.allSettled([
    getShift(desk, idShift, call),
    readFigures(desk, idShift, call),
  ]);
  if (shift.status === 'fulfilled' && isClosed(shift.value)) {
    throw shiftIsClosed('смена закрыта (IdStatusShift 2)', desk.http);
  }
  if (x.status === 'rejected') throw x.reason;
  if (shift.status === 'rejected') throw shift.reason;
  return toReport({ kkm, shift: shift.value, x: x.value, device: desk.device });
}
