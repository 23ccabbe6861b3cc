import { beforeEach, describe, expect, test } from 'vitest';
import { Failure } from '#core/failure.ts';
import type { HttpResponse } from '#core/http.ts';
import type { HttpClient } from '#core/http-client.ts';
import { vendorFailure } from '#outbound/vendor-failure.ts';
import type { OrderedReport } from '#vendors/white-server/bill-of-balance-order.ts';
import { createFakeClock, type FakeClock } from '../../support/fake-clock.ts';
import {
  AWAITING,
  COMMON,
  changeContext,
  createCall,
  createJob,
  createScriptedHttp,
  failureOf,
  GUID,
  HTTP,
  jobContext,
  json,
  OBJECT_ID,
  order,
  prepare,
  REQUEST,
  settled,
  wsError,
} from './support.ts';

const START = Date.parse('2026-01-31T12:00:00Z');
const DONE = { ...COMMON, taskResponse: { groups: [], lines: [] } };

let clock: FakeClock;

beforeEach(() => {
  clock = createFakeClock(START);
});

const ORDERED: OrderedReport = {
  task_guid: GUID,
  object_id: OBJECT_ID,
  agent_timeout: 120,
  ordered_at: START,
  ticket: 'ticket',
  report: 'report',
};

const lost = (
  name: 'VENDOR_OUTCOME_UNKNOWN' | 'VENDOR_UNAVAILABLE' | 'VENDOR_TIMEOUT',
  code: string,
  status: number | null = null,
) => vendorFailure(name, HTTP, { status, code, message: '' });

/** A first look at a report whose order was answered with the guid. */
function follow(answer: unknown, afterMs = 2000, ordered = ORDERED) {
  const http = createScriptedHttp(answer instanceof Failure ? answer : json(answer));
  const job = createJob(http, clock);
  clock.advance(afterMs);
  return job.follow(ordered, jobContext(clock));
}

