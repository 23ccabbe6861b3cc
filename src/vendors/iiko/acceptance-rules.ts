import type { DataError } from '#core/failure.ts';
import { isPositive } from '#domain/money.ts';
import type { Draft, DraftItem } from './acceptance.ts';
import type { AcceptanceDocument, AcceptanceItem } from './acceptance-document.ts';
import type { LedgerAccounts } from './ledger.ts';

/**
 * Accounts whose items must name a counteragent; items on any other must not (004_… "Принятие кассовой смены",
 * note 2). The header names all its counteragents, whatever the account (note 1).
 */
const TYPES_WITH_COUNTERAGENT = new Set([
  'ACCOUNTS_RECEIVABLE',
  'DEBTS_OF_EMPLOYEES',
  'EMPLOYEES_LIABILITY',
  'ACCOUNTS_PAYABLE',
  'CLIENTS_LIABILITY',
]);

type Field = 'account_override_id' | 'counteragent_override_id' | 'sum_real';

/** Where the order would have to say something else; what it does not mention is named by its transaction. */
function complaint({ item, override, index }: DraftItem, field: Field, message: string): DataError {
  if (override) return { path: `/items/${index}/${field}`, message };
  return { path: '/items', message: `проводка ${item.transaction_id}: ${message}, укажите ${field}` };
}

/** What is wrong with an account wherever it stands; undefined when nothing is. */
function accountComplaint(id: string, accounts: LedgerAccounts): string | undefined {
  const account = accounts.get(id.toLowerCase());
  if (!account) return `счета ${id} нет`;
  if (account.deleted) return `счет ${account.name ?? id} удален`;
  if (account.type === 'INVENTORY_ASSETS')
    return `счет ${account.name ?? id}: категория "складские запасы" не допускается`;
  return undefined;
}

function wantsCounteragent(id: string | null, accounts: LedgerAccounts): boolean {
  return id !== null && TYPES_WITH_COUNTERAGENT.has(accounts.get(id.toLowerCase())?.type ?? '');
}

function itemErrors(draft: DraftItem, accounts: LedgerAccounts): DataError[] {
  const { account_override_id: account, counteragent_override_id: counteragent, sum_real } = draft.item;
  const wrong = account === null ? 'счет не указан' : accountComplaint(account, accounts);
  if (wrong !== undefined) return [complaint(draft, 'account_override_id', wrong)];

  const errors: DataError[] = [];
  const isWanted = wantsCounteragent(account, accounts);
  if (isWanted && counteragent === null) {
    errors.push(complaint(draft, 'counteragent_override_id', 'для этого счета нужен контрагент'));
  }
  if (!isWanted && draft.override?.counteragent_override_id !== undefined) {
    errors.push(complaint(draft, 'counteragent_override_id', 'для этого счета контрагент не указывается'));
  }
  if (draft.override?.sum_real !== undefined && !isPositive(sum_real ?? '')) {
    errors.push(complaint(draft, 'sum_real', 'сумма должна быть больше нуля'));
  }
  return errors;
}

/** A counteragent that came with the transaction or the document, and that the account does not take, is left out. */
function withoutUnwanted(item: AcceptanceItem, accounts: LedgerAccounts): AcceptanceItem {
  if (wantsCounteragent(item.account_override_id, accounts)) return item;
  return { ...item, counteragent_override_id: null };
}

function headerErrors(header: Draft['header'], accounts: LedgerAccounts): DataError[] {
  return (['account_shortage_id', 'account_surplus_id'] as const).flatMap((field) => {
    const message = accountComplaint(header[field] ?? '', accounts);
    return message === undefined ? [] : [{ path: `/${field}`, message }];
  });
}

/** Every account that the draft names. */
export function accountsOf({ header, items }: Draft): string[] {
  const ids = [
    header.account_shortage_id,
    header.account_surplus_id,
    ...items.map(({ item }) => item.account_override_id),
  ];
  return ids.filter((id) => id !== null);
}

/** The draft as a document fit to be sent, or all that is wrong with the order, by JSON pointers into it. */
export function checkDraft(
  { header, items, errors }: Draft,
  accounts: LedgerAccounts,
): { readonly document: AcceptanceDocument } | { readonly errors: readonly DataError[] } {
  const all = [
    ...headerErrors(header, accounts),
    ...errors,
    ...items.flatMap((draft) => itemErrors(draft, accounts)),
  ];
  if (all.length > 0) return { errors: all };
  return { document: { ...header, items: items.map(({ item }) => withoutUnwanted(item, accounts)) } };
}
