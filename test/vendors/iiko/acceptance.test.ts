import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AcceptanceOrder, draftAcceptance } from '#vendors/iiko/acceptance.ts';
import type { AcceptanceDocument, AcceptanceItem } from '#vendors/iiko/acceptance-document.ts';
import { accountsOf, checkDraft } from '#vendors/iiko/acceptance-rules.ts';
import type { LedgerAccounts } from '#vendors/iiko/ledger.ts';
import { type Payment, type Payments, toPayments } from '#vendors/iiko/payments.ts';
import { complain } from './support.ts';

const uuid = (kind: string, number: number) =>
  `${kind.repeat(8)}-0000-4000-8000-${String(number).padStart(12, '0')}`;

const CASH = uuid('c', 1);
const STAFF = uuid('c', 2);
const STORE = uuid('c', 3);
const FORGOTTEN = uuid('c', 4);
const PERSON = uuid('f', 1);
const OTHER_PERSON = uuid('f', 2);

const LEDGER: LedgerAccounts = new Map([
  [CASH, { name: 'Касса', type: 'CASH', deleted: false }],
  [STAFF, { name: 'Сотрудники', type: 'EMPLOYEES_LIABILITY', deleted: false }],
  [STORE, { name: 'Склад', type: 'INVENTORY_ASSETS', deleted: false }],
  [FORGOTTEN, { name: 'Старая касса', type: 'CASH', deleted: true }],
]);

type Record = { number: number; account?: string | null; person?: string | null; sum?: number };

function payments(cashless: readonly Record[], payOuts: readonly Record[]): Payments {
  const toRecord = ({ number, account = CASH, person = null, sum = 10 }: Record) => ({
    info: { id: uuid('b', number), accountId: account, counteragentId: person, sum },
  });
  return toPayments(
    {
      sessionId: uuid('a', 1),
      cashlessRecords: cashless.map(toRecord),
      payOutsRecords: payOuts.map(toRecord),
    },
    'Europe/Moscow',
    complain,
  );
}

function item(number: number, changes: Partial<AcceptanceItem> = {}): AcceptanceItem {
  return {
    num: 0,
    transaction_id: uuid('b', number),
    sum_real: null,
    account_override_id: CASH,
    counteragent_override_id: null,
    status: 'UNACCEPTED',
    comment: 'old',
    ...changes,
  };
}

function documentOf(items: readonly AcceptanceItem[] = []): AcceptanceDocument {
  return {
    id: uuid('9', 1),
    session: { session_id: uuid('a', 1), group_id: uuid('8', 1), number: 889 },
    account_shortage_id: null,
    counteragent_shortage_id: null,
    account_surplus_id: null,
    counteragent_surplus_id: null,
    department_id: uuid('1', 1),
    items: [...items],
  };
}

const order = (changes: Partial<AcceptanceOrder> = {}): AcceptanceOrder => ({
  id: uuid('a', 1),
  status: 'ACCEPTED',
  account_shortage_id: CASH,
  counteragent_shortage_id: PERSON,
  account_surplus_id: CASH,
  counteragent_surplus_id: PERSON,
  ...changes,
});

function accept(
  document: AcceptanceDocument,
  paid: Payments,
  ordered: AcceptanceOrder,
): ReturnType<typeof checkDraft> {
  return checkDraft(draftAcceptance(document, paid, ordered), LEDGER);
}

function accepted(
  document: AcceptanceDocument,
  paid: Payments,
  ordered: AcceptanceOrder,
): AcceptanceDocument {
  const checked = accept(document, paid, ordered);
  if ('errors' in checked) throw new Error(JSON.stringify(checked.errors));
  return checked.document;
}

function errorsOf(document: AcceptanceDocument, paid: Payments, ordered: AcceptanceOrder): unknown {
  const checked = accept(document, paid, ordered);
  return 'errors' in checked ? checked.errors.map(({ path }) => path) : [];
}