describe('the order', () => {
  test('is the task of the document, and remembers its guid', async () => {
    const http = createScriptedHttp(json(COMMON));
    const ordered = await order(createJob(http, clock), clock);

    expect(ordered).toMatchObject({
      task_guid: GUID,
      object_id: OBJECT_ID,
      agent_timeout: 120,
      ordered_at: START,
    });
    expect(JSON.parse(JSON.stringify(ordered))).toEqual(ordered);
    expect(http.sent).toEqual([
      {
        method: 'POST',
        path: '/wsserverlp/api/v2/aggregators/Create',
        headers: {
          aggregatorauthentication: 'made-up+token/==',
          'content-type': 'application/json; charset=utf-8',
        },
        body: {
          taskType: 'ShRepBillOfBalance',
          params: {
            async: { objectId: OBJECT_ID, timeout: 120 },
            reportParams: {
              reportDate: { date: '2026-01-31' },
              goodsGroup: { rid: 1, withNestedGroups: 1 },
              store: { rid: 3 },
              currency: { rid: 0 },
              constraints: { groupFor: 'ForGoodGroups', onlyWithMovementForStore: 0 },
              remnants: { condition: 'More', value: 'Zero' },
            },
          },
        },
        effect: 'change',
        timeoutMs: 135_000,
      },
    ]);
  });

  test('is refused before anything is written down when its data cannot be', async () => {
    const http = createScriptedHttp();
    const job = createJob(http, clock);
    const data = { ...REQUEST, store: { rid: 1, group_rid: 1 } };

    expect((await failureOf(prepare(job, clock, data))).name).toBe('BUS_INVALID_DATA');
    expect(() => job.check(data)).toThrow('BUS_INVALID_DATA');
    expect(http.sent).toEqual([]);
  });

  test.each([
    [wsError('AuthFailed'), 'VENDOR_AUTH_FAILED'],
    [wsError('BadRequest', { desc: 'InvalidRequestStructure' }), 'VENDOR_REJECTED'],
    [wsError('TaskLimitExceeded'), 'VENDOR_RATE_LIMITED'],
    [wsError('License', { extCode: 'WsAgent' }), 'VENDOR_AUTH_FAILED'],
    [{ ...COMMON, ...wsError('WsAgentNotSelected') }, 'VENDOR_REJECTED'],
    [{}, 'VENDOR_BAD_RESPONSE'],
    [{ responseCommon: { taskGuid: ' ' } }, 'VENDOR_BAD_RESPONSE'],
    [wsError('InternalError'), 'VENDOR_UNAVAILABLE'],
    [wsError('Timeout'), 'VENDOR_TIMEOUT'],
  ])('fails on %j with %s', async (answer, name) => {
    const failure = await failureOf(order(createJob(createScriptedHttp(json(answer)), clock), clock));
    expect(failure.name).toBe(name);
  });

  test.each([
    [{ ...COMMON, error: { wsError: { code: '', desc: '' } } }],
    [{ ...COMMON, ...AWAITING }],
    [{ ...COMMON, ...wsError('Timeout') }],
    [{ ...COMMON, ...wsError('InternalError') }],
  ])('is made when %j gives a guid: what became of it, the task will tell', async (answer) => {
    const ordered = await order(createJob(createScriptedHttp(json(answer)), clock), clock);
    expect(ordered.task_guid).toBe(GUID);
  });

  test('waits for the end of another report of the same restaurant', async () => {
    const job = createJob(createScriptedHttp(json(COMMON), json(DONE)), clock);
    const first = await order(job, clock);
    let second = false;
    void prepare(job, clock, { ...REQUEST, store: { rid: 4 } }).then(() => {
      second = true;
    });
    await prepare(job, clock, { ...REQUEST, object_id: OBJECT_ID + 1 });
    await settled();
    expect(second).toBe(false);

    await job.follow(first, jobContext(clock));
    await settled();
    expect(second).toBe(true);
  });

  test('keeps its place for as long as it waits for its turn at the account', async () => {
    const answer = Promise.withResolvers<HttpResponse>();
    const job = createJob({ ...createScriptedHttp(), send: () => answer.promise }, clock);
    const ordering = order(job, clock);
    await settled();
    let isIn = false;
    const other = prepare(job, clock, { ...REQUEST, store: { rid: 4 } }).then(() => {
      isIn = true;
    });
    clock.advance(3_600_000);
    await settled();
    expect(isIn).toBe(false);
    answer.resolve(json(COMMON));
    await ordering;
    clock.advance(134_999);
    await settled();
    expect(isIn).toBe(false);
    clock.advance(1);
    await other;
  });

  test('is not made for a report that is running: that one is followed', async () => {
    const http = createScriptedHttp(json(COMMON));
    const job = createJob(http, clock);
    const first = await order(job, clock);

    const same = { ...REQUEST, agent_timeout: 60, remnants: { value: 'Zero', condition: 'More' } } as const;
    const prepared = await job.order.prepare(same, changeContext(clock), undefined);
    expect(prepared).toEqual({ answer: first });
    expect(http.sent).toHaveLength(1);
  });

  test('is made again for the same report when that has ended', async () => {
    const job = createJob(createScriptedHttp(json(COMMON), json(DONE)), clock);
    await job.follow(await order(job, clock), jobContext(clock));

    expect(await prepare(job, clock)).toMatchObject({ object_id: OBJECT_ID });
  });

  test.each([wsError('TaskLimitExceeded'), wsError('BadRequest')])(
    'gives its place up after %j',
    async (refusal) => {
      const job = createJob(createScriptedHttp(json(refusal)), clock);
      await failureOf(order(job, clock));
      expect(await prepare(job, clock)).toMatchObject({ object_id: OBJECT_ID });
    },
  );

  test('gives its place up when it is never sent', async () => {
    const job = createJob(createScriptedHttp(), clock);
    await prepare(job, clock);
    const next = prepare(job, clock);
    clock.advance(30_000);
    expect(await next).toMatchObject({ prepared_at: START + 30_000 });
  });

  test('waits for orders of the same report, and for no others', () => {
    const job = createJob(createScriptedHttp(), clock);
    expect(job.laneOf({ ...REQUEST, agent_timeout: 5 })).toBe(job.laneOf(REQUEST));
    expect(job.laneOf({ ...REQUEST, store: { rid: 4 } })).not.toBe(job.laneOf(REQUEST));
  });
});

