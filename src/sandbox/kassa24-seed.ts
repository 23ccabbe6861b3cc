import { randomUUID } from 'node:crypto';
import Big from 'big.js';
import type { Clock } from '#core/clock.ts';
import {
  type Cashier,
  each,
  type Kassa24State,
  type Kkm,
  OPERATION_KINDS,
  type OperationKind,
} from './kassa24-state.ts';
import type { SimulatorSeed } from './simulator.ts';

const FIRST_SHIFT_INDEX = 8;
const FIRST_CASHIER_ID = 1032;
const FIRST_COMPANY_ID = 20;

/** The figures that the X report of the document begins with, before its one sale of 100.00. */
const CUMULATIVE: Readonly<Record<OperationKind, string>> = {
  Sales: '1228240.94',
  Purchases: '154990.88',
  Refunds: '795774.92',
  PurchaseRefunds: '53272.72',
  Expenses: '19146.36',
  Incomes: '61511.53',
};
const CASH = '93794.10';

function text(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

function addCashier(state: Kassa24State, login: string, password: string, company: number): Cashier {
  const known = state.cashiers.get(login);
  const cashier = known ?? {
    id: FIRST_CASHIER_ID + state.cashiers.size,
    login,
    password,
    name: state.cashiers.size === 0 ? 'first cashier' : `cashier ${state.cashiers.size + 1}`,
    companies: new Set<number>(),
    idShift: 0,
    busyElsewhere: false,
  };
  cashier.companies.add(company);
  state.cashiers.set(login, cashier);
  return cashier;
}

function addKkm(
  state: Kassa24State,
  device: Readonly<Record<string, unknown>>,
  cashier: Cashier,
  idCompany: number,
): void {
  const kkm: Kkm = {
    id: Number(device.id_kkm),
    idCompany,
    companyName: text(device.company_name) ?? 'ТОО "Песочница"',
    bin: text(device.tax_number) ?? '123456789012',
    cashier,
    shift: undefined,
    staleIdShift: false,
    shiftIndex: FIRST_SHIFT_INDEX,
    blocked: false,
    accessible: true,
    inProgress: 0,
    uid: randomUUID(),
    silentUid: false,
    lastOfflineDate: Number.NEGATIVE_INFINITY,
    executed: new Map(),
    cash: new Big(CASH),
    cumulative: each(OPERATION_KINDS, (kind) => new Big(CUMULATIVE[kind])),
  };
  state.kkms.set(kkm.id, kkm);
}

/**
 * The cashiers and registers of the configuration, registers still without shifts. Each account is a company;
 * the account's login is the cashier of its devices unless a device has its own.
 */
export function createState(seed: SimulatorSeed, clock: Clock): Kassa24State {
  const state: Kassa24State = {
    clock,
    cashiers: new Map(),
    kkms: new Map(),
    shifts: new Map(),
    nextDocument: 1,
    tokens: new Map(),
  };
  for (const [index, { config, devices }] of seed.accounts.entries()) {
    const company = FIRST_COMPANY_ID + index;
    const [login = '', password = ''] = [text(config.login), text(config.password)];
    addCashier(state, login, password, company);
    for (const device of devices) {
      const [ownLogin = login, ownPassword = password] = [text(device.login), text(device.password)];
      addKkm(state, device, addCashier(state, ownLogin, ownPassword, company), company);
    }
  }
  return state;
}
