import { Type } from 'typebox';
import { defineVendorAction } from '#domain/action.ts';
import { getSections, type Kassa24Port } from './desk.ts';
import { nullable, Sections } from './reply-schemas.ts';
import { findShift, ShiftId, shiftReadDiffersBy } from './shift-of-request.ts';
import { toData } from './vocabulary.ts';

const Reply = Type.Object({ sections: Sections });

/** A map without entries arrives as null. */
const Told = Type.Object({ sections: Type.Optional(nullable(Sections)) });

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
    const told = toData(Told, answer, desk.time, context.client.seesPersonalData);
    return { ...told, sections: told.sections ?? {} };
  },
});
