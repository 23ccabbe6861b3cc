import { stableUuid } from './iiko-ids.ts';

/** Accounts whose items must name a counteragent; items on any other must not (004_… "Принятие кассовой смены", note 2). */
export const TYPES_WITH_COUNTERAGENT: readonly string[] = [
  'ACCOUNTS_RECEIVABLE',
  'DEBTS_OF_EMPLOYEES',
  'EMPLOYEES_LIABILITY',
  'ACCOUNTS_PAYABLE',
  'CLIENTS_LIABILITY',
];

export type LedgerAccount = {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly type: string;
  readonly deleted: boolean;
};

export type Counteragent = { readonly id: string; readonly name: string; readonly deleted: boolean };

function account(code: string, name: string, type: string, deleted = false): LedgerAccount {
  return { id: stableUuid(`account ${code}`), code, name, type, deleted };
}

/** The chart of accounts of every simulated restaurant, by the part it plays. */
export const LEDGER = {
  tradeCash: account('1.01', 'Торговые кассы', 'CASH'),
  mainCash: account('1.02', 'Главная касса', 'CASH'),
  acquiring: account('1.10', 'Эквайринг', 'OTHER_CURRENT_ASSET'),
  store: account('1.20', 'Склад', 'INVENTORY_ASSETS'),
  staff: account('2.01', 'Расчеты с сотрудниками', 'EMPLOYEES_LIABILITY'),
  suppliers: account('2.02', 'Расчеты с поставщиками', 'ACCOUNTS_PAYABLE'),
  guests: account('2.03', 'Расчеты с гостями', 'CLIENTS_LIABILITY'),
  cashDifference: account('5.01', 'Недостачи и излишки', 'OTHER_EXPENSES'),
  forgotten: account('9.99', 'Старая касса', 'CASH', true),
} as const;

function counteragent(name: string, deleted = false): Counteragent {
  return { id: stableUuid(`counteragent ${name}`), name, deleted };
}

/** People and companies that a sum can be owed to or by. */
export const COUNTERAGENTS = {
  cashier: counteragent('Иванова А.'),
  manager: counteragent('Петров Б.'),
  dismissed: counteragent('Уволенный В.', true),
} as const;

const ACCOUNTS: ReadonlyMap<string, LedgerAccount> = new Map(
  Object.values(LEDGER).map((entry) => [entry.id, entry]),
);
const PEOPLE: ReadonlyMap<string, Counteragent> = new Map(
  Object.values(COUNTERAGENTS).map((entry) => [entry.id, entry]),
);

export function findAccount(id: string): LedgerAccount | undefined {
  return ACCOUNTS.get(id);
}

export function findCounteragent(id: string): Counteragent | undefined {
  return PEOPLE.get(id);
}

/** The bare array of `/v2/entities/accounts/list`. */
export function listAccounts(includeDeleted: boolean): readonly unknown[] {
  return [...ACCOUNTS.values()]
    .filter(({ deleted }) => includeDeleted || !deleted)
    .map(({ id, code, deleted, name, type }) => ({
      rootType: 'Account',
      id,
      accountParentId: null,
      parentCorporateId: null,
      code,
      deleted,
      name,
      type,
      system: false,
      customTransactionsAllowed: true,
    }));
}
