import Big from 'big.js';
import { beforeEach, describe, expect, test } from 'vitest';
import { isJsonObject } from '#core/json.ts';
import type { SimulatedResponse, Simulator } from '#sandbox/simulator.ts';
import { whiteServer } from '#sandbox/white-server.ts';
import { createFakeClock, type FakeClock } from '../support/fake-clock.ts';

const OBJECT_ID = 199_990_001;

const SEED = {
  accounts: [
    { name: 'ws', config: { token: 'one', object_id: OBJECT_ID }, devices: [] },
    { name: 'other', config: { token: 'two', object_id: 5 }, devices: [] },
  ],
};

type Json = Record<string, unknown>;

let clock: FakeClock;
let simulator: Simulator;

beforeEach(() => {
  clock = createFakeClock(Date.parse('2026-01-31T12:00:00Z'));
  simulator = whiteServer.create(SEED, clock);
});

function post(
  body: unknown,
  token = 'one',
  path = '/wsserverlp/api/v2/aggregators/Create',
): SimulatedResponse {
  const headers = { aggregatorauthentication: token };
  const query = new URLSearchParams();
  return simulator.respond({ method: 'POST', path, query, headers, text: '', body });
}

/** The answer as a client reads it. */
function ask(taskType: string, params?: object, token?: string): Json {
  const response = post({ taskType, params }, token);
  expect(response.status).toBe(200);
  const body: unknown = JSON.parse(JSON.stringify(response.body));
  return isJsonObject(body) ? body : {};
}

const PARAMS = { reportDate: { date: '2026-01-31' }, currency: { rid: 0 } };

const order = (reportParams: object = PARAMS, mode: object = { objectId: OBJECT_ID, timeout: 120 }) =>
  ask('ShRepBillOfBalance', { async: mode, reportParams });

function guidOf({ responseCommon }: Json): string {
  return isJsonObject(responseCommon) ? String(responseCommon.taskGuid) : '';
}

const poll = (taskGuid: string, token?: string) => ask('GetTaskResponse', { taskGuid }, token);

function codeOf({ error }: Json): unknown {
  const { wsError } = isJsonObject(error) ? error : {};
  return isJsonObject(wsError) ? wsError.code : undefined;
}

type Line = {
  rid: number;
  goodName: string;
  quantity: number;
  sumWithoutTax: number;
  sumNds: number;
  groupId: unknown;
};

/** Orders a report and waits for its lines and groups. */
function report(reportParams: object = {}): { lines: Line[]; groups: { id: number; name: string }[] } {
  const guid = guidOf(order({ ...PARAMS, ...reportParams }));
  poll(guid);
  clock.advance(3000);
  return poll(guid).taskResponse as ReturnType<typeof report>;
}

const ridsOf = (reportParams: object) => report(reportParams).lines.map(({ rid }) => rid);

