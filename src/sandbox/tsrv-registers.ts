import { randomBytes } from 'node:crypto';
import Big from 'big.js';
import type { Clock } from '#core/clock.ts';
import { DEVICE_FAILURES } from '#core/device-failures.ts';
import type { SimulatorSeed } from './simulator.ts';

/** The register of the document, which answers `get_x_report` exactly as printed there. */
const DOCUMENTED = {
  serial: 'AVQ11031010703',
  companyName: 'ИП Моров А.М.',
  taxNumber: 191832203,
  shiftNumber: 159,
  openDate: '2021-09-13T22:16:33+03:00',
} as const;

const HOUR_MS = 3_600_000;
/** Belarus has no summer time. */
const OFFSET_MS = 3 * HOUR_MS;
const DAY_MS = 24 * HOUR_MS;

/** The sums and counts of a counter; a count's key ends in `_count`. */
const COUNTED = ['sales', 'money_backs', 'deposits', 'withdraws', 'rollbacks', 'cancelations', 'corrections'];

export type Counter = {
  readonly currency: string;
  readonly counts: Map<string, number>;
  readonly sums: Map<string, Big>;
};

export type Shift = {
  number: number;
  openDate: string;
  /** When it has been open for 24 hours; never for the document's shift of 2021, so that it can be sold in. */
  expires: number;
  isOpen: boolean;
  cashier: string | null;
  firstSale: number;
  lastSale: number;
  salesCount: number;
  counters: Map<string, Counter>;
};

/** One fiscal token ("СКО") and its software cash register. */
export type Register = {
  readonly serial: string;
  readonly deviceId: number;
  readonly companyName: string;
  readonly taxNumber: number | string;
  authorized: boolean;
  readonly shift: Shift;
  nextDocument: number;
  /** The money in the drawer, by currency. */
  readonly cash: Map<string, Big>;
};

/** A refusal as tsrv words it. */
export class TsrvRefusal extends Error {
  constructor(name: string, description: string) {
    super(description);
    this.name = name;
  }
}

export function deviceRefusal(name: keyof typeof DEVICE_FAILURES): TsrvRefusal {
  return new TsrvRefusal(name, DEVICE_FAILURES[name].description);
}

/** RFC 3339 in Minsk time, whole seconds. */
export function minskTime(epochMs: number): string {
  return `${new Date(epochMs + OFFSET_MS).toISOString().slice(0, 19)}+03:00`;
}

/** Serial and device id share their last eight digits in the document's sample. */
function deviceIdOf(serial: string): number {
  return Number(`1${serial.replace(/\D/g, '').slice(-8).padStart(8, '0')}`);
}

function newShift(number: number, openDate: string, expires: number): Shift {
  return {
    number,
    openDate,
    expires,
    isOpen: true,
    cashier: null,
    firstSale: 0,
    lastSale: 0,
    salesCount: 0,
    counters: new Map(),
  };
}

type Owner = Pick<Register, 'companyName' | 'taxNumber'>;

function newRegister(serial: string, { companyName, taxNumber }: Owner, shift: Shift): Register {
  return {
    serial,
    deviceId: deviceIdOf(serial),
    companyName,
    taxNumber,
    authorized: true,
    shift,
    nextDocument: 1,
    cash: new Map(),
  };
}

function ownerOf({ company_name, tax_number }: Readonly<Record<string, unknown>>): Owner {
  const isTold = typeof tax_number === 'number' || typeof tax_number === 'string';
  return {
    companyName: typeof company_name === 'string' ? company_name : DOCUMENTED.companyName,
    taxNumber: isTold ? tax_number : DOCUMENTED.taxNumber,
  };
}

/** The document's register and those of the configuration, all authorized, each with an open shift. */
export function createRegisters(seed: SimulatorSeed, clock: Clock): Map<string, Register> {
  const printed = newShift(DOCUMENTED.shiftNumber, DOCUMENTED.openDate, Number.POSITIVE_INFINITY);
  const registers = new Map([
    [DOCUMENTED.serial as string, newRegister(DOCUMENTED.serial, DOCUMENTED, printed)],
  ]);
  const openedAt = clock.now() - 2 * HOUR_MS;
  for (const device of seed.accounts.flatMap(({ devices }) => devices)) {
    const serial = String(device.token);
    if (registers.has(serial)) continue;
    const shift = newShift(1, minskTime(openedAt), openedAt + DAY_MS);
    registers.set(serial, newRegister(serial, ownerOf(device), shift));
  }
  return registers;
}

/** Begins the next shift, whatever was before. */
export function beginShift({ shift }: Register, clock: Clock): void {
  Object.assign(shift, newShift(shift.number + 1, minskTime(clock.now()), clock.now() + DAY_MS));
}

/** 24 hexadecimal digits, the last eight of them the device. */
export function newUid({ deviceId }: Register): string {
  const device = deviceId.toString(16).padStart(8, '0');
  return `${randomBytes(8).toString('hex')}${device}`.toUpperCase();
}

export function counterOf({ counters }: Shift, currency: string): Counter {
  const counter = counters.get(currency) ?? { currency, counts: new Map(), sums: new Map() };
  counters.set(currency, counter);
  return counter;
}

function counterAnswer({ currency, counts, sums }: Counter): Record<string, unknown> {
  const kinds = COUNTED.flatMap((kind) => [
    [`${kind}_count`, counts.get(kind) ?? 0],
    [`${kind}_sum`, (sums.get(kind) ?? new Big(0)).toFixed(2)],
  ]);
  const payments = ['sales_cash', 'sales_cashless', 'sales_other'].map((key) => [
    key,
    (sums.get(key) ?? new Big(0)).toFixed(2),
  ]);
  return { currency, ...Object.fromEntries([...kinds, ...payments].sort()) };
}

/** A Report, its keys in the order of the document. */
export function reportAnswer(register: Register, closed: { date: string; uid: string } | null): unknown {
  const { shift } = register;
  return {
    cashier: shift.cashier,
    close_date: closed?.date ?? null,
    company_name: register.companyName,
    counters: [...shift.counters.values()].map(counterAnswer),
    device_id: register.deviceId,
    first_sale_number: shift.firstSale,
    last_sale_number: shift.lastSale,
    number: shift.number,
    open_date: shift.openDate,
    sales_count: shift.salesCount,
    tax_number: register.taxNumber,
    uid: closed?.uid ?? null,
  };
}

/** What `get_tokens` tells of a register. */
export function tokenInformation(register: Register): unknown {
  return {
    device_id: String(register.deviceId),
    income: null,
    is_registered: true,
    label: null,
    manufacturer: 'AvTPCR',
    name: `Касса ${register.deviceId}`,
    organization: register.companyName,
    pin_code_length: 4,
    puk_code_length: 8,
    serial: register.serial,
    type: 'AvTPCR 128-F-01',
    unp: String(register.taxNumber),
    version: '1.0',
  };
}