describe('a shift accepted for the first time', () => {
  test('gets an item for every transaction, a sum only for pay-outs, a counteragent only where wanted', () => {
    const paid = payments(
      [{ number: 1, person: PERSON }],
      [
        { number: 2, account: STAFF, person: PERSON, sum: 6037.5 },
        { number: 3, sum: 1 },
      ],
    );
    const base = { status: 'ACCEPTED', comment: 'всё верно', counteragent_override_id: null };

    expect(accepted(documentOf(), paid, order({ comment: 'всё верно' }))).toEqual({
      ...documentOf(),
      account_shortage_id: CASH,
      counteragent_shortage_id: PERSON,
      account_surplus_id: CASH,
      counteragent_surplus_id: PERSON,
      items: [
        item(1, { ...base, num: 0 }),
        item(2, {
          ...base,
          num: 1,
          sum_real: '6037.50',
          account_override_id: STAFF,
          counteragent_override_id: PERSON,
        }),
        item(3, { ...base, num: 2, sum_real: '1.00' }),
      ],
    });
  });

  test('takes what the order says of a transaction, whatever the case of its id', () => {
    const override = {
      transaction_id: uuid('b', 1).toUpperCase(),
      sum_real: '5.5',
      account_override_id: STAFF,
      counteragent_override_id: OTHER_PERSON,
      status: 'HASWARNINGS' as const,
      comment: 'недостача',
    };
    const [first, second] = accepted(
      documentOf(),
      payments([], [{ number: 1 }, { number: 2 }]),
      order({ comment: 'ok', items: [override] }),
    ).items;

    expect(first).toEqual(
      item(1, {
        sum_real: '5.50',
        account_override_id: STAFF,
        counteragent_override_id: OTHER_PERSON,
        status: 'HASWARNINGS',
        comment: 'недостача',
      }),
    );
    expect(second).toMatchObject({ sum_real: '10.00', status: 'ACCEPTED', comment: 'ok' });
  });
});

describe('a document that holds something already', () => {
  const held = item(1, {
    num: 7,
    sum_real: '8.00',
    account_override_id: STAFF,
    counteragent_override_id: PERSON,
  });
  const paid = payments([], [{ number: 1 }, { number: 2 }]);

  test('keeps accounts and sums, takes the status, and numbers on from the last', () => {
    expect(accepted(documentOf([held]), paid, order()).items).toMatchObject([
      { ...held, status: 'ACCEPTED', comment: 'old' },
      { num: 8, transaction_id: uuid('b', 2) },
    ]);
  });

  test('takes the comment of the order, where there is one', () => {
    const [first] = accepted(documentOf([held]), paid, order({ comment: 'new' })).items;
    expect(first?.comment).toBe('new');
  });

  test('drops a counteragent that a new account does not take', () => {
    const items = [{ transaction_id: uuid('b', 1), account_override_id: CASH }];
    const [first] = accepted(documentOf([held]), paid, order({ items })).items;
    expect(first).toMatchObject({ account_override_id: CASH, counteragent_override_id: null });
  });

  test('keeps what newer servers write', () => {
    const newer = {
      ...documentOf([{ ...held, operation_date: '2026-01-30' } as AcceptanceItem]),
      author: 'x',
    };
    expect(accepted(newer, paid, order())).toMatchObject({
      author: 'x',
      items: [{ operation_date: '2026-01-30' }, {}],
    });
  });
});

describe('what is wrong with an order', () => {
  const paid = payments([{ number: 1 }], [{ number: 2, account: STAFF, person: PERSON }]);
  const override = (number: number, changes: object) => ({
    items: [{ transaction_id: uuid('b', number), ...changes }],
  });

  test.each([
    ['an unknown transaction', override(5, {}), ['/items/0/transaction_id']],
    [
      'a transaction named twice',
      { items: [1, 1].map((number) => ({ transaction_id: uuid('b', number) })) },
      ['/items/1/transaction_id'],
    ],
    ['a sum on anything but a pay-out', override(1, { sum_real: '1.00' }), ['/items/0/sum_real']],
    ['a sum of nothing', override(2, { sum_real: '0' }), ['/items/0/sum_real']],
    ['a negative sum', override(2, { sum_real: '-1.00' }), ['/items/0/sum_real']],
    [
      'an account without its counteragent',
      override(1, { account_override_id: STAFF }),
      ['/items/0/counteragent_override_id'],
    ],
    [
      'a counteragent on an account that takes none',
      override(1, { counteragent_override_id: PERSON }),
      ['/items/0/counteragent_override_id'],
    ],
    ['stock', override(1, { account_override_id: STORE }), ['/items/0/account_override_id']],
    ['a deleted account', override(1, { account_override_id: FORGOTTEN }), ['/items/0/account_override_id']],
    ['no such account', override(1, { account_override_id: uuid('c', 9) }), ['/items/0/account_override_id']],
    [
      'a header of such accounts',
      { account_shortage_id: STORE, account_surplus_id: uuid('c', 9) },
      ['/account_shortage_id', '/account_surplus_id'],
    ],
  ])('%s', (_what, changes, expected) => {
    expect(errorsOf(documentOf(), paid, order(changes))).toEqual(expected);
  });

  test.each([
    ['no account', { number: 3, account: null }],
    ['no counteragent', { number: 3, account: STAFF }],
  ])('%s on a transaction that it does not mention', (_what, record) => {
    const checked = accept(documentOf(), payments([], [record]), order());
    expect(checked).toMatchObject({
      errors: [{ path: '/items', message: expect.stringContaining(uuid('b', 3)) }],
    });
  });

  test.each([0, -5])('a pay-out of %s is accepted as the server tells it', (sum) => {
    const checked = accept(documentOf(), payments([], [{ number: 3, sum }]), order());
    expect(checked).toMatchObject({ document: { items: [{ sum_real: `${sum}.00` }] } });
  });

  test('asks the ledger for every account that is named', () => {
    const draft = draftAcceptance(documentOf(), paid, order({ account_surplus_id: STORE }));
    expect(accountsOf(draft)).toEqual([CASH, STORE, CASH, STAFF]);
  });
});

