import { describe, expect, test } from 'vitest';
import { COUNTERAGENTS, LEDGER, TYPES_WITH_COUNTERAGENT } from '#sandbox/iiko-accounts.ts';
import { createVisitor, type Row, type Visitor } from './iiko-visitor.ts';

const YESTERDAY = 'openDateFrom=2026-01-30&openDateTo=2026-01-30';

type Acceptance = { readonly visitor: Visitor; readonly id: string; readonly document: Row };

const records = (payments: Row): Row[] =>
  [payments.cashlessRecords, payments.payInRecords, payments.payOutsRecords].flat() as Row[];

function paymentsOf({ visitor, id }: Acceptance, hideAccepted = false): Row {
  return visitor.get(`/v2/cashshifts/payments/list/${id}?hideAccepted=${hideAccepted}`).body as Row;
}

/** Yesterday's shift of register 12 and its draft, filled in as the documentation's algorithm says. */
function begin(): Acceptance {
  const visitor = createVisitor();
  visitor.logIn();
  const id = String(visitor.list(`${YESTERDAY}&status=UNACCEPTED`)[0]?.id);
  const draft = visitor.get(`/v2/cashshifts/closedSessionDocument/${id}`).body as Row;
  const items = records(paymentsOf({ visitor, id, document: draft })).map(({ info }, num) => {
    const { id: transactionId, sum, group, accountId, counteragentId } = info as Row;
    return {
      num,
      transactionId,
      ...(group === 'PAYOUT' ? { sumReal: sum } : {}),
      accountOverrideId: accountId,
      ...(counteragentId === null ? {} : { counteragentOverrideId: counteragentId }),
      status: 'ACCEPTED',
      comment: '',
    };
  });
  const header = {
    accountShortageId: LEDGER.cashDifference.id,
    counteragentShortageId: COUNTERAGENTS.cashier.id,
    accountSurplusId: LEDGER.cashDifference.id,
    counteragentSurplusId: COUNTERAGENTS.cashier.id,
  };
  return { visitor, id, document: { ...draft, ...header, items } };
}

function save({ visitor, document }: Acceptance, changes: Row = {}): Row {
  const { body, status, text } = visitor.post('/v2/cashshifts/save', { ...document, ...changes });
  if (status !== 200) throw new Error(text);
  return body as Row;
}

/** The document's items with changes to the one at `index`. */
const withItem = ({ document }: Acceptance, index: number, changes: Row): Row => ({
  items: (document.items as Row[]).map((item) => (item.num === index ? { ...item, ...changes } : item)),
});

