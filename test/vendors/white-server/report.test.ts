import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkedData } from '#actions/validation.ts';
import { Failure } from '#core/failure.ts';
import { BillOfBalanceRequest } from '#vendors/white-server/bill-of-balance.ts';
import { paramsOf, readReport } from '#vendors/white-server/report.ts';
import { OBJECT_ID, REQUEST } from './support.ts';

const DEFAULTS = { objectId: OBJECT_ID, agentTimeout: 120 };
const SMALLEST: BillOfBalanceRequest = { report_date: { date: '2026-01-31' }, currency: { rid: 0 } };

function read(data: BillOfBalanceRequest) {
  const report = readReport(data, DEFAULTS);
  return { ...report, params: paramsOf(report.key) };
}

function complaintsOf(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    if (error instanceof Failure) return [error.name, error.details];
  }
  return undefined;
}

function pathsOf(data: unknown): unknown {
  const complaints = complaintsOf(() => checkedData(BillOfBalanceRequest, data));
  const [, details] = complaints as [string, { errors: { path: string }[] }];
  return [...new Set(details.errors.map(({ path }) => path))];
}

describe('readReport', () => {
  test('writes every parameter in the spelling of the document', () => {
    const { params } = read({
      ...REQUEST,
      category: { main_rid: 7, bookeeping_rid: 8 },
      classify: { item_rid: 9 },
      store: { group_rid: 2 },
    });
    expect(params).toEqual({
      reportDate: { date: '2026-01-31' },
      goodsGroup: { rid: 1, withNestedGroups: 1 },
      category: { mainRid: 7, bookeepingRid: 8 },
      classify: { itemRid: 9 },
      store: { groupRid: 2 },
      currency: { rid: 0 },
      constraints: { groupFor: 'ForGoodGroups', onlyWithMovementForStore: 0 },
      remnants: { condition: 'More', value: 'Zero' },
    });
  });

  test('takes 0 for a rid like any other', () => {
    const { params } = read({
      ...SMALLEST,
      goods_group: { rid: 0, with_nested_groups: 0 },
      store: { rid: 0 },
      category: { main_rid: 0 },
    });
    expect(params).toMatchObject({
      currency: { rid: 0 },
      goodsGroup: { rid: 0, withNestedGroups: 0 },
      store: { rid: 0 },
      category: { mainRid: 0 },
    });
  });

  test('leaves out what is null or empty', () => {
    const data = {
      ...SMALLEST,
      store: { rid: 3, group_rid: null },
      category: { main_rid: null, bookeeping_rid: null },
      classify: {},
      constraints: { only_with_movement_for_store: null },
    };
    expect(read(data).params).toEqual({
      reportDate: { date: '2026-01-31' },
      store: { rid: 3 },
      currency: { rid: 0 },
    });
  });

  test('accepts a value of remnants without a condition and does not send it', () => {
    expect(read({ ...SMALLEST, remnants: { value: 'Zero' } }).params).not.toHaveProperty('remnants');
  });

  test('fills in the restaurant and the time-out of the account', () => {
    expect(read(SMALLEST)).toMatchObject({ objectId: OBJECT_ID, agentTimeout: 120 });
    expect(read({ ...SMALLEST, object_id: 5, agent_timeout: 1 })).toMatchObject({
      objectId: 5,
      agentTimeout: 1,
    });
  });

  test('refuses a store and a group of stores together, a day that never was, and no restaurant, at once', () => {
    const data = { ...SMALLEST, report_date: { date: '2026-02-30' }, store: { rid: 0, group_rid: 0 } };
    const complaints = complaintsOf(() => readReport(data, { ...DEFAULTS, objectId: undefined }));
    expect(complaints).toEqual([
      'BUS_INVALID_DATA',
      {
        errors: [
          { path: '/report_date/date', message: expect.any(String) },
          { path: '/store/group_rid', message: expect.any(String) },
          { path: '/object_id', message: expect.any(String) },
        ],
      },
    ]);
  });

  test.each([
    '0000-01-01',
    '0001-01-01',
    '2026-02-29',
    '2100-02-29',
    '2026-13-01',
    '2026-00-10',
    '2026-04-31',
    '2026-01-00',
  ])('does not take %s for a day', (date) => {
    expect(complaintsOf(() => read({ ...SMALLEST, report_date: { date } }))).toBeDefined();
  });

  test.each(['2024-02-29', '2026-12-31'])('takes %s for a day', (date) => {
    expect(read({ ...SMALLEST, report_date: { date } }).params).toMatchObject({ reportDate: { date } });
  });

  test('has one key for requests with the same answer', () => {
    const same: BillOfBalanceRequest[] = [
      { currency: { rid: 0 }, report_date: { date: '2026-01-31' } },
      { ...SMALLEST, remnants: { value: 'MaximumStock' } },
      { ...SMALLEST, store: { rid: null }, category: {} },
      { ...SMALLEST, object_id: OBJECT_ID, agent_timeout: 30 },
    ];
    expect(same.map((data) => read(data).key)).toEqual(same.map(() => read(SMALLEST).key));
  });

  test('has other keys for requests with other answers', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer(), fc.integer({ min: 1 }), (store, currency, object_id) => {
        const data = { ...SMALLEST, object_id, store: { rid: store }, currency: { rid: currency } };
        const { key } = read(data);
        return (
          key !== read({ ...data, store: { group_rid: store } }).key &&
          key !== read({ ...data, object_id: object_id + 1 }).key &&
          key !== read({ ...data, currency: { rid: currency + 1 } }).key
        );
      }),
    );
  });
});

describe('the schema of a request', () => {
  test.each([REQUEST, SMALLEST, { ...SMALLEST, agent_timeout: 180, store: { group_rid: 0 } }])(
    'accepts %j',
    (data) => {
      expect(checkedData(BillOfBalanceRequest, data)).toBe(data);
    },
  );

  test.each([
    [{}, ['/report_date', '/currency']],
    [{ ...SMALLEST, report_date: { date: '31.01.2026' } }, ['/report_date/date']],
    [{ ...SMALLEST, report_date: {} }, ['/report_date/date']],
    [{ ...SMALLEST, goods_group: { rid: 1 } }, ['/goods_group/with_nested_groups']],
    [{ ...SMALLEST, goods_group: { with_nested_groups: 1 } }, ['/goods_group/rid']],
    [{ ...SMALLEST, goods_group: { rid: 1, with_nested_groups: true } }, ['/goods_group/with_nested_groups']],
    [
      { ...SMALLEST, goods_group: { rid: 1.5, with_nested_groups: 2 } },
      ['/goods_group/rid', '/goods_group/with_nested_groups'],
    ],
    [{ ...SMALLEST, currency: { rid: null } }, ['/currency/rid']],
    [{ ...SMALLEST, constraints: { group_for: 'forStores' } }, ['/constraints/group_for']],
    [{ ...SMALLEST, remnants: { condition: 'Greater' } }, ['/remnants/condition']],
    [{ ...SMALLEST, remnants: { value: 'zero' } }, ['/remnants/value']],
    [{ ...SMALLEST, agent_timeout: 0 }, ['/agent_timeout']],
    [{ ...SMALLEST, agent_timeout: 181 }, ['/agent_timeout']],
    [{ ...SMALLEST, object_id: '199990001' }, ['/object_id']],
    [{ ...SMALLEST, category: { bookkeeping_rid: 1 } }, ['/category/bookkeeping_rid']],
    [{ ...SMALLEST, storage: { rid: 1 } }, ['/storage']],
  ])('refuses %j, pointing at %j', (data, paths) => {
    expect(pathsOf(data)).toEqual(paths);
  });
});
