import { describe, expect, test } from 'vitest';
import { toPayments } from '#vendors/iiko/payments.ts';
import { complain } from './support.ts';

const RECORD = {
  info: {
    id: 'b1',
    date: '2017-05-03T00:00:00',
    creationDate: '2017-05-03T14:08:56.027',
    group: 'PAYOUT',
    accountId: 'c1',
    counteragentId: 'f1',
    paymentTypeId: null,
    type: 'PAYCOL',
    sum: 2660,
    comment: 'Закрытие кассовой смены №1 ',
    auth: { user: 'f1', card: '4400123412348888' },
    causeEventId: 'e1',
    cashierId: 'f1',
    departmentId: 'd1',
    cashFlowCategory: { id: 'a1', code: '1', parentCategoryId: null, type: 'OPERATIONAL' },
  },
  actualSum: 2660,
  originalSum: 2660.5,
  editedPayAccountId: 'c1',
  originalPayAccountId: 'c1',
  payAgentId: 'c1',
  paymentTypeId: null,
  editableComment: 'test',
  status: 'ACCEPTED',
};

const read = (body: unknown) => toPayments(body, 'Europe/Moscow', complain);

const first = (changes: object) => read({ sessionId: 's', payOutsRecords: [{ ...RECORD, ...changes }] });

describe('toPayments()', () => {
  test('says it in our words', () => {
    expect(first({}).pay_outs_records).toEqual([
      {
        info: {
          id: 'b1',
          date: '2017-05-03T00:00:00+03:00',
          creation_date: '2017-05-03T14:08:56+03:00',
          group: 'PAYOUT',
          account_id: 'c1',
          counteragent_id: 'f1',
          payment_type_id: null,
          type: 'PAYCOL',
          sum: '2660.00',
          comment: 'Закрытие кассовой смены №1',
          auth: { user: 'f1', card: '4400123412348888' },
          cause_event_id: 'e1',
          cashier_id: 'f1',
          department_id: 'd1',
          cash_flow_category: { id: 'a1', code: '1', parent_category_id: null, type: 'OPERATIONAL' },
        },
        actual_sum: '2660.00',
        original_sum: '2660.50',
        edited_pay_account_id: 'c1',
        original_pay_account_id: 'c1',
        pay_agent_id: 'c1',
        payment_type_id: null,
        editable_comment: 'test',
        status: 'ACCEPTED',
      },
    ]);
  });

  test.each([[{ payOutRecords: [RECORD] }], [{ payOutsRecords: [RECORD], payOutRecords: [RECORD] }]])(
    'knows the pay-outs of the documentation',
    (records) => {
      expect(read({ sessionId: 's', ...records })).toEqual(first({}));
    },
  );

  test('refuses two lists of pay-outs that differ', () => {
    expect(() => read({ sessionId: 's', payOutsRecords: [], payOutRecords: [RECORD] })).toThrow(
      'conflicting_fields',
    );
  });

  test('knows the names of the tables', () => {
    const { causeEventId, cashFlowCategory, ...info } = RECORD.info;
    const { parentCategoryId: _, ...category } = cashFlowCategory;
    const documented = {
      ...info,
      causeEvenId: causeEventId,
      cashFlowCategory: { ...category, parentCategory: 'p' },
    };

    expect(first({ info: documented }).pay_outs_records[0]?.info).toMatchObject({
      cause_event_id: 'e1',
      cash_flow_category: { parent_category_id: 'p' },
    });
  });

  test.each([null, undefined])('takes %s for an empty list, and for what is not told', (nothing) => {
    const body = { sessionId: 's', cashlessRecords: nothing, payInRecords: nothing, payOutsRecords: nothing };
    expect(read(body)).toEqual({
      session_id: 's',
      operation_day: null,
      cashless_records: [],
      pay_in_records: [],
      pay_outs_records: [],
    });
    const info = { id: 'b1', auth: nothing, cashFlowCategory: nothing, sum: nothing };
    expect(first({ info }).pay_outs_records[0]?.info).toMatchObject({
      auth: null,
      cash_flow_category: null,
      sum: null,
    });
  });

  test('keeps what nobody documents, at every depth', () => {
    const info = { ...RECORD.info, auth: { user: 'f1', card: '', pin: '1', terminalId: 5 } };
    expect(first({ info, orderNum: 7 })).toMatchObject({
      pay_outs_records: [{ order_num: 7, info: { auth: { card: null, terminal_id: 5 } } }],
    });
    expect(JSON.stringify(first({ info }))).not.toContain('pin');
  });

  test.each([
    ['no list', { sessionId: 's', payInRecords: {} }, 'wrong_type: поле payInRecords'],
    ['a record without its transaction', { sessionId: 's', payInRecords: [{}] }, 'wrong_type'],
    ['a transaction without an id', { sessionId: 's', payInRecords: [{ info: {} }] }, 'missing_field'],
    ['no shift', {}, 'missing_field'],
    ['no object', [], 'wrong_type'],
  ])('refuses %s', (_what, body, message) => {
    expect(() => read(body)).toThrow(message);
  });
});