describe('a lost order', () => {
  const LOST = lost('VENDOR_OUTCOME_UNKNOWN', 'timeout');

  test('counts as not made: it changed nothing, and nobody can read its report', async () => {
    const job = createJob(createScriptedHttp(), clock);
    const evidence = await prepare(job, clock);
    expect(await job.order.settle?.(evidence, changeContext(clock))).toBe('not_done');
  });

  test.each([LOST, lost('VENDOR_UNAVAILABLE', '503', 503)])(
    'keeps the restaurant busy until White Server has surely stopped waiting (%o)',
    async (failure) => {
      const job = createJob(createScriptedHttp(failure, json(COMMON)), clock);
      const evidence = await prepare(job, clock);
      await failureOf(job.order.send(REQUEST, evidence, changeContext(clock)));

      let prepared = false;
      const again = job.order
        .prepare(REQUEST, changeContext(clock, { isDoubtful: true }), evidence)
        .then((it) => {
          prepared = true;
          return it;
        });
      clock.advance(134_999);
      await settled();
      expect(prepared).toBe(false);
      clock.advance(1);
      expect(await again).toMatchObject({ evidence: { prepared_at: START + 135_000 } });
    },
  );

  test('does so after a restart too, which may have come at any moment', async () => {
    const evidence = await prepare(createJob(createScriptedHttp(), clock), clock);
    clock.advance(100_000);
    const restarted = createJob(createScriptedHttp(json(COMMON)), clock);
    const again = restarted.order.prepare(REQUEST, changeContext(clock, { isDoubtful: true }), evidence);
    clock.advance(35_000);
    expect(await again).toMatchObject({ evidence: { prepared_at: START + 135_000 } });
  });

  test('keeps other reports of the restaurant out after a restart, before it is ordered again', async () => {
    const evidence = await prepare(createJob(createScriptedHttp(), clock), clock);
    clock.advance(100_000);
    const restarted = createJob(createScriptedHttp(), clock);
    expect(await restarted.order.settle?.(evidence, changeContext(clock))).toBe('not_done');
    let isIn = false;
    void prepare(restarted, clock, { ...REQUEST, store: { rid: 4 } }).then(() => {
      isIn = true;
    });
    clock.advance(34_999);
    await settled();
    expect(isIn).toBe(false);
    clock.advance(1);
    await settled();
    expect(isIn).toBe(true);
    // Long over: nobody is kept out by it any more.
    expect(await restarted.order.settle?.(evidence, changeContext(clock))).toBe('not_done');
    await prepare(restarted, clock, { ...REQUEST, object_id: OBJECT_ID + 1 });
  });

  test('holds nobody up when it was surely not sent', async () => {
    const evidence = await prepare(createJob(createScriptedHttp(), clock), clock);
    const restarted = createJob(createScriptedHttp(), clock);
    const again = await restarted.order.prepare(REQUEST, changeContext(clock), evidence);
    expect(again).toMatchObject({ evidence: { prepared_at: START } });
  });

  test('ends the waiting of its repeat with the requester', async () => {
    const job = createJob(createScriptedHttp(LOST), clock);
    await failureOf(order(job, clock));
    const gone = new AbortController();
    const call = createCall(clock, gone.signal);
    const again = job.order.prepare(REQUEST, changeContext(clock, { call, isDoubtful: true }), undefined);
    gone.abort();
    expect((await failureOf(again)).name).toBe('BUS_TIMEOUT');
  });
});

