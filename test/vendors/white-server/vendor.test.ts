import { describe, expect, test } from 'vitest';
import { checkedData } from '#actions/validation.ts';
import { BillOfBalance } from '#vendors/white-server/bill-of-balance.ts';
import { whiteServer } from '#vendors/white-server/vendor.ts';
import { createFakeClock, type FakeClock } from '../../support/fake-clock.ts';
import {
  changeContext,
  createCall,
  failureOf,
  jobContext,
  OBJECT_ID,
  openServer,
  order,
  prepare,
  REQUEST,
  type SimulatedServer,
  settled,
} from './support.ts';

const START = Date.parse('2026-01-31T12:00:00Z');

async function open(): Promise<{ clock: FakeClock; server: SimulatedServer }> {
  const clock = createFakeClock(START);
  return { clock, server: await openServer(clock) };
}

/** Orders the report and follows it to its end, as fast as it may be asked for. */
async function make(
  { storehouse }: SimulatedServer,
  clock: FakeClock,
  data = REQUEST,
): Promise<{ states: string[]; end: unknown }> {
  const job = storehouse.billOfBalance;
  const ordered = await order(job, clock, data);
  const states: string[] = [];
  for (;;) {
    const step = await job.follow(ordered, jobContext(clock));
    if (!('state' in step)) return { states, end: step };
    states.push(step.state);
    clock.advance(step.againInMs);
  }
}

