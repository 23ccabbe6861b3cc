import { describe, expect, test } from 'vitest';
import type { AcceptanceDocument, AcceptanceItem } from '#vendors/iiko/acceptance-document.ts';
import {
  createEvidence,
  judge,
  type SaveEvidence,
  type ShiftState,
  wasWritten,
} from '#vendors/iiko/save-evidence.ts';

const ITEM: AcceptanceItem = {
  num: 0,
  transaction_id: 'B-1',
  sum_real: '2650.00',
  account_override_id: 'C-1',
  counteragent_override_id: 'F-1',
  status: 'ACCEPTED',
  comment: 'test',
};

const DRAFT: AcceptanceDocument = {
  id: '9',
  session: { session_id: 'A', group_id: null, number: 1 },
  account_shortage_id: null,
  counteragent_shortage_id: null,
  account_surplus_id: null,
  counteragent_surplus_id: null,
  department_id: null,
  items: [],
};

const SENT: AcceptanceDocument = {
  ...DRAFT,
  account_shortage_id: 'C-1',
  counteragent_shortage_id: 'F-1',
  account_surplus_id: 'C-1',
  counteragent_surplus_id: 'F-1',
  items: [ITEM],
};

const NEW: ShiftState = { accept_date: null, session_status: 'UNACCEPTED' };
const DONE: ShiftState = { accept_date: '2026-01-31T15:00:00+03:00', session_status: 'ACCEPTED' };

/** As it is read from disk. */
const evidence = (document = SENT, before = DRAFT, shift = NEW): SaveEvidence => {
  const made = createEvidence({ session_id: 'A', document, before: { shift, document: before } });
  return JSON.parse(JSON.stringify(made)) as SaveEvidence;
};

const withItem = (changes: Partial<AcceptanceItem>): AcceptanceDocument => ({
  ...SENT,
  items: [{ ...ITEM, ...changes }],
});

describe('judge()', () => {
  test('the document that was sent is there: done', () => {
    expect(judge(evidence(), DONE, SENT)).toBe('done');
    expect(judge(evidence(), NEW, SENT)).toBe('done');
  });

  test('nothing has changed: not done', () => {
    expect(judge(evidence(), NEW, DRAFT)).toBe('not_done');
  });

  test.each([
    ['the case of an id', withItem({ account_override_id: 'c-1', transaction_id: 'b-1' })],
    ['the number of an item', withItem({ num: 5 })],
    ['zeros of a sum', withItem({ sum_real: '2650' })],
    ['a sum that was dropped', withItem({ sum_real: null })],
    ['what else the server writes', { ...SENT, author: 'x' } as AcceptanceDocument],
  ])('%s does not matter', (_what, kept) => {
    expect(judge(evidence(), DONE, kept)).toBe('done');
  });

  test('an empty comment is none', () => {
    expect(judge(evidence(withItem({ comment: '' })), DONE, withItem({ comment: null }))).toBe('done');
  });

  test.each([
    ['another sum', withItem({ sum_real: '1.00' })],
    ['another account', withItem({ account_override_id: 'C-2' })],
    ['another counteragent', withItem({ counteragent_override_id: null })],
    ['another status', withItem({ status: 'HASWARNINGS' })],
    ['another comment', withItem({ comment: 'no' })],
    ['another transaction', withItem({ transaction_id: 'B-2' })],
    ['another header', { ...SENT, account_surplus_id: null }],
    ['one item more', { ...SENT, items: [ITEM, { ...ITEM, transaction_id: 'B-2' }] }],
    ['nothing at all', DRAFT],
  ])('accepted with %s by somebody: nobody can say', (_what, kept) => {
    expect(judge(evidence(), DONE, kept)).toBe('undecidable');
    if (kept !== DRAFT) expect(judge(evidence(), NEW, kept)).toBe('undecidable');
  });

  describe('of a document that was the same before', () => {
    test('the shift has changed: done', () => {
      expect(judge(evidence(SENT, SENT), DONE, SENT)).toBe('done');
      const later = { ...DONE, accept_date: '2026-02-01T10:00:00+03:00' };
      expect(judge(evidence(SENT, SENT, DONE), later, SENT)).toBe('done');
    });

    test('the shift is as it was asked for: done', () => {
      expect(judge(evidence(SENT, SENT, DONE), DONE, SENT)).toBe('done');
      const unaccepted = withItem({ status: 'UNACCEPTED' });
      expect(judge(evidence(unaccepted, unaccepted), NEW, unaccepted)).toBe('done');
    });

    test('the shift is as it was, and not as asked for: not done', () => {
      expect(judge(evidence(SENT, SENT), NEW, SENT)).toBe('not_done');
      const suspicious = withItem({ status: 'HASWARNINGS' });
      expect(judge(evidence(suspicious, suspicious), NEW, suspicious)).toBe('not_done');
    });

    test('a sum that is missing in it proves nothing', () => {
      const before = withItem({ sum_real: null });
      expect(judge(evidence(SENT, before, DONE), DONE, before)).toBe('not_done');
    });
  });
});

describe('evidence', () => {
  const [phone, otherPhone] = ['звонить 77011234567', 'звонить 77021234567'];
  const comment = `${phone}, ivan@example.com, карта 4400 4301 2345 6780`;

  test('has what is to be sent, and tells of nobody on disk', () => {
    const made = createEvidence({
      session_id: 'A',
      document: { ...withItem({ comment }), author: 'petr@example.com' } as AcceptanceDocument,
      before: { shift: NEW, document: withItem({ comment }) },
    });
    const written = JSON.stringify(made);
    expect(made.document.items[0]?.comment).toBe(comment);
    expect(written).not.toMatch(/77011234567|ivan|6780|petr/);
    expect([wasWritten(made), wasWritten(JSON.parse(written))]).toEqual([false, true]);
  });

  test('knows again on disk what it does not tell', () => {
    const sent = evidence(withItem({ comment }));
    expect(judge(sent, DONE, withItem({ comment }))).toBe('done');
    expect(judge(sent, DONE, withItem({ comment: `${comment}!` }))).toBe('undecidable');
  });

  test('tells phones apart that look alike when they are masked', () => {
    const sent = evidence(withItem({ comment: phone }), withItem({ comment: otherPhone }), DONE);
    expect(judge(sent, DONE, withItem({ comment: otherPhone }))).toBe('not_done');
    expect(judge(sent, DONE, withItem({ comment: phone }))).toBe('done');
  });

  test('hides the same text differently in every operation', () => {
    const [one, other] = [evidence(withItem({ comment })), evidence(withItem({ comment }))];
    expect(one.document.items[0]?.comment).not.toBe(other.document.items[0]?.comment);
  });
});
