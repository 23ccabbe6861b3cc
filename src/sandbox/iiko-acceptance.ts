import { isJsonObject } from '#core/json.ts';
import { findAccount, findCounteragent, TYPES_WITH_COUNTERAGENT } from './iiko-accounts.ts';
import { type AcceptanceDocument, type AcceptanceItem, itemsOf, textOf } from './iiko-documents.ts';
import { type Transaction, transactionsOf } from './iiko-payments.ts';
import type { SimulatedShift } from './iiko-shifts.ts';

type Complaint = { readonly value: unknown; readonly code: string };
type ItemComplaints = { readonly identifier: unknown; readonly error: readonly Complaint[] };
type Body = Readonly<Record<string, unknown>>;

const STATUSES: readonly string[] = ['ACCEPTED', 'UNACCEPTED', 'HASWARNINGS'];

/** The document as `closedSessionDocument` and a successful `save` show it. */
export function writeDocument(shift: SimulatedShift, document: AcceptanceDocument): Record<string, unknown> {
  return {
    id: document.id,
    session: { sessionId: shift.row.id, groupId: shift.groupId, number: shift.row.sessionNumber },
    accountShortageId: document.accountShortageId,
    counteragentShortageId: document.counteragentShortageId,
    accountSurplusId: document.accountSurplusId,
    counteragentSurplusId: document.counteragentSurplusId,
    departmentId: shift.departmentId,
    items: document.items,
  };
}

/** Any HASWARNINGS makes the whole HASWARNINGS, else any UNACCEPTED the whole UNACCEPTED. */
function statusOf(items: readonly AcceptanceItem[]): string {
  const statuses = items.map(({ status }) => textOf(status));
  if (statuses.includes('HASWARNINGS')) return 'HASWARNINGS';
  return statuses.includes('UNACCEPTED') ? 'UNACCEPTED' : 'ACCEPTED';
}

/** Never both empty and wrong: the first complaint about a value is the only one. */
function accountComplaint(
  id: string | undefined,
  empty: Complaint,
  unknownCode: string,
): Complaint | undefined {
  if (id === undefined) return empty;
  const account = findAccount(id);
  if (!account) return { value: id, code: unknownCode };
  if (account.deleted) return { value: id, code: 'ACCOUNT_DELETED' };
  return account.type === 'INVENTORY_ASSETS'
    ? { value: id, code: 'INVENTORY_ASSETS_TYPE_NOT_ALLOWED' }
    : undefined;
}

function counteragentComplaint(id: string, unknownCode: string): Complaint | undefined {
  const counteragent = findCounteragent(id);
  if (!counteragent) return { value: id, code: unknownCode };
  return counteragent.deleted ? { value: id, code: 'COUNTERAGENT_DELETED' } : undefined;
}

/** All four header fields must be filled, whatever the account (004_… "Принятие кассовой смены", note 1). */
function headerComplaints(body: Body): Complaint[] {
  return ['Shortage', 'Surplus'].flatMap((side) => {
    const counteragentId = textOf(body[`counteragent${side}Id`]);
    const complaints = [
      accountComplaint(
        textOf(body[`account${side}Id`]),
        { value: `account${side}`, code: 'EMPTY_FIELD' },
        `ACCOUNT_${side.toUpperCase()}_NOT_FOUND`,
      ),
      counteragentId === undefined
        ? { value: `counteragent${side}`, code: 'EMPTY_FIELD' }
        : counteragentComplaint(counteragentId, `COUNTERAGENT_${side.toUpperCase()}_NOT_FOUND`),
    ];
    return complaints.filter((complaint) => complaint !== undefined);
  });
}

/** An item names a counteragent if and only if the type of its account wants one. */
function itemCounteragentComplaint(
  accountId: string,
  counteragentId: string | undefined,
): Complaint | undefined {
  const wanted = TYPES_WITH_COUNTERAGENT.includes(findAccount(accountId)?.type ?? '');
  if (counteragentId === undefined) {
    return wanted ? { value: accountId, code: 'COUNTERAGENT_MISSED_FOR_ACCOUNT' } : undefined;
  }
  if (!wanted) return { value: accountId, code: 'COUNTERAGENT_NOT_ALLOWED_FOR_ACCOUNT' };
  return counteragentComplaint(counteragentId, 'COUNTERAGENT_NOT_FOUND');
}

