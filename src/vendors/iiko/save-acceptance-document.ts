import { defineVendorChange } from '#domain/action.ts';
import { DocumentToSave } from './acceptance-changes.ts';
import { ImportResult } from './import-result.ts';
import type { IikoPort } from './port.ts';

/** Sends a document as the client has made it: 004_… "Принятие кассовой смены". The server checks it. */
export const saveAcceptanceDocument = defineVendorChange<IikoPort>()({
  address: 'iiko.cash_shifts',
  action: 'save_acceptance_document',
  target: { account: 'iiko' },
  request: DocumentToSave,
  reply: ImportResult,
  change: ({ vendor }) => vendor.changes.saveDocument,
});