describe('for every shift, document and order', () => {
  const statuses = fc.constantFrom('ACCEPTED', 'UNACCEPTED', 'HASWARNINGS') as fc.Arbitrary<'ACCEPTED'>;
  const numbers = fc.uniqueArray(fc.integer({ min: 1, max: 30 }), { maxLength: 12 });
  const account = fc.constantFrom(CASH, STAFF);
  const person = fc.constantFrom(PERSON, OTHER_PERSON);

  const situation = fc
    .record({ all: numbers, held: numbers, ordered: numbers })
    .chain(({ all, held, ordered }) => {
      const record = (number: number) => fc.record({ number: fc.constant(number), account, person });
      return fc.record({
        cashless: fc.tuple(...all.filter((number) => number % 2 === 0).map(record)),
        payOuts: fc.tuple(...all.filter((number) => number % 2 === 1).map(record)),
        held: fc.constant(held),
        holes: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 12, maxLength: 12 }),
        items: fc.tuple(
          ...ordered
            .filter((number) => all.includes(number) || held.includes(number))
            .map((number) =>
              fc.record(
                {
                  transaction_id: fc.constant(uuid('b', number)),
                  account_override_id: account,
                  status: statuses,
                },
                { requiredKeys: ['transaction_id'] },
              ),
            ),
        ),
        status: statuses,
      });
    });

  test('all transactions are covered once, numbers go on, and a counteragent stands exactly where it is wanted', () => {
    fc.assert(
      fc.property(situation, ({ cashless, payOuts, held, holes, items, status }) => {
        const paid = payments(cashless as Record[], payOuts as Record[]);
        let num = 0;
        const present = held.map((number, index) => {
          num += holes[index] ?? 1;
          const sum_real = number % 2 === 1 ? '3.00' : null;
          return item(number, { num, sum_real, counteragent_override_id: PERSON });
        });
        const ordered = order({ status, items: items as { transaction_id: string }[] });
        const result = accepted(documentOf(present), paid, ordered).items;
        const all: Payment[] = [...paid.cashless_records, ...paid.pay_outs_records];
        const wanted = new Set([
          ...all.map(({ info }) => info.id),
          ...held.map((number) => uuid('b', number)),
        ]);
        expect(result.map(({ transaction_id }) => transaction_id).sort()).toEqual([...wanted].sort());
        expect(result.slice(0, present.length).map(({ num }) => num)).toEqual(present.map(({ num }) => num));
        const added = result.slice(present.length).map(({ num }) => num);
        expect(added).toEqual(added.map((_num, index) => (held.length === 0 ? 0 : num + 1) + index));

        for (const one of result) {
          const override = ordered.items?.find(({ transaction_id }) => transaction_id === one.transaction_id);
          expect(one.counteragent_override_id !== null).toBe(one.account_override_id === STAFF);
          expect(one.status).toBe(override?.status ?? status);
          const before = present.find(({ transaction_id }) => transaction_id === one.transaction_id);
          const isPayOut = paid.pay_outs_records.some(({ info }) => info.id === one.transaction_id);
          expect(one.sum_real).toBe(before ? before.sum_real : isPayOut ? '10.00' : null);
        }
      }),
      { numRuns: 300 },
    );
  });
});