function itemComplaints(item: AcceptanceItem, transaction: Transaction | undefined): Complaint[] {
  const accountId = textOf(item.accountOverrideId) ?? textOf(item.accountOverride);
  const counteragentId = textOf(item.counteragentOverrideId) ?? textOf(item.counteragentOverride);
  const aboutAccount = accountComplaint(
    accountId,
    { value: 'accountOverride', code: 'ACCOUNT_NOT_SPECIFIED' },
    'ACCOUNT_NOT_FOUND',
  );
  const sum = item.sumReal === undefined || item.sumReal === null ? undefined : Number(item.sumReal);
  const complaints = [
    transaction ? undefined : { value: item.transactionId ?? null, code: 'TRANSACTION_NOT_FOUND' },
    aboutAccount,
    accountId === undefined || aboutAccount
      ? undefined
      : itemCounteragentComplaint(accountId, counteragentId),
    sum !== undefined && !(sum > 0)
      ? { value: item.sumReal, code: 'ONLY_POSITIVE_VALUES_ALLOWED' }
      : undefined,
    STATUSES.includes(textOf(item.status) ?? '') ? undefined : { value: 'status', code: 'EMPTY_FIELD' },
  ];
  return complaints.filter((complaint) => complaint !== undefined);
}

/** The sum of anything but a pay-out cannot be edited: it is dropped without a word. */
function storedItem(item: AcceptanceItem, transaction: Transaction | undefined): AcceptanceItem {
  if (transaction?.group === 'PAYOUT') return item;
  const { sumReal: _, ...rest } = item;
  return rest;
}

function refused(
  body: Body,
  documentError: readonly Complaint[],
  itemError: readonly ItemComplaints[],
): unknown {
  const session = isJsonObject(body.session) ? body.session : {};
  const { groupId, group, ...rest } = session;
  // The echo of a refused document calls it `group`, like the table of the request, unlike every other answer.
  const echo = { ...body, session: { ...rest, group: groupId ?? group } };
  return { importResult: 'ERROR', status: null, errors: { documentError, itemError }, document: echo };
}

/**
 * What `save` answers. A document that is in order replaces the shift's one, and `accept` is told the status of
 * the whole; with any complaint nothing changes.
 */
export function saveDocument(
  body: Body,
  shift: SimulatedShift,
  document: AcceptanceDocument,
  accept: (status: string) => void,
): unknown {
  const transactions = new Map(transactionsOf(shift).map((transaction) => [transaction.id, transaction]));
  const items = itemsOf(body);
  const transactionOf = (item: AcceptanceItem) => transactions.get(textOf(item.transactionId) ?? '');
  const itemError = items
    .map((item) => ({ identifier: item.num ?? null, error: itemComplaints(item, transactionOf(item)) }))
    .filter(({ error }) => error.length > 0);
  const covered = new Set(items.map(({ transactionId }) => transactionId));
  const documentError = [
    ...headerComplaints(body),
    ...[...transactions.keys()]
      .filter((id) => !covered.has(id))
      .map((id) => ({ value: id, code: 'TRANSACTION_MISSED' })),
  ];
  if (documentError.length + itemError.length > 0) return refused(body, documentError, itemError);

  document.accountShortageId = textOf(body.accountShortageId) ?? null;
  document.counteragentShortageId = textOf(body.counteragentShortageId) ?? null;
  document.accountSurplusId = textOf(body.accountSurplusId) ?? null;
  document.counteragentSurplusId = textOf(body.counteragentSurplusId) ?? null;
  document.items = items.map((item) => storedItem(item, transactionOf(item)));
  const status = statusOf(document.items);
  accept(status);
  return { importResult: 'SUCCESS', status, errors: null, document: writeDocument(shift, document) };
}
