import type { AcceptanceChanges } from './acceptance-changes.ts';
import type { CashShifts } from './cash-shifts.ts';

/** What the actions of `iiko.cash_shifts` work with: one server. */
export type IikoPort = {
  readonly shifts: CashShifts;
  readonly changes: AcceptanceChanges;
};
