import { type Static, Type } from 'typebox';
import { defineVendorAction } from '#domain/action.ts';
import { getSections, type Kassa24Port } from './desk.ts';
import { Sections } from './reply-schemas.ts';
import { findShift, ShiftId, shiftReadDiffersBy } from './shift-of-request.ts';
import { toData } from './vocabulary.ts';

const Reply = Type.Object({ sections: Sections });

/** 001_… 'Получить отчет по секциям'. */
export const getSectionReport = defineVendorAction<Kassa24Port>()({
  address: 'kassa24.shift',
  action: 'get_section_report',
  target: { register: 'kassa24' },
  effect: 'read',
  request: ShiftId,
  reply: Reply,
  differsBy: shiftReadDiffersBy,
  async handle(data, context) {
    const { idShift, desk } = await findShift(data, context);
    const answer = await getSections(desk, idShift, context.call);
    const told = toData(answer, desk.time, context.client.seesPersonalData);
    // A map without entries arrives as null.
    return { ...told, sections: told.sections ?? {} } as Static<typeof Reply>;
  },
});
