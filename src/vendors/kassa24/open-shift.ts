import { type Static, Type } from 'typebox';
import { defineVendorChange } from '#domain/action.ts';
import type { Change } from '#domain/change.ts';
import type { ShiftChangeData } from '#domain/vendor.ts';
import { type Desk, type Kassa24Port, leniently } from './desk.ts';
import { requiredObject } from './fields.ts';
import { nullable, Time, told } from './reply-schemas.ts';
import { ShiftDate } from './shift-date.ts';
import { createOpening, type Opened } from './shift-opening.ts';
import { inWords } from './vocabulary.ts';
import { readShift } from './wire.ts';

const Reply = Type.Object({
  shift: Type.Object({
    id: told('id of the shift'),
    id_user: told('id of the cashier'),
    id_kkm: told('id of the register'),
    id_status_shift: told('1: open'),
    date_open: Time,
  }),
  uid: nullable(
    Type.String({ description: 'Uid of the first operation in the shift; null where it is not told' }),
  ),
});

const KEYS = ['id', 'id_user', 'id_kkm', 'id_status_shift'];

/**
 * The same shape, whether it comes from the answer or, where that was lost, from the shift's information. The shift is
 * open, so that no time of it may keep that from being told.
 */
function toReply({ answer, uid }: Opened, desk: Desk, showPersonalData: boolean): Static<typeof Reply> {
  const data = inWords(answer, desk.time, showPersonalData);
  const { dateOpen: date_open } = readShift(answer.data, leniently(desk).time, answer.unreadable);
  if (data.shift !== undefined) {
    const shift = requiredObject(data.shift, 'Data.Shift', answer.unreadable);
    return { ...data, shift: { ...shift, date_open }, uid };
  }
  return { shift: { ...Object.fromEntries(KEYS.map((key) => [key, data[key] ?? null])), date_open }, uid };
}

/** 001_… 'Открытие смены на кассе'. */
export const openShift = defineVendorChange<Kassa24Port>()({
  address: 'kassa24.shift',
  action: 'open_shift',
  target: { register: 'kassa24' },
  request: ShiftDate,
  reply: Reply,
  change: ({ port: { desk } }): Change<ShiftChangeData, unknown, Static<typeof Reply>> =>
    createOpening(desk, (opened, showPersonalData) => toReply(opened, desk, showPersonalData)),
});
