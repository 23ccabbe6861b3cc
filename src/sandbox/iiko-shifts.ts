import type Big from 'big.js';
import { COUNTERAGENTS } from './iiko-accounts.ts';
import type { AcceptanceDocument } from './iiko-documents.ts';
import { stableUuid } from './iiko-ids.ts';

/** A shift as the server writes it today; the documented spelling is made of it on the way out. */
export type ShiftRow = {
  readonly id: string;
  readonly sessionNumber: number;
  readonly fiscalNumber: number | null;
  readonly cashRegNumber: number;
  /** Right-padded, as fiscal registrars give it. */
  readonly cashRegSerial: string;
  readonly openDate: string;
  closeDate: string | null;
  acceptDate: string | null;
  readonly managerId: string;
  readonly responsibleUserId: string;
  readonly sessionStartCash: number;
  payOrders: number;
  readonly sumWriteoffOrders: number;
  salesCash: number;
  salesCredit: number;
  salesCard: number;
  readonly payIn: number;
  readonly payOut: number;
  payIncome: number;
  cashRemain: number | null;
  cashDiff: number;
  sessionStatus: string;
  readonly conceptionId: string | null;
  readonly pointOfSaleId: string;
};

/** A shift and what the server knows beside it. */
export type SimulatedShift = {
  readonly row: ShiftRow;
  readonly account: string;
  readonly zone: string;
  readonly departmentId: string;
  readonly groupId: string;
  /** Grows with every change anywhere, for `revisionFrom`. */
  revision: number;
  /** Made by the first question for it. */
  document: AcceptanceDocument | null;
};

/** Amounts to add to an open shift: decimals as text or numbers. */
export type Sale = {
  readonly cash?: Big.BigSource;
  readonly card?: Big.BigSource;
  readonly credit?: Big.BigSource;
};

/** A configured cash register. */
export type Desk = {
  readonly account: string;
  readonly zone: string;
  readonly cashRegister: number;
  readonly pointOfSaleId: string;
  /** It is the back office of a Kassa24 register. */
  readonly ofKassa24: boolean;
};

/** What the drawer held at the opening, and what was put in and taken out since. */
export type Till = { readonly startCash: number; readonly payIn: number; readonly payOut: number };

/** A shift just opened: the register's `count`-th, counted from 0. */
export function createShift(desk: Desk, count: number, openDate: string, till: Till): SimulatedShift {
  const name = `${desk.account} ${desk.cashRegister}`;
  return {
    row: {
      id: stableUuid(`${name} shift ${count}`),
      sessionNumber: 889 + count,
      fiscalNumber: 1003 + count,
      cashRegNumber: desk.cashRegister,
      cashRegSerial: `${String(desk.cashRegister).padStart(8, '0')} `,
      openDate,
      closeDate: null,
      acceptDate: null,
      managerId: COUNTERAGENTS.manager.id,
      responsibleUserId: COUNTERAGENTS.cashier.id,
      sessionStartCash: till.startCash,
      payOrders: 0,
      sumWriteoffOrders: 0,
      salesCash: 0,
      salesCredit: 0,
      salesCard: 0,
      payIn: till.payIn,
      payOut: till.payOut,
      payIncome: 0,
      cashRemain: null,
      cashDiff: 0,
      sessionStatus: 'OPEN',
      conceptionId: null,
      pointOfSaleId: desk.pointOfSaleId,
    },
    account: desk.account,
    zone: desk.zone,
    departmentId: stableUuid(`${desk.account} department`),
    groupId: stableUuid(`${name} group`),
    revision: 0,
    document: null,
  };
}
