import { Type } from 'typebox';
import { defineVendorAction } from '#domain/action.ts';
import { getFigures, type Kassa24Port } from './desk.ts';
import { FIGURES, Total } from './reply-schemas.ts';
import { findShift, ShiftId, shiftReadDiffersBy } from './shift-of-request.ts';
import { toData } from './vocabulary.ts';

const Reply = Type.Object({ ...FIGURES, total: Total });

/** 001_… 'Получить X-отчет'. Writes an X report into the register's journal. */
export const getXReport = defineVendorAction<Kassa24Port>()({
  address: 'kassa24.shift',
  action: 'get_x_report',
  target: { register: 'kassa24' },
  effect: 'read',
  request: ShiftId,
  reply: Reply,
  differsBy: shiftReadDiffersBy,
  async handle(data, context) {
    const { idShift, desk } = await findShift(data, context);
    const answer = await getFigures(desk, idShift, context.call);
    return toData(Reply, answer, desk.time, context.client.seesPersonalData);
  },
});
