import Big from 'big.js';
import type { Clock } from '#core/clock.ts';

/** The kinds of operations that a shift counts, under the names of the X report's `Total`. */
export const OPERATION_KINDS = [
  'Sales',
  'Purchases',
  'Refunds',
  'PurchaseRefunds',
  'Expenses',
  'Incomes',
] as const;
export type OperationKind = (typeof OPERATION_KINDS)[number];

/** The kinds that belong to a section of goods. */
export const SECTION_KINDS = ['Sales', 'Purchases', 'Refunds', 'PurchaseRefunds'] as const;
export type SectionKind = (typeof SECTION_KINDS)[number];

export type Cashier = {
  readonly id: number;
  readonly login: string;
  readonly password: string;
  readonly name: string;
  /** Ids of the companies whose registers he may see. */
  readonly companies: Set<number>;
  /** The open shift or the last one. */
  idShift: number;
  /** Has an open shift at a register that is not simulated. */
  busyElsewhere: boolean;
};

export type Section = { readonly id: number; readonly name: string; readonly vatPercent: number };

export type Shift = {
  readonly id: number;
  readonly kkm: Kkm;
  idUser: number;
  readonly index: number;
  dateOpen: number;
  dateClose: number | undefined;
  /** How many Z reports were made: never more than one. */
  zReports: number;
  readonly balanceOpen: Big;
  balanceClose: Big | undefined;
  nonCash: Big;
  received: Big;
  change: Big;
  discount: Big;
  markup: Big;
  vat: Big;
  readonly counts: Record<OperationKind, number>;
  readonly sums: Record<OperationKind, Big>;
  readonly sections: Map<number, Record<SectionKind, Big>>;
};

/** A cash register ("ККМ"). */
export type Kkm = {
  readonly id: number;
  readonly idCompany: number;
  readonly companyName: string;
  readonly bin: string;
  /** Whose shift the first one is. */
  readonly cashier: Cashier;
  shift: Shift | undefined;
  /** Tell the id of a closed shift as if it were the current one. */
  staleIdShift: boolean;
  shiftIndex: number;
  blocked: boolean;
  accessible: boolean;
  /** So many calls with a Uid are told that the operation is still running. */
  inProgress: number;
  uid: string;
  /** Answers do not tell the next Uid. */
  silentUid: boolean;
  /** The time of the last autonomous operation: none may be dated before it. */
  lastOfflineDate: number;
  /** Answers by the Uid that they were given for: an operation happens once. */
  readonly executed: Map<string, { readonly data: unknown }>;
  cash: Big;
  readonly cumulative: Record<OperationKind, Big>;
};

export type Kassa24State = {
  readonly clock: Clock;
  readonly cashiers: Map<string, Cashier>;
  readonly kkms: Map<number, Kkm>;
  readonly shifts: Map<number, Shift>;
  /** The number that the next receipt gets. */
  nextDocument: number;
  readonly tokens: Map<string, { readonly cashier: Cashier; expires: number }>;
};

/** The sections that every simulated register sells in; the first two are those of the document's sample. */
export const SECTIONS: readonly Section[] = [
  { id: 76634, name: 'НДС 12%', vatPercent: 12 },
  { id: 76635, name: 'Без НДС', vatPercent: 0 },
  { id: 76636, name: 'НДС 16%', vatPercent: 16 },
];

const FIRST_SHIFT_ID = 11344;

/** An object with one value for each kind. */
export function each<K extends string, V>(kinds: readonly K[], value: (kind: K) => V): Record<K, V> {
  return Object.fromEntries(kinds.map((kind) => [kind, value(kind)])) as Record<K, V>;
}

/** Opens a shift; the rules of opening are the caller's. */
export function addShift(state: Kassa24State, kkm: Kkm, cashier: Cashier, dateOpen: number): Shift {
  const shift: Shift = {
    id: FIRST_SHIFT_ID + state.shifts.size,
    kkm,
    idUser: cashier.id,
    index: kkm.shiftIndex,
    dateOpen,
    dateClose: undefined,
    zReports: 0,
    balanceOpen: kkm.cash,
    balanceClose: undefined,
    nonCash: new Big(0),
    received: new Big(0),
    change: new Big(0),
    discount: new Big(0),
    markup: new Big(0),
    vat: new Big(0),
    counts: each(OPERATION_KINDS, () => 0),
    sums: each(OPERATION_KINDS, () => new Big(0)),
    sections: new Map(SECTIONS.map(({ id }) => [id, each(SECTION_KINDS, () => new Big(0))])),
  };
  kkm.shiftIndex += 1;
  kkm.shift = shift;
  kkm.staleIdShift = false;
  cashier.idShift = shift.id;
  state.shifts.set(shift.id, shift);
  return shift;
}