describe('white-server', () => {
  test('orders a report, waits for it and reads it', async () => {
    const { clock, server } = await open();
    const { states, end } = await make(server, clock);

    expect(states).toEqual(['running', 'running']);
    const { result } = end as { result: BillOfBalance };
    expect(checkedData(BillOfBalance, result)).toBe(result);
    expect(result.groups).toContainEqual({ id: 10, name: 'Бар' });
    expect(result.lines.length).toBeGreaterThan(3);
    for (const line of result.lines) expect(Number(line.quantity)).toBeGreaterThan(0);
    expect((await server.requests()).map(({ taskType }) => taskType)).toEqual([
      'ShRepBillOfBalance',
      'GetTaskResponse',
      'GetTaskResponse',
      'GetTaskResponse',
    ]);
  });

  test('tells a report that the agent never answers by the time-out of that report', async () => {
    const { clock, server } = await open();
    await server.control({ object_id: OBJECT_ID, online: false });
    const { end } = await make(server, clock, { ...REQUEST, agent_timeout: 30 });

    expect(end).toMatchObject({
      failure: {
        name: 'VENDOR_TIMEOUT',
        details: { code: 'Timeout', message: expect.stringContaining('Agent is offline') },
      },
    });
    expect(clock.now() - START).toBeLessThan(45_000);
  });

  test.each([
    ['agentError', { code: 'WsaCommandNotSupported', desc: 'The agent does not support the command' }],
    ['rkError', { code: '12', desc: 'cash server' }],
    ['shError', { code: 210, desc: 'sh error' }],
  ])('ends with the refusal of a %s', async (level, error) => {
    const { clock, server } = await open();
    await server.control({
      object_id: OBJECT_ID,
      outcome: { wsError: { code: 'AgentError' }, [level]: error },
    });
    expect((await make(server, clock)).end).toMatchObject({
      failure: { name: 'VENDOR_REJECTED', details: { code: String(error.code), message: error.desc } },
    });
  });

  test('goes on where it was after a restart', async () => {
    const { clock, server } = await open();
    const ordered = await order(server.storehouse.billOfBalance, clock);
    const kept = JSON.parse(JSON.stringify(ordered));

    const { billOfBalance } = server.restart();
    expect(await billOfBalance.follow(kept, jobContext(clock))).toMatchObject({ state: 'running' });
    const joined = await billOfBalance.order.prepare(REQUEST, changeContext(clock), undefined);
    expect(joined).toEqual({ answer: ordered });
    clock.advance(3000);
    expect(await billOfBalance.follow(kept, jobContext(clock))).toHaveProperty('result');
  });

  test('tells a report whose answer is no longer kept, neither of it nor of the one that was ordered instead', async () => {
    const { clock, server } = await open();
    const { billOfBalance } = server.storehouse;
    const ordered = await order(billOfBalance, clock);
    await server.control({ forget_tasks: true });
    expect(await billOfBalance.follow(ordered, jobContext(clock))).toMatchObject({ state: 'running' });
    await server.control({ forget_tasks: true });
    expect(await billOfBalance.follow(ordered, jobContext(clock))).toMatchObject({
      failure: { name: 'VENDOR_REJECTED', details: { code: 'NotFound' } },
    });
  });

  test('asks one restaurant for one report at a time, and for the same report once', async () => {
    const { clock, server } = await open();
    const job = server.storehouse.billOfBalance;
    const requests = [3, 4, 5, 4].map((rid) => ({ ...REQUEST, store: { rid } }));
    const all = Promise.all(
      requests.map(async (data) => {
        const prepared = await job.order.prepare(data, changeContext(clock), undefined);
        const ordered =
          'answer' in prepared
            ? prepared.answer
            : await job.order.send(data, prepared.evidence, changeContext(clock));
        for (;;) {
          const step = await job.follow(ordered, jobContext(clock));
          if (!('state' in step)) return step;
        }
      }),
    );
    let ended = false;
    void all.then(() => {
      ended = true;
    });
    while (!ended) {
      clock.advance(500);
      await settled();
    }

    for (const step of await all) expect(step).toHaveProperty('result');
    const { restaurants } = await server.control({});
    expect(restaurants[0]).toMatchObject({ most_at_once: 1, tasks: 3 });
  });

  test('orders again after a lost answer, when the restaurant must have got rid of the lost report', async () => {
    const { clock, server } = await open();
    const job = server.storehouse.billOfBalance;
    await server.fault({ fault: 'lost_answer' });
    const evidence = await prepare(job, clock);
    const failure = await failureOf(job.order.send(REQUEST, evidence, changeContext(clock)));
    expect(failure.name).toBe('VENDOR_OUTCOME_UNKNOWN');
    expect(await job.order.settle?.(evidence, changeContext(clock))).toBe('not_done');

    const again = job.order.prepare(REQUEST, changeContext(clock, { isDoubtful: true }), evidence);
    clock.advance(135_000);
    const prepared = await again;
    if (!('evidence' in prepared)) throw new Error('nothing was to be joined');
    await job.order.send(REQUEST, prepared.evidence, changeContext(clock));
    const { restaurants } = await server.control({});
    expect(restaurants[0]).toMatchObject({ most_at_once: 1, tasks: 2 });
  });

  test('reads a report of thousands of lines', async () => {
    const { clock, server } = await open();
    await server.control({ object_id: OBJECT_ID, goods: 20_000 });
    const data = { report_date: { date: '2026-01-31' }, currency: { rid: 0 } };
    const { end } = await make(server, clock, data);
    expect((end as { result: BillOfBalance }).result.lines).toHaveLength(20_000);
  });

  test.each([
    [{ fault: 'html' }, 'VENDOR_BAD_RESPONSE'],
    [{ fault: 'truncate' }, 'VENDOR_BAD_RESPONSE'],
    [{ status: 503, text: 'x', times: 3 }, 'VENDOR_UNAVAILABLE'],
    [{ body: { error: { wsError: { code: 'InternalError' } } } }, 'VENDOR_UNAVAILABLE'],
  ])('asks for a report again after %j', async (fault, name) => {
    const { clock, server } = await open();
    const job = server.storehouse.billOfBalance;
    await server.control({ object_id: OBJECT_ID, answer_after_ms: 100_000 });
    const ordered = await order(job, clock);
    await server.fault(fault);
    const asking = failureOf(job.follow(ordered, jobContext(clock)));
    let ended = false;
    void asking.finally(() => {
      ended = true;
    });
    while (!ended) {
      clock.advance(1000);
      await settled();
    }

    expect((await asking).name).toBe(name);
    expect(await job.follow(ordered, jobContext(clock))).toMatchObject({ state: 'running' });
  });

  test('tells who refuses a token that is not known', async () => {
    const clock = createFakeClock(START);
    const server = await openServer(clock, { token: 'another' as never });
    const failure = await failureOf(order(server.storehouse.billOfBalance, clock));
    expect(failure).toMatchObject({ name: 'VENDOR_AUTH_FAILED', details: { code: 'AuthFailed' } });
    expect(JSON.stringify(failure.toData())).not.toContain('another');
  });

  test('puts a word before the token where one is configured', async () => {
    const clock = createFakeClock(START);
    const server = await openServer(clock, { tokenPrefix: 'Token' });
    const call = createCall(clock);
    expect(await server.storehouse.getAgents(call, true)).toHaveLength(2);
    expect(call.exchanges[0]?.request.headers).toMatchObject({
      aggregatorauthentication: 'Token made-up+token/==',
    });
  });

  test('lists the agents', async () => {
    const { clock, server } = await open();
    expect(await server.storehouse.getAgents(createCall(clock), true)).toEqual([
      {
        object_id: OBJECT_ID,
        version: '2.11.3.0',
        is_online: true,
        license_expiration_date: '2026-07-30T00:00:00+03:00',
        rk_version: '7.24.9.0',
      },
      {
        object_id: OBJECT_ID + 1,
        version: '1.9.0.52',
        is_online: false,
        license_expiration_date: '2026-07-30T00:00:00+03:00',
        rk_version: null,
      },
    ]);
  });

  test('asks for the agents once more after a fault of the server, and only once', async () => {
    const { clock, server } = await open();
    await server.control({ refuse: { wsError: { code: 'InternalError' } } });
    const asking = failureOf(server.storehouse.getAgents(createCall(clock), true));
    let ended = false;
    void asking.finally(() => {
      ended = true;
    });
    while (!ended) {
      clock.advance(10);
      await settled();
    }
    expect((await asking).name).toBe('VENDOR_UNAVAILABLE');
    expect(await server.requests()).toHaveLength(2);
  });

  test('knows its own address, so that a configuration may leave it out', () => {
    expect(whiteServer.accountConfig.properties.baseUrl).toMatchObject({ default: 'https://ws.ucs.ru' });
  });
});
