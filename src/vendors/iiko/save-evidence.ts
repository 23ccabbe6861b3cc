import { createHash, randomUUID } from 'node:crypto';
import { isSameAmount } from '#domain/money.ts';
import type { AcceptanceDocument, AcceptanceItem } from './acceptance-document.ts';
import type { CashShift } from './cash-shift.ts';
import { shownTo, tellsOfPerson } from './personal-data.ts';

/** The part of a shift that a save changes. */
export type ShiftState = Pick<CashShift, 'accept_date' | 'session_status'>;

/** What is written down before a document is sent, so that it can be found out later whether it was taken. */
export type SaveEvidence = {
  readonly session_id: string;
  /** The one document that is sent, however often. */
  readonly document: AcceptanceDocument;
  readonly before: { readonly shift: ShiftState; readonly document: AcceptanceDocument };
  /** What the hashes of this evidence begin with. */
  readonly salt: string;
};

const HASH = 'sha256:';

/** A document as it goes to disk: what tells of a person is masked, and a comment that does is a hash. */
function storable(document: AcceptanceDocument, salt: string): AcceptanceDocument {
  const items = document.items.map((item) => {
    if (item.comment === null || !tellsOfPerson(item.comment)) return item;
    const hash = createHash('sha256').update(salt).update(item.comment).digest('base64');
    return { ...item, comment: `${HASH}${hash}` };
  });
  return shownTo({ ...document, items }, false);
}

/** The evidence with everything that has to be sent; written down as JSON it tells of nobody. */
export function createEvidence(facts: Omit<SaveEvidence, 'salt'>): SaveEvidence {
  const salt = randomUUID();
  const { document, before } = facts;
  const evidence = { ...facts, salt };
  const toJSON = (): SaveEvidence => ({
    ...evidence,
    document: storable(document, salt),
    before: { ...before, document: storable(before.document, salt) },
  });
  return Object.defineProperty(evidence, 'toJSON', { value: toJSON });
}

/** Has it been on disk, so that texts are missing in it? */
export function wasWritten({ document }: SaveEvidence): boolean {
  return document.items.some(({ comment }) => comment?.startsWith(HASH));
}

const HEADER = [
  'account_shortage_id',
  'counteragent_shortage_id',
  'account_surplus_id',
  'counteragent_surplus_id',
] as const;

const IDS = ['account_override_id', 'counteragent_override_id'] as const;

function isSameId(one: string | null, other: string | null): boolean {
  return (one ?? '').toLowerCase() === (other ?? '').toLowerCase();
}

type Sums = 'all sums' | 'sums that were kept';

/** The number of an item is the server's business. */
function isSameItem(sent: AcceptanceItem, kept: AcceptanceItem, sums: Sums): boolean {
  const isDropped = sums === 'sums that were kept' && kept.sum_real === null;
  return (
    IDS.every((name) => isSameId(sent[name], kept[name])) &&
    (isDropped || isSameAmount(sent.sum_real, kept.sum_real)) &&
    sent.status === kept.status &&
    (sent.comment ?? '') === (kept.comment ?? '')
  );
}

/** Does `kept` hold what was `sent`? The server drops a sum that may not be edited without a word. */
function holds(kept: AcceptanceDocument, sent: AcceptanceDocument, sums: Sums = 'all sums'): boolean {
  const items = new Map(kept.items.map((item) => [item.transaction_id.toLowerCase(), item]));
  return (
    HEADER.every((name) => isSameId(sent[name], kept[name])) &&
    kept.items.length === sent.items.length &&
    sent.items.every((item) => {
      const same = items.get(item.transaction_id.toLowerCase());
      return same !== undefined && isSameItem(item, same, sums);
    })
  );
}

function isSameState(one: ShiftState, other: ShiftState): boolean {
  return one.accept_date === other.accept_date && one.session_status === other.session_status;
}

/** What the server makes of the statuses of all items: 004_… "Принятие кассовой смены", `status`. */
function statusOfWhole({ items }: AcceptanceDocument): string {
  const statuses = new Set(items.map(({ status }) => status));
  if (statuses.has('HASWARNINGS')) return 'HASWARNINGS';
  return statuses.has('UNACCEPTED') ? 'UNACCEPTED' : 'ACCEPTED';
}

/**
 * What the shift and its document, read again, tell by the evidence as it was written down of a save whose answer was lost: `done` when the document is
 * the one that was sent, `not_done` when nothing has changed, else nobody can say.
 */
export function judge(
  { document: sent, before, salt }: SaveEvidence,
  shift: ShiftState,
  read: AcceptanceDocument,
): 'done' | 'not_done' | 'undecidable' {
  const document = storable(read, salt);
  const isUnchanged = isSameState(shift, before.shift);
  if (!isUnchanged) return holds(document, sent, 'sums that were kept') ? 'done' : 'undecidable';
  if (!holds(document, sent)) return holds(document, before.document) ? 'not_done' : 'undecidable';
  // A document that was the same before proves nothing by itself: the shift has to be as it was asked for.
  if (!holds(before.document, sent)) return 'done';
  return shift.session_status === statusOfWhole(sent) ? 'done' : 'not_done';
}
