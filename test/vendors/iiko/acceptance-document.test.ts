import { describe, expect, test } from 'vitest';
import { parseJson } from '#core/json.ts';
import {
  completeDocument,
  toDocument,
  toTheirDocument,
  unmasked,
} from '#vendors/iiko/acceptance-document.ts';
import { complain } from './support.ts';

const THEIRS = {
  id: '1a94e9e8-56cf-3a14-015b-ce1629e5006b',
  session: {
    sessionId: 'f67fea0a-90d4-427c-ac3d-b82c1582f7f9',
    groupId: '94a6f400-2f9b-4a5a-be7f-19b7b62c55a7',
    number: 1,
  },
  accountShortageId: 'ad3cc1aa-a60e-c85c-e66d-3904490de4b9',
  counteragentShortageId: null,
  accountSurplusId: 'ad3cc1aa-a60e-c85c-e66d-3904490de4b9',
  counteragentSurplusId: '2c6f7e76-2fee-473e-879e-4c4c2faaa032',
  departmentId: 'cb90393a-8299-4af1-9fab-5ec308726266',
  items: [
    {
      num: 0,
      transactionId: 'e08a16b6-931c-4068-9aa5-b740d5ce726b',
      sumReal: 2650.5,
      accountOverrideId: 'ad3cc1aa-a60e-c85c-e66d-3904490de4b9',
      counteragentOverrideId: '2c6f7e76-2fee-473e-879e-4c4c2faaa032',
      status: 'ACCEPTED',
      comment: 'test',
    },
  ],
};

const OURS = {
  id: '1a94e9e8-56cf-3a14-015b-ce1629e5006b',
  session: {
    session_id: 'f67fea0a-90d4-427c-ac3d-b82c1582f7f9',
    group_id: '94a6f400-2f9b-4a5a-be7f-19b7b62c55a7',
    number: 1,
  },
  account_shortage_id: 'ad3cc1aa-a60e-c85c-e66d-3904490de4b9',
  counteragent_shortage_id: null,
  account_surplus_id: 'ad3cc1aa-a60e-c85c-e66d-3904490de4b9',
  counteragent_surplus_id: '2c6f7e76-2fee-473e-879e-4c4c2faaa032',
  department_id: 'cb90393a-8299-4af1-9fab-5ec308726266',
  items: [
    {
      num: 0,
      transaction_id: 'e08a16b6-931c-4068-9aa5-b740d5ce726b',
      sum_real: '2650.50',
      account_override_id: 'ad3cc1aa-a60e-c85c-e66d-3904490de4b9',
      counteragent_override_id: '2c6f7e76-2fee-473e-879e-4c4c2faaa032',
      status: 'ACCEPTED',
      comment: 'test',
    },
  ],
};

const sent = (document: typeof OURS) => parseJson(JSON.stringify(toTheirDocument(document)));

describe('an acceptance document', () => {
  test('is read in our words and sent in theirs', () => {
    expect(toDocument(THEIRS, complain)).toEqual(OURS);
    expect(sent(OURS)).toEqual(THEIRS);
  });

  test('is read in every spelling', () => {
    const { groupId: group, ...session } = THEIRS.session;
    const items = THEIRS.items.map(({ accountOverrideId, counteragentOverrideId, ...item }) => ({
      ...item,
      accountOverride: accountOverrideId,
      counteragentOverride: counteragentOverrideId,
    }));
    expect(toDocument({ ...THEIRS, session: { ...session, group }, items }, complain)).toEqual(OURS);
  });

  test('names in an item only what it has, and the whole header', () => {
    const [item] = OURS.items;
    const bare = { ...item, sum_real: null, counteragent_override_id: null, comment: null };
    const document = { ...OURS, account_shortage_id: null, department_id: null, items: [bare] };
    expect(Object.keys((sent(document as never) as typeof THEIRS).items[0] ?? {})).toEqual([
      'num',
      'transactionId',
      'accountOverrideId',
      'status',
    ]);
    expect(sent(document as never)).toHaveProperty('accountShortageId', null);
    expect(sent(document as never)).not.toHaveProperty('departmentId');
  });

  test('loses nothing that newer servers write, and no digit of a sum', () => {
    const text = JSON.stringify({ ...THEIRS, operationDate: '2017-05-03', rows: [{ rowId: 1 }] });
    const theirs = parseJson(text.replace('2650.5', '12345678901234567.89'));
    const ours = toDocument(theirs, complain);

    expect(ours).toMatchObject({ operation_date: '2017-05-03', rows: [{ row_id: 1 }] });
    expect(JSON.parse(JSON.stringify(ours)).items[0].sum_real).toBe('12345678901234567.89');
    expect(sent(ours as typeof OURS)).toEqual(theirs);
  });

  test('of a client is filled in', () => {
    const { id, session, items } = OURS;
    const [{ num, transaction_id } = { num: 0, transaction_id: '' }] = items;
    const input = {
      id,
      session: { session_id: session.session_id },
      items: [{ num, transaction_id, sum_real: '5' }],
    };
    expect(completeDocument(input, complain)).toMatchObject({
      session: { session_id: session.session_id, group_id: null, number: null },
      account_shortage_id: null,
      items: [{ num: 0, sum_real: '5.00', account_override_id: null, status: null, comment: null }],
    });
  });

  test('that was masked comes back as the server keeps it, and what was edited as it was edited', () => {
    const [item = { transaction_id: '' }] = OURS.items;
    const kept = (comment: string) => ({ ...OURS, items: [{ ...item, comment }] }) as typeof OURS;
    const masked = kept('ask ************.com');

    expect(unmasked(masked, kept('ask ivan@example.com'))).toEqual(kept('ask ivan@example.com'));
    expect(unmasked(kept('new'), kept('ask ivan@example.com'))).toEqual(kept('new'));
    expect(unmasked(masked, { ...OURS, items: [] })).toEqual(masked);
  });

  test.each([
    ['no id', { ...THEIRS, id: null }],
    ['no shift', { ...THEIRS, session: null }],
    ['a shift without an id', { ...THEIRS, session: {} }],
    ['an item without its transaction', { ...THEIRS, items: [{ num: 0 }] }],
    ['no list of items', { ...THEIRS, items: 'none' }],
  ])('with %s is refused', (_what, theirs) => {
    expect(() => toDocument(theirs, complain)).toThrow('VENDOR_BAD_RESPONSE');
  });

  test('takes null for no items', () => {
    expect(toDocument({ ...THEIRS, items: null }, complain).items).toEqual([]);
  });
});
