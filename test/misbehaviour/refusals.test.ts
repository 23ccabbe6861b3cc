import { describe, expect, test } from 'vitest';
import { startOneSick } from './sick-bus.ts';
import { CHANGES, type ChangePlan, type Request } from './vendor-kinds.ts';

const HEADERS = { 'operation.id': 'op-1' };

const plans = Object.entries(CHANGES) as unknown as readonly (readonly [string, ChangePlan])[];

describe.each(plans)('%s', (_name, plan) => {
  const { kind, request, asked, before, state, done } = plan;

  async function begin(fault: object) {
    const bus = await startOneSick(kind);
    if (before) await bus.vendor.state(before);
    await bus.vendor.fault({ ...asked, times: 0, ...fault });
    return bus;
  }

  // An upstream that understood answers a Message; a status without one is a proxy's.
  test.skipIf(kind === 'tsrv')('that is refused is refused for good', async () => {
    const { ask, vendor } = await begin({ status: 400 });
    expect(await ask(request, HEADERS)).toMatchObject({ name: 'VENDOR_REJECTED' });
    await vendor.heal();
    expect(await ask(request, HEADERS)).toMatchObject({ name: 'VENDOR_REJECTED' });
    expect(await vendor.count(asked)).toBe(1);
    expect(done(await vendor.state(state))).toBe(0);
    expect(await ask(request, { 'operation.id': 'op-2' })).toMatchObject({ name: null });
  });

  test('whose token is refused is sent once more, where there is another to be had, and not done', async () => {
    const { ask, vendor } = await begin({ status: 401 });
    // A refused token keeps its slot.
    if (kind === 'iiko') await vendor.state({ slots: 3 });
    expect(await ask(request, HEADERS)).toMatchObject({ name: 'VENDOR_AUTH_FAILED' });
    expect(await vendor.count(asked)).toBe(kind === 'tsrv' ? 1 : 2);
    await vendor.heal();
    expect(await ask(request, HEADERS)).toMatchObject({ name: null });
    expect(done(await vendor.state(state))).toBe(1);
  });

  test('whose token is revoked before it is done once, with another', async () => {
    const { ask, vendor } = await begin({ status: 401, times: 1 });
    if (kind === 'iiko') await vendor.state({ slots: 2 });
    // Of tsrv there is no other: it is a proxy that knows nobody.
    if (kind === 'tsrv') await ask(request, HEADERS);
    expect(await ask(request, HEADERS)).toMatchObject({ name: null });
    expect(done(await vendor.state(state))).toBe(1);
  });
});

describe('a change that leaves nothing behind by which it could be told', () => {
  const deposit: Request = {
    address: 'ik.service.token.deposit',
    action: 'create_deposit',
    data: { sum: '10.00', header: { cashier: 'Иванова', currency: 'BYN' } },
  };
  const asked = { method: 'POST', path: '/tsrv', asks: '"create_deposit"' } as const;

  test.each([
    { fault: 'reset' },
    { fault: 'lost_answer' },
    { fault: 'truncate' },
    { fault: 'html' },
    { status: 500 },
    { status: 502 },
    { status: 200 },
  ])('is never sent again after %o', async (fault) => {
    const { ask, vendor, pass } = await startOneSick('tsrv');
    await vendor.fault({ ...asked, ...fault });
    expect(await ask(deposit, HEADERS)).toMatchObject({ name: 'VENDOR_OUTCOME_UNKNOWN' });
    await pass(124_000);
    expect(await ask(deposit, HEADERS)).toMatchObject({ name: 'VENDOR_OUTCOME_UNKNOWN' });
    expect(await vendor.count(asked)).toBe(1);
    // The register is free for what comes next.
    expect(await ask(deposit, { 'operation.id': 'op-2' })).toMatchObject({ name: null });
  });

  test('was not done where it was kept out', async () => {
    const { ask, vendor } = await startOneSick('tsrv');
    await vendor.fault({ ...asked, retry_after: 1 });
    expect(await ask(deposit, HEADERS)).toMatchObject({ name: 'VENDOR_RATE_LIMITED' });
    expect(await ask(deposit, HEADERS)).toMatchObject({ name: null });
    expect(await vendor.count(asked)).toBe(2);
  });
});

describe('the report of a restaurant', () => {
  const order: Request = {
    address: 'white_server.storehouse',
    action: 'get_bill_of_balance',
    data: { report_date: { date: '2026-03-01' }, currency: { rid: 0 }, agent_timeout: 30 },
  };
  const ordering = {
    method: 'POST',
    path: '/wsserverlp/api/v2/aggregators/Create',
    asks: 'ShRepBillOfBalance',
  } as const;
  const looking = { ...ordering, asks: 'GetTaskResponse' };
  const WAIT = { ...HEADERS, wait: 'true', timeout: '600000' };

  type Restaurants = { readonly restaurants: readonly { tasks: number; most_at_once: number }[] };

  test.each([
    ['reset', { fault: 'reset' }, 1],
    ['lost', { fault: 'lost_answer' }, 2],
    ['502', { status: 502 }, 1],
    ['cut in half', { fault: 'truncate' }, 2],
    ['a page', { fault: 'html' }, 1],
  ])('comes although its order was %s, and is never at work twice', async (_what, fault, tasks) => {
    const { ask, vendor, pass } = await startOneSick('white-server');
    await vendor.fault({ ...ordering, ...fault });
    const answer = ask(order, WAIT);
    const isAnswered = answer.then(() => true);
    while (!(await Promise.race([isAnswered, pass(4000)])));
    expect(await answer).toMatchObject({ name: null, data: { lines: expect.any(Array) } });
    expect(await vendor.count(ordering)).toBe(2);
    const { restaurants } = (await vendor.state({})) as Restaurants;
    expect(restaurants[0]).toMatchObject({ tasks, most_at_once: 1 });
  });

  test.each([
    ['resets', { fault: 'reset' }],
    ['pages', { fault: 'html' }],
    ['503', { status: 503 }],
    ['429', { retry_after: 1 }],
    ['half a body', { fault: 'truncate' }],
  ])('is ordered once and comes although it is asked for in vain: %s', async (_what, fault) => {
    const { ask, vendor, pass } = await startOneSick('white-server');
    await vendor.fault({ ...looking, ...fault, times: 3 });
    const answer = ask(order, WAIT);
    const isAnswered = answer.then(() => true);
    while (!(await Promise.race([isAnswered, pass(4000)])));
    expect(await answer).toMatchObject({ name: null });
    expect(await vendor.count(ordering)).toBe(1);
  });
});
