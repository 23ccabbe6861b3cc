import { Type } from 'typebox';
import { defineVendorChange } from '#domain/action.ts';
import { AcceptanceOrder } from './acceptance.ts';
import { AcceptanceDocument } from './acceptance-document.ts';
import { ImportResult } from './import-result.ts';
import type { IikoPort } from './port.ts';

/** The whole of 004_… "Примерный алгоритм принятия кассовой смены" in one action. */
export const acceptShift = defineVendorChange<IikoPort>()({
  address: 'iiko.cash_shifts',
  action: 'accept_shift',
  target: { account: 'iiko' },
  request: AcceptanceOrder,
  reply: Type.Union([ImportResult, Type.Object({ document: AcceptanceDocument })], {
    description: 'with preview the document alone',
  }),
  change: ({ vendor }) => vendor.changes.acceptShift,
});
