import { Type } from 'typebox';
import { defineVendorAction } from '#domain/action.ts';
import { ShiftId } from './field-schemas.ts';
import { Payments } from './payments.ts';
import { shownTo } from './personal-data.ts';
import type { IikoPort } from './port.ts';

/** What was paid without cash, put in and taken out: 004_… "Выгрузка платежей, внесений, изъятий за смену". */
export const listPayments = defineVendorAction<IikoPort>()({
  address: 'iiko.cash_shifts',
  action: 'list_payments',
  target: { account: 'iiko' },
  effect: 'read',
  request: Type.Object(
    {
      id: ShiftId.properties.id,
      hide_accepted: Type.Optional(
        Type.Boolean({ description: 'leave out what is accepted; false without it' }),
      ),
    },
    { additionalProperties: false },
  ),
  reply: Payments,
  differsBy: (_data, client) => client.seesPersonalData,
  async handle({ id, hide_accepted = false }, { vendor, call, client }) {
    const payments = await vendor.shifts.listPayments(id, hide_accepted, call);
    return shownTo(payments, client.seesPersonalData);
  },
});