describe('following', () => {
  test('asks for the task by its guid', async () => {
    const http = createScriptedHttp(json(AWAITING));
    await createJob(http, clock).follow(ORDERED, jobContext(clock));
    expect(http.sent).toMatchObject([
      { effect: 'read', body: { taskType: 'GetTaskResponse', params: { taskGuid: GUID } } },
    ]);
  });

  test.each([
    [0, 45_000],
    [105_000, 10_000],
    [1_000_000, 5000],
  ])(
    'waits for one look no longer than for a third of what is left for the report (after %i ms for %i ms)',
    async (afterMs, timeoutMs) => {
      const http = createScriptedHttp(json(DONE));
      clock.advance(afterMs);
      await createJob(http, clock).follow(ORDERED, jobContext(clock));
      expect(http.sent).toMatchObject([{ timeoutMs }]);
    },
  );

  test.each([AWAITING, { ...COMMON, ...AWAITING }, COMMON, {}])('goes on after %j', async (answer) => {
    expect(await follow(answer)).toEqual({ state: 'running', progress: null, againInMs: 2000 });
  });

  test.each([
    [-5000, 2000],
    [0, 2000],
    [3999, 2000],
    [4000, 3000],
    [7000, 5000],
    [16_999, 5000],
    [17_000, 10_000],
    [134_999, 10_000],
  ])('asks less and less often (after %i ms again in %i ms)', async (afterMs, againInMs) => {
    const ordered = { ...ORDERED, ordered_at: START - afterMs };
    expect(await follow(AWAITING, 0, ordered)).toMatchObject({ againInMs });
  });

  test('gives up when White Server should long have ended the task', async () => {
    expect(await follow(AWAITING, 135_000)).toMatchObject({
      failure: { name: 'VENDOR_TIMEOUT', details: { status: 200, code: 'AwaitingAnswer' } },
    });
    const patient = { ...ORDERED, agent_timeout: 180, ordered_at: clock.now() };
    expect(await follow(AWAITING, 194_999, patient)).toMatchObject({ state: 'running' });
  });

  test('takes an answer however late it is asked for', async () => {
    expect(await follow(DONE, 3 * 3_600_000)).toEqual({ result: { groups: [], lines: [] } });
  });

  test('takes an answer without responseCommon, and with the number in quotes', async () => {
    expect(await follow({ taskResponse: {} })).toEqual({ result: { groups: [], lines: [] } });
    const responseCommon = { taskGuid: GUID.toUpperCase(), objectId: String(OBJECT_ID) };
    expect(await follow({ taskResponse: {}, responseCommon })).toHaveProperty('result');
  });

  test.each([
    [{ ...COMMON, ...wsError('Timeout', { desc: 'Agent is offline' }) }, 'VENDOR_TIMEOUT', 'Timeout'],
    [wsError('AuthFailed'), 'VENDOR_AUTH_FAILED', 'AuthFailed'],
    [wsError('BadRequest'), 'VENDOR_REJECTED', 'BadRequest'],
    [
      { ...COMMON, error: { agentError: { code: 'WsaHttpStatus', desc: 'x' } } },
      'VENDOR_REJECTED',
      'WsaHttpStatus',
    ],
    [{ ...COMMON, error: { rkError: { code: 1, desc: 'x' } } }, 'VENDOR_REJECTED', '1'],
    [{ ...COMMON, error: { shError: { code: 210, desc: 'x' } } }, 'VENDOR_REJECTED', '210'],
    [{ ...COMMON, taskResponse: { lines: 5 } }, 'VENDOR_BAD_RESPONSE', 'wrong_type'],
  ])('ends with %j', async (answer, name, code) => {
    expect(await follow(answer)).toMatchObject({ failure: { name, details: { code } } });
  });

  describe('a report that White Server has forgotten', () => {
    const FORGOTTEN = json(wsError('NotFound'));
    const AGAIN = '1c0e3a3f-7b1f-4b64-8b2e-4a7d9a8b2b02';
    const CREATED = json({ responseCommon: { taskGuid: AGAIN } });
    const gone = { failure: { name: 'VENDOR_REJECTED', details: { code: 'NotFound' } } };

    /** As often as it is looked at, and what was sent for it. */
    async function looks(count: number, ...answers: HttpResponse[]) {
      const http = createScriptedHttp(json(COMMON), ...answers);
      const job = createJob(http, clock);
      const ordered = await order(job, clock);
      const steps: unknown[] = [];
      for (let look = 0; look < count; look += 1) steps.push(await job.follow(ordered, jobContext(clock)));
      return { steps, bodies: http.sent.map(({ body }) => body) };
    }

    test('is ordered anew, and followed as if nothing had happened', async () => {
      const DONE_AGAIN = json({ responseCommon: { taskGuid: AGAIN }, taskResponse: {} });
      const { steps, bodies } = await looks(3, FORGOTTEN, CREATED, json(AWAITING), DONE_AGAIN);
      expect(steps).toMatchObject([
        { state: 'running', againInMs: 2000 },
        { state: 'running' },
        { result: { groups: [], lines: [] } },
      ]);
      expect(bodies[2]).toEqual(bodies[0]);
      expect(bodies.slice(3)).toMatchObject([
        { params: { taskGuid: AGAIN } },
        { params: { taskGuid: AGAIN } },
      ]);
    });

    test('is ordered anew once only', async () => {
      const { steps, bodies } = await looks(2, FORGOTTEN, CREATED, FORGOTTEN);
      expect(steps).toMatchObject([{ state: 'running' }, gone]);
      expect(bodies).toHaveLength(4);
    });

    test('is ordered anew once for all that follow it', async () => {
      const http = createScriptedHttp(json(COMMON), FORGOTTEN, FORGOTTEN, CREATED, json(AWAITING));
      const job = createJob(http, clock);
      const ordered = await order(job, clock);
      const follow = () => job.follow(ordered, jobContext(clock));
      expect(await Promise.all([follow(), follow()])).toMatchObject([
        { state: 'running' },
        { state: 'running' },
      ]);
      expect(await follow()).toMatchObject({ state: 'running' });
      expect(http.sent).toHaveLength(5);
    });

    describe('followed by two jobs', () => {
      /** A White Server that has forgotten the report, and takes the new order when it is told to. */
      async function forget() {
        const turn = Promise.withResolvers<void>();
        const sent: unknown[] = [];
        let isNew = false;
        const http: HttpClient = {
          ...HTTP,
          async send({ body }, { signal }) {
            sent.push(body);
            if (sent.length === 1) return json(COMMON);
            const { taskType, params } = body as { taskType: string; params: { taskGuid?: string } };
            if (taskType === 'GetTaskResponse') {
              return isNew && params.taskGuid === AGAIN ? json({ taskResponse: {} }) : FORGOTTEN;
            }
            const givenUp = new Promise<never>((_resolve, reject) => {
              signal.addEventListener('abort', () => reject(new Failure('BUS_TIMEOUT')));
            });
            await Promise.race([turn.promise, givenUp]);
            isNew = true;
            return CREATED;
          },
        };
        const job = createJob(http, clock);
        const ordered = await order(job, clock);
        const follow = (signal?: AbortSignal) =>
          job.follow(ordered, { ...jobContext(clock), call: createCall(clock, signal) });
        const orders = () => sent.filter((body) => !JSON.stringify(body).includes('GetTaskResponse')).length;
        return { follow, takeOrder: turn.resolve, orders };
      }

      test('is ordered anew once, also where one has its result before the other looks again', async () => {
        const { follow, takeOrder, orders } = await forget();
        takeOrder();
        const running = { state: 'running' };
        expect(await Promise.all([follow(), follow()])).toMatchObject([running, running]);
        const result = { groups: [], lines: [] };
        expect(await follow()).toEqual({ result });
        expect(await follow()).toEqual({ result });
        expect(orders()).toBe(2);
      });

      test('is ordered for the second although the first is given up before the order had its turn', async () => {
        const { follow, takeOrder, orders } = await forget();
        const first = new AbortController();
        const given = failureOf(follow(first.signal));
        const second = follow();
        await settled();
        first.abort();
        expect((await given).name).toBe('BUS_TIMEOUT');
        takeOrder();
        expect(await second).toEqual({ state: 'running', progress: null, againInMs: 2000 });
        expect(orders()).toBe(2);
      });

      test('keeps the second waiting no longer than it wants to', async () => {
        const { follow, takeOrder } = await forget();
        const first = follow();
        await settled();
        const gone = new AbortController();
        let failure: Failure | undefined;
        const second = failureOf(follow(gone.signal)).then((it) => {
          failure = it;
        });
        await settled();
        gone.abort();
        await settled();
        expect(failure).toMatchObject({ name: 'BUS_TIMEOUT' });
        takeOrder();
        expect(await first).toMatchObject({ state: 'running' });
        await second;
      });
    });

    test('is left to the next look where this one is interrupted', async () => {
      const http = createScriptedHttp(json(COMMON), FORGOTTEN, new Failure('BUS_TIMEOUT'));
      const job = createJob(http, clock);
      const ordered = await order(job, clock);
      const call = createCall(clock, AbortSignal.abort());
      const interrupted = job.follow(ordered, { ...jobContext(clock), call });
      expect((await failureOf(interrupted)).name).toBe('BUS_TIMEOUT');
    });

    test('is given up where it cannot be ordered now', async () => {
      const { steps } = await looks(1, FORGOTTEN, json(wsError('TaskLimitExceeded')));
      expect(steps).toMatchObject([gone]);
    });
  });

  test.each([
    [wsError('InternalError'), 'VENDOR_UNAVAILABLE'],
    [wsError('TaskLimitExceeded'), 'VENDOR_RATE_LIMITED'],
    [{ ...DONE, responseCommon: { taskGuid: 'another' } }, 'VENDOR_BAD_RESPONSE'],
    [{ ...DONE, responseCommon: { taskGuid: GUID, objectId: 5 } }, 'VENDOR_BAD_RESPONSE'],
    [lost('VENDOR_UNAVAILABLE', 'reset'), 'VENDOR_UNAVAILABLE'],
    [lost('VENDOR_TIMEOUT', 'timeout'), 'VENDOR_TIMEOUT'],
    [lost('VENDOR_TIMEOUT', 'timeout', 200), 'VENDOR_TIMEOUT'],
    [lost('VENDOR_UNAVAILABLE', '503', 503), 'VENDOR_UNAVAILABLE'],
    [new Failure('BUS_TIMEOUT'), 'BUS_TIMEOUT'],
  ])('wants to be asked again after %j', async (answer, name) => {
    expect((await failureOf(follow(answer))).name).toBe(name);
  });

  test.each([wsError('InternalError'), { ...DONE, responseCommon: { taskGuid: 'another' } }])(
    'believes %j when the report should long have ended',
    async (answer) => {
      expect(await follow(answer, 135_000)).toHaveProperty('failure');
    },
  );

  test('believes a proxy that refuses only when the report should long have ended', async () => {
    const refusal = { status: 403, headers: { 'content-type': 'text/plain' }, text: 'Forbidden' };
    const job = createJob(createScriptedHttp(refusal), clock);
    // A refusal would be the end of the job.
    expect(await failureOf(job.follow(ORDERED, jobContext(clock)))).toMatchObject({
      name: 'VENDOR_BAD_RESPONSE',
      details: { status: 403 },
    });
    clock.advance(135_000);
    expect(await job.follow(ORDERED, jobContext(clock))).toMatchObject({
      failure: { name: 'VENDOR_REJECTED', details: { status: 403 } },
    });
  });

  test('does not give a report up because the vendor is away, however late it is', async () => {
    const away = lost('VENDOR_UNAVAILABLE', '503', 503);
    expect((await failureOf(follow(away, 3_600_000))).name).toBe('VENDOR_UNAVAILABLE');
  });

  test('keeps the restaurant busy after a restart', async () => {
    const http: HttpClient = createScriptedHttp(json(AWAITING));
    const restarted = createJob(http, clock);
    await restarted.follow(ORDERED, jobContext(clock));
    let free = false;
    void prepare(restarted, clock).then(() => {
      free = true;
    });
    clock.advance(134_999);
    await settled();
    expect(free).toBe(false);
    clock.advance(1);
    await settled();
    expect(free).toBe(true);
  });

  test('masks what tells of people unless the requester may see it', async () => {
    const answer = { ...COMMON, taskResponse: { lines: [{ goodName: 'ivan@example.com' }] } };
    const job = createJob(createScriptedHttp(json(answer)), clock);
    expect(await job.follow(ORDERED, jobContext(clock))).toMatchObject({
      result: { lines: [{ good_name: '************.com' }] },
    });
    expect(await job.follow(ORDERED, jobContext(clock, true))).toMatchObject({
      result: { lines: [{ good_name: 'ivan@example.com' }] },
    });
  });
});