describe('the simulated iiko: acceptance', () => {
  test('lists cashless payments, pay-ins and pay-outs of a closed shift', () => {
    const acceptance = begin();
    const payments = paymentsOf(acceptance);

    expect(payments).toMatchObject({ sessionId: acceptance.id, operationDay: '2026-01-30' });
    expect(
      records(payments).map(({ info, originalSum, status }) => [(info as Row).type, originalSum, status]),
    ).toEqual([
      ['CARD', 5306, 'UNACCEPTED'],
      ['PAYIN', 300, 'UNACCEPTED'],
      ['PAYOUT', 120.25, 'UNACCEPTED'],
      ['PAYCOL', 6717.25, 'UNACCEPTED'],
    ]);
  });

  test('has no payments of an open shift and no document of it', () => {
    const { visitor } = begin();
    const open = String(visitor.list('openDateFrom=2026-01-31&openDateTo=2026-01-31&status=OPEN')[0]?.id);

    expect(records(visitor.get(`/v2/cashshifts/payments/list/${open}`).body as Row)).toEqual([]);
    expect(visitor.get(`/v2/cashshifts/closedSessionDocument/${open}`).status).toBe(409);
  });

  test('spells pay-outs as its documentation when told to', () => {
    const acceptance = begin();
    acceptance.visitor.control({ spelling: 'documented' });

    expect(paymentsOf(acceptance)).toHaveProperty('payOutRecords');
    expect(paymentsOf(acceptance)).not.toHaveProperty('payOutsRecords');
  });

  test('creates the draft once', () => {
    const { visitor, id, document } = begin();

    expect(visitor.get(`/v2/cashshifts/closedSessionDocument/${id}`).body).toMatchObject({
      id: document.id,
      session: { sessionId: id, number: 889 },
      accountShortageId: null,
      items: [],
    });
  });

  test('accepts a complete document', () => {
    const acceptance = begin();

    expect(save(acceptance)).toMatchObject({ importResult: 'SUCCESS', status: 'ACCEPTED', errors: null });
    const [accepted] = acceptance.visitor.list(`${YESTERDAY}&status=ACCEPTED`);
    expect(accepted).toMatchObject({ id: acceptance.id, acceptDate: '2026-01-31T15:00:00' });
    expect(records(paymentsOf(acceptance, true))).toEqual([]);
    expect(records(paymentsOf(acceptance))).toHaveLength(4);
  });

  test.each([
    ['UNACCEPTED', null],
    ['HASWARNINGS', '2026-01-31T15:00:00'],
  ])('makes the whole %s for one item', (status, acceptDate) => {
    const acceptance = begin();

    expect(save(acceptance, withItem(acceptance, 1, { status }))).toMatchObject({
      importResult: 'SUCCESS',
      status,
    });
    expect(acceptance.visitor.list(`${YESTERDAY}&status=${status}`)).toContainEqual(
      expect.objectContaining({ id: acceptance.id, acceptDate }),
    );
  });

  test('changes the sum of a pay-out, and drops that of anything else', () => {
    const acceptance = begin();
    const items = (acceptance.document.items as Row[]).map((item) => ({ ...item, sumReal: 7 }));
    save(acceptance, { items });

    expect(records(paymentsOf(acceptance)).map(({ actualSum }) => actualSum)).toEqual([5306, 300, 7, 7]);
  });

  test.each([
    [{ accountShortageId: null }, { value: 'accountShortage', code: 'EMPTY_FIELD' }],
    [{ counteragentSurplusId: '' }, { value: 'counteragentSurplus', code: 'EMPTY_FIELD' }],
    [
      { accountShortageId: COUNTERAGENTS.cashier.id },
      { value: COUNTERAGENTS.cashier.id, code: 'ACCOUNT_SHORTAGE_NOT_FOUND' },
    ],
    [{ accountSurplusId: LEDGER.forgotten.id }, { value: LEDGER.forgotten.id, code: 'ACCOUNT_DELETED' }],
    [
      { accountSurplusId: LEDGER.store.id },
      { value: LEDGER.store.id, code: 'INVENTORY_ASSETS_TYPE_NOT_ALLOWED' },
    ],
    [
      { counteragentShortageId: COUNTERAGENTS.dismissed.id },
      { value: COUNTERAGENTS.dismissed.id, code: 'COUNTERAGENT_DELETED' },
    ],
  ])('refuses the header %j', (changes, complaint) => {
    const acceptance = begin();

    expect(save(acceptance, changes)).toMatchObject({
      importResult: 'ERROR',
      status: null,
      errors: { documentError: [complaint], itemError: [] },
      document: { session: { group: expect.any(String) } },
    });
    expect(acceptance.visitor.list(`${YESTERDAY}&status=ACCEPTED`)).toEqual([]);
  });

  test.each([
    [0, { accountOverrideId: null }, { value: 'accountOverride', code: 'ACCOUNT_NOT_SPECIFIED' }],
    [
      0,
      { accountOverrideId: LEDGER.store.id },
      { value: LEDGER.store.id, code: 'INVENTORY_ASSETS_TYPE_NOT_ALLOWED' },
    ],
    [
      0,
      { counteragentOverrideId: COUNTERAGENTS.cashier.id },
      { value: LEDGER.acquiring.id, code: 'COUNTERAGENT_NOT_ALLOWED_FOR_ACCOUNT' },
    ],
    [
      3,
      { counteragentOverrideId: null },
      { value: LEDGER.staff.id, code: 'COUNTERAGENT_MISSED_FOR_ACCOUNT' },
    ],
    [
      3,
      { counteragentOverrideId: COUNTERAGENTS.dismissed.id },
      { value: COUNTERAGENTS.dismissed.id, code: 'COUNTERAGENT_DELETED' },
    ],
    [2, { sumReal: -1 }, { value: -1, code: 'ONLY_POSITIVE_VALUES_ALLOWED' }],
    [1, { status: null }, { value: 'status', code: 'EMPTY_FIELD' }],
  ])('refuses item %i with %j', (index, changes, complaint) => {
    const acceptance = begin();

    expect(save(acceptance, withItem(acceptance, index, changes)).errors).toEqual({
      documentError: [],
      itemError: [{ identifier: index, error: [complaint] }],
    });
  });

  test('wants every transaction of the shift and no other', () => {
    const acceptance = begin();
    const [first, ...others] = acceptance.document.items as Row[];
    const stranger = { ...first, num: 9, transactionId: 'aaaaaaaa-0000-4000-8000-000000000009' };

    expect(save(acceptance, { items: [stranger, ...others] }).errors).toEqual({
      documentError: [{ value: first?.transactionId, code: 'TRANSACTION_MISSED' }],
      itemError: [
        { identifier: 9, error: [{ value: stranger.transactionId, code: 'TRANSACTION_NOT_FOUND' }] },
      ],
    });
  });

  test('takes only JSON, of a document that it has made', () => {
    const { visitor, document } = begin();

    expect(visitor.post('/v2/cashshifts/save', document, 'text/plain').status).toBe(415);
    expect(visitor.post('/v2/cashshifts/save', 'not JSON').status).toBe(400);
    expect(visitor.post('/v2/cashshifts/save', { ...document, id: 'another' }).status).toBe(404);
  });

  test('lists the accounts, the deleted ones on demand', () => {
    const { visitor } = begin();
    const all = visitor.get('/v2/entities/accounts/list?includeDeleted=true').body as Row[];
    const alive = visitor.get('/v2/entities/accounts/list').body as Row[];

    expect(all.map(({ type }) => type)).toEqual(expect.arrayContaining(['CASH', TYPES_WITH_COUNTERAGENT[2]]));
    expect(all.length - alive.length).toBe(1);
  });
});
