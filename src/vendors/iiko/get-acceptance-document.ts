import { defineVendorChange } from '#domain/action.ts';
import { AcceptanceDocument } from './acceptance-document.ts';
import { ShiftId } from './field-schemas.ts';
import type { IikoPort } from './port.ts';

/**
 * The document that accepts a shift: 004_… "Выгрузка документы принятия кассовой смены по id смены". A change,
 * since the server makes one where there is none.
 */
export const getAcceptanceDocument = defineVendorChange<IikoPort>()({
  address: 'iiko.cash_shifts',
  action: 'get_acceptance_document',
  target: { account: 'iiko' },
  request: ShiftId,
  reply: AcceptanceDocument,
  change: ({ vendor }) => vendor.changes.getDocument,
});
