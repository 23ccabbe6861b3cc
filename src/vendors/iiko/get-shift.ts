import { defineVendorAction } from '#domain/action.ts';
import { redact } from '#domain/redaction.ts';
import { CashShift } from './cash-shift.ts';
import { ShiftId } from './field-schemas.ts';
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
    return redact(await vendor.shifts.get(id, call), client.seesPersonalData) as CashShift;
  },
});
