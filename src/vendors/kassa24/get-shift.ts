import { Type } from 'typebox';
import { defineVendorAction } from '#domain/action.ts';
import { getShiftData, type Kassa24Port } from './desk.ts';
import { member } from './fields.ts';
import { checkRegister } from './map.ts';
import { Money, Time, told } from './reply-schemas.ts';
import { findShift, ShiftId, shiftReadDiffersBy } from './shift-of-request.ts';
import { toData } from './vocabulary.ts';
import { readShift } from './wire.ts';

const Reply = Type.Object({
  balance_close: Money,
  balance_close_non_cash: Money,
  balance_open: Money,
  company: told('the company'),
  date_close: Time,
  date_open: Time,
  id: told('id of the shift'),
  id_company: told('id of the company'),
  id_kkm: told('id of the register'),
  id_status_shift: told('1: open, 2: closed; an expired shift has another number'),
  id_user: told('id of the cashier'),
  kkm: told('the register, without credentials'),
  shift_index: told('number of the shift at the register'),
  status_shift: told('{id, name}'),
  user: told('the cashier; his phone is masked'),
});

/** 001_… 'Получить информацию о смене'. */
export const getShift = defineVendorAction<Kassa24Port>()({
  address: 'kassa24.shift',
  action: 'get_shift',
  target: { register: 'kassa24' },
  effect: 'read',
  request: ShiftId,
  reply: Reply,
  differsBy: shiftReadDiffersBy,
  async handle(data, context) {
    const { idShift, desk, information } = await findShift(data, context);
    const answer = information ?? (await getShiftData(desk, idShift, context.call));
    const { idKkm } = readShift(answer.data, desk.time, answer.unreadable);
    checkRegister(idKkm, desk.device.id_kkm, answer.unreadable);
    // The document's table has the shift under `Data.Shift`, its sample in `Data` itself.
    const shift = { ...answer, data: member(answer.data, 'Shift') ?? answer.data };
    return toData(Reply, shift, desk.time, context.client.seesPersonalData);
  },
});