describe('a task', () => {
  test('gets a guid, is awaited, and answers', () => {
    const created = order();
    const guid = guidOf(created);
    expect(created).toEqual({
      responseCommon: { taskGuid: guid, taskType: 'ShRepBillOfBalance', objectId: OBJECT_ID },
    });
    expect(guid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(codeOf(poll(guid))).toBe('AwaitingAnswer');
    clock.advance(2999);
    expect(codeOf(poll(guid))).toBe('AwaitingAnswer');
    clock.advance(1);
    expect(poll(guid)).toMatchObject({ ...created, taskResponse: { groups: [] } });
    expect(poll(guid)).toMatchObject({ ...created, taskResponse: { groups: [] } });
  });

  test('is awaited even by those who ask late for the first time', () => {
    const guid = guidOf(order());
    clock.advance(60_000);
    expect(codeOf(poll(guid))).toBe('AwaitingAnswer');
    expect(poll(guid)).toHaveProperty('taskResponse');
  });

  test('may be synchronous', () => {
    const sync = { objectId: OBJECT_ID };
    expect(ask('ShRepBillOfBalance', { sync, reportParams: PARAMS })).toHaveProperty('taskResponse');
    const offline = { objectId: OBJECT_ID + 1 };
    expect(codeOf(ask('ShRepBillOfBalance', { sync: offline, reportParams: PARAMS }))).toBe('Timeout');
  });

  test('times out when the agent is offline, after the time that was given', () => {
    const guid = guidOf(order(PARAMS, { objectId: OBJECT_ID + 1, timeout: 90 }));
    poll(guid);
    clock.advance(89_999);
    expect(codeOf(poll(guid))).toBe('AwaitingAnswer');
    clock.advance(1);
    expect(poll(guid)).toMatchObject({
      error: {
        wsError: {
          code: 'Timeout',
          desc: 'Agent is offline or has been unresponsive for more than 2 minutes.',
        },
      },
      responseCommon: { taskGuid: guid },
    });
  });

  test('is nobody else’s, and is not kept for ever', () => {
    const guid = guidOf(order());
    poll(guid);
    clock.advance(3000);
    expect(codeOf(poll(guid, 'two'))).toBe('NotFound');
    expect(poll(guid)).toHaveProperty('taskResponse');
    clock.advance(3_600_000);
    expect(codeOf(poll(guid))).toBe('NotFound');
    expect(codeOf(poll('0b9f2f2e-6a0e-4a53-9a1d-3f6c8f6f1a01'))).toBe('NotFound');
  });

  test('is one of few at a time', () => {
    simulator.control({ object_id: OBJECT_ID, limit: 1 });
    order();
    expect(order()).toEqual({ error: { wsError: { code: 'TaskLimitExceeded' } } });
    clock.advance(3000);
    expect(guidOf(order())).not.toBe('');
  });

  test('is for a restaurant of the aggregator', () => {
    expect(order(PARAMS, { objectId: 5 })).toMatchObject({
      error: { wsError: { code: 'License', extCode: 'WsProduct' } },
    });
  });

  test.each([
    [{ reportParams: PARAMS }],
    [{ async: { objectId: OBJECT_ID }, sync: { objectId: OBJECT_ID }, reportParams: PARAMS }],
    [{ async: { objectId: String(OBJECT_ID) }, reportParams: PARAMS }],
    [{ async: { objectId: OBJECT_ID, timeout: 181 }, reportParams: PARAMS }],
    [{ async: { objectId: OBJECT_ID } }],
    [{ async: { objectId: OBJECT_ID }, reportParams: { ...PARAMS, currency: {} } }],
    [{ async: { objectId: OBJECT_ID }, reportParams: { ...PARAMS, reportDate: { date: '2026-02-30' } } }],
    [{ async: { objectId: OBJECT_ID }, reportParams: { ...PARAMS, store: { rid: 3, groupRid: null } } }],
    [{ async: { objectId: OBJECT_ID }, reportParams: { ...PARAMS, goodsGroup: { rid: 1 } } }],
  ])('is refused when it is %j', (params) => {
    expect(ask('ShRepBillOfBalance', params)).toEqual({
      error: { wsError: { code: 'BadRequest', desc: 'InvalidRequestStructure' } },
    });
  });
});

describe('White Server', () => {
  test('knows aggregators by their token, with or without a word before it', () => {
    expect(ask('GetAgentList', undefined, 'three')).toEqual({ error: { wsError: { code: 'AuthFailed' } } });
    expect(ask('GetAgentList', undefined, 'Token one')).toHaveProperty('taskResponse');
  });

  test('lists the agents of the aggregator alone', () => {
    expect(ask('GetAgentList', undefined, 'two')).toMatchObject({
      taskResponse: {
        agents: [
          { objectId: 5, isOnline: 'true' },
          { objectId: 6, isOnline: 'false' },
        ],
      },
    });
  });

  test('has one path and one method', () => {
    expect(post({ taskType: 'GetAgentList' }, 'one', '/elsewhere').status).toBe(404);
    expect(codeOf(ask('ShGetStores'))).toBe('BadRequest');
  });
});

describe('a report', () => {
  test('is always the same for the same day, and another for another', () => {
    expect(report()).toEqual(report());
    expect(report({ reportDate: { date: '2026-01-30' } })).not.toEqual(report());
  });

  test('has exact sums', () => {
    for (const { quantity, sumWithoutTax, sumNds } of report({ goodsGroup: { rid: 10, withNestedGroups: 0 } })
      .lines) {
      const rate =
        Big(sumNds).eq(Big(sumWithoutTax).times('0.1')) || Big(sumNds).eq(Big(sumWithoutTax).times('0.2'));
      expect(rate).toBe(true);
      expect(Big(quantity).times(1000).mod(1).eq(0)).toBe(true);
    }
    const [milk] = report({ goodsGroup: { rid: 10, withNestedGroups: 0 } }).lines;
    expect(
      Big(milk?.quantity ?? 0)
        .times(75)
        .eq(milk?.sumWithoutTax ?? 0),
    ).toBe(true);
  });

  test('is the sum of its stores', () => {
    const [whole] = report().lines;
    const parts = [3, 4, 5].map((rid) => report({ store: { rid } }).lines[0]?.quantity ?? 0);
    expect(parts.reduce((sum, part) => sum.plus(part), Big(0)).eq(whole?.quantity ?? 0)).toBe(true);
    expect(report({ store: { groupRid: 1 } })).toEqual(report());
    expect(report({ store: { rid: 99 } }).lines).toEqual([]);
  });

  test('is of a group of goods, with those inside it or without', () => {
    expect(ridsOf({ goodsGroup: { rid: 11, withNestedGroups: 0 } })).toEqual([504, 505, 506]);
    expect(ridsOf({ goodsGroup: { rid: 11, withNestedGroups: 1 } })).toEqual([504, 505, 506, 507, 508, 509]);
    expect(ridsOf({ category: { mainRid: 2 } })).toEqual([510]);
    expect(ridsOf({ classify: { itemRid: 1 } })).toEqual([501, 504, 507, 510]);
  });

  test.each([
    ['Less', (quantity: number) => quantity < 0],
    ['NotMore', (quantity: number) => quantity <= 0],
    ['Equal', (quantity: number) => quantity === 0],
    ['NotLess', (quantity: number) => quantity >= 0],
    ['More', (quantity: number) => quantity > 0],
    ['NotEqual', (quantity: number) => quantity !== 0],
  ])('keeps the condition %s', (condition, fits) => {
    const rows = [3, 4, 5].flatMap((rid) => report({ store: { rid } }).lines);
    const kept = [3, 4, 5].flatMap(
      (rid) => report({ store: { rid }, remnants: { condition, value: 'Zero' } }).lines,
    );
    expect(kept).toEqual(rows.filter(({ quantity }) => fits(quantity)));
  });

  test('is grouped as asked for', () => {
    const byStores = report({ constraints: { groupFor: 'ForStores' } });
    expect(byStores.groups.map(({ id }) => id)).toEqual([3, 4, 5]);
    expect(byStores.lines).toHaveLength(30);
    const byGoods = report({ constraints: { groupFor: 'ForGoodGroups' } });
    expect(byGoods.groups.map(({ id }) => id)).toEqual([10, 11, 12, 20]);
    expect(new Set(report().lines.map(({ groupId }) => groupId))).toEqual(new Set([null]));
  });

  test('leaves out what has not moved where it is told to', () => {
    const store = { rid: 3 };
    const moved = ridsOf({ store, constraints: { onlyWithMovementForStore: 1 } });
    expect(moved.length).toBeLessThan(ridsOf({ store }).length);
  });

  test('is in another currency, or fails at StoreHouse in one that there is not', () => {
    const [roubles] = report().lines;
    const [euros] = report({ currency: { rid: 1 } }).lines;
    expect(
      Big(euros?.sumWithoutTax ?? 0)
        .times(100)
        .eq(roubles?.sumWithoutTax ?? 0),
    ).toBe(true);
    const guid = guidOf(order({ ...PARAMS, currency: { rid: 9 } }));
    poll(guid);
    clock.advance(3000);
    expect(poll(guid)).toMatchObject({ error: { shError: { code: 5 } } });
  });
});

describe('a control', () => {
  test('changes the end of reports', () => {
    const error = { wsError: { code: 'AgentError' }, agentError: { code: 'WsaHttpStatus', desc: 'x' } };
    simulator.control({ object_id: OBJECT_ID, outcome: error });
    const guid = guidOf(order());
    poll(guid);
    clock.advance(3000);
    expect(poll(guid)).toMatchObject({ error, responseCommon: { taskGuid: guid } });
    simulator.control({ object_id: OBJECT_ID, outcome: null });
    expect(poll(guid)).toHaveProperty('taskResponse');
  });

  test('refuses everything, makes agents slow, and restaurants large', () => {
    simulator.control({ refuse: { wsError: { code: 'InternalError' } } });
    expect(codeOf(ask('GetAgentList'))).toBe('InternalError');
    simulator.control({ refuse: null, object_id: OBJECT_ID, goods: 2500, answer_after_ms: 0 });
    const guid = guidOf(order());
    poll(guid);
    expect((poll(guid).taskResponse as { lines: unknown[] }).lines).toHaveLength(2500);
  });

  test('tells how the restaurants are doing', () => {
    order();
    order();
    expect(simulator.control({})).toMatchObject({
      restaurants: [
        { object_id: OBJECT_ID, online: true, tasks: 2, at_work: 2, most_at_once: 2 },
        { object_id: OBJECT_ID + 1, online: false, tasks: 0 },
        { object_id: 5 },
        { object_id: 6 },
      ],
    });
  });

  test.each([
    [{ object_id: 7 }],
    [{ online: true }],
    [{ object_id: OBJECT_ID, online: 'no' }],
    [{ object_id: OBJECT_ID, limit: -1 }],
    [{ object_id: OBJECT_ID, outcome: 'bad' }],
    [{ object_id: OBJECT_ID, weather: 'rain' }],
  ])('refuses %j', (change) => {
    expect(() => simulator.control(change)).toThrow();
  });
});
