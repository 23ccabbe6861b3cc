import { describe, expect, test } from 'vitest';
import { startOneSick } from './sick-bus.ts';
import { CHANGES, type ChangePlan, KINDS, READS } from './vendor-kinds.ts';

const HOUR_MS = 3_600_000;
const JUMPS = [
  ['on', 5 * HOUR_MS],
  ['back', -5 * HOUR_MS],
] as const;

const plans = Object.entries(CHANGES) as unknown as readonly (readonly [string, ChangePlan])[];

describe.each(KINDS)('%s: a read', (kind) => {
  const { request, asked } = READS[kind];

  test.each(['Thu, 01 Jan 1970 00:00:00 GMT', 'Fri, 31 Dec 9999 23:59:59 GMT', 'yesterday'])(
    'does not mind the Date %s',
    async (date) => {
      const { ask, vendor } = await startOneSick(kind);
      await vendor.fault({ headers: { date }, times: 0 });
      expect(await ask(request)).toMatchObject({ name: null });
      expect(await ask(request)).toMatchObject({ name: null });
    },
  );

  test.each(JUMPS)('is answered although the clock is set %s five hours meanwhile', async (_where, ms) => {
    const { ask, clock, vendor, setClock } = await startOneSick(kind);
    await vendor.fault({ ...asked, delay_ms: 2000 });
    const answer = ask(request);
    await vendor.asked(asked);
    setClock(ms);
    clock.advance(2000);
    expect(await answer).toMatchObject({ name: null });
    expect(await ask(request)).toMatchObject({ name: null });
  });

  test.each(JUMPS)('keeps to its deadline although the clock is set %s meanwhile', async (_where, ms) => {
    const { ask, clock, vendor, setClock } = await startOneSick(kind);
    await vendor.fault({ ...asked, fault: 'hang' });
    const answer = ask(request);
    await vendor.asked(asked);
    setClock(ms);
    clock.advance(30_000);
    clock.advance(1000);
    expect((await answer).name).toMatch(/^VENDOR_TIMEOUT$|^BUS_TIMEOUT$/);
  });

  test.each(JUMPS)('passes the breaker again soon after the clock is set %s', async (_where, ms) => {
    const { ask, clock, vendor, setClock } = await startOneSick(kind);
    expect(await ask(request)).toMatchObject({ name: null });
    await vendor.fault({ ...asked, status: 503, times: 0 });
    while ((await ask(request)).code !== 'breaker_open');
    await vendor.heal();
    setClock(ms);
    clock.advance(10_000);
    expect(await ask(request)).toMatchObject({ name: null });
  });
});

describe.each(plans)('%s', (_name, plan) => {
  async function begin() {
    const bus = await startOneSick(plan.kind);
    if (plan.before) await bus.vendor.state(plan.before);
    return bus;
  }

  test.each(JUMPS)('is answered although the clock is set %s five hours meanwhile', async (_where, ms) => {
    const { ask, clock, vendor, setClock } = await begin();
    await vendor.fault({ ...plan.asked, delay_ms: 2000 });
    const answer = ask(plan.request);
    await vendor.asked(plan.asked);
    setClock(ms);
    clock.advance(2000);
    expect(await answer).toMatchObject({ name: null });
    expect(plan.done(await vendor.state(plan.state))).toBe(1);
  });

  test.each(JUMPS)('is found out in time although the clock is set %s meanwhile', async (_where, ms) => {
    const { ask, vendor, pass, setClock } = await begin();
    await vendor.fault({ ...plan.asked, fault: 'hang' });
    const headers = { 'operation.id': 'op-1' };
    const answer = ask(plan.request, headers);
    await vendor.asked(plan.asked);
    setClock(ms);
    await pass(64_000);
    const { name } = await answer;
    if (name !== null) expect(name).toBe('VENDOR_OUTCOME_UNKNOWN');
    await pass(124_000);
    expect(await ask(plan.request, headers)).toMatchObject({ name: null });
    expect(plan.done(await vendor.state(plan.state))).toBe(1);
  });
});

describe.each(plans)('%s that was lost', (_name, plan) => {
  test.each(JUMPS)('is found out although the clock is set %s afterwards', async (_where, ms) => {
    const { ask, vendor, pass, setClock } = await startOneSick(plan.kind);
    if (plan.before) await vendor.state(plan.before);
    await vendor.fault({ ...plan.asked, fault: 'reset', times: 0 });
    const headers = { 'operation.id': 'op-1' };
    expect(await ask(plan.request, headers)).toMatchObject({ name: 'VENDOR_OUTCOME_UNKNOWN' });
    await vendor.heal();
    setClock(ms);
    await pass(124_000);
    expect(await ask(plan.request, headers)).toMatchObject({ name: null });
    expect(plan.done(await vendor.state(plan.state))).toBe(1);
  });
});

describe("a token's end by a clock of OFD.ru", () => {
  const { request } = READS['ofd-ru'];
  const login = { method: 'POST', path: '/api/Authorization/CreateAuthToken' } as const;

  test.each([
    ['hours behind ours', { '2026-03-02T10:': '2026-03-02T05:' }],
    ['of another year', { '2026-03-02T10:': '2019-03-02T10:' }],
    ['that nobody can read', { '2026-03-02T10:': 'soon' }],
  ])('%s is no reason to log in again and again', async (_what, replace) => {
    const { ask, vendor, pass } = await startOneSick('ofd-ru');
    await vendor.fault({ ...login, replace, times: 0 });
    for (let turn = 0; turn < 3; turn += 1) {
      expect(await ask(request)).toMatchObject({ name: null });
      await pass(60_000);
    }
    expect(await vendor.count(login)).toBe(1);
  });

  test('hours ahead of ours costs one login when it turns out', async () => {
    const { ask, vendor, pass } = await startOneSick('ofd-ru');
    await vendor.fault({ ...login, replace: { '2026-03-02T10:': '2026-03-02T20:' } });
    expect(await ask(request)).toMatchObject({ name: null });
    await pass(HOUR_MS + 60_000);
    expect(await ask(request)).toMatchObject({ name: null });
    expect(await vendor.count(login)).toBe(2);
  });
});
