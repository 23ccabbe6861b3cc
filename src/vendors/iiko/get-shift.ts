import { defineVendorAction } from '#domain/action.ts';
import { CashShift } from './cash-shift.ts';
import { ShiftId } from './field-schemas.ts';
import { shownTo } from './personal-data.ts';
import type { IikoPort } from './port.ts';

/** One shift: 004_… "Выгрузка кассовой смены по id". */
export const getShift = defineVendorAction<IikoPort>()({
  address: 'iiko.cash_shifts',
  action: 'get_shift',
  target: { account: 'iiko' },
  effect: 'read',
  request: ShiftId,
  reply: CashShift,
  differsBy: (_data, client) => client.seesPersonalData,
  async handle({ id }, { vendor, call, client }) {
    return shownTo(await vendor.shifts.get(id, call), client.seesPersonalData);
  },
});
