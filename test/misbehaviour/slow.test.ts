import { createServer } from 'node:http';
import { describe, expect, test } from 'vitest';
import { listen } from '../outbound/loopback.ts';
import { startOneSick, startSickBus } from './sick-bus.ts';
import { CHANGES, type ChangePlan, KINDS, READS } from './vendor-kinds.ts';

const READ_TIMEOUT_MS = 30_000;
const HEADERS = { 'operation.id': 'op-1' };

describe.each(KINDS)('%s: a read', (kind) => {
  const { request, asked } = READS[kind];

  test('that is never answered keeps to its deadline, its own or the usual one', async () => {
    const { ask, clock, vendor } = await startOneSick(kind);
    expect(await ask(request)).toMatchObject({ name: null });
    await vendor.fault({ ...asked, fault: 'hang', times: 0 });
    const [usual, own] = [ask(request), ask(request, { timeout: '5000' })];
    await vendor.asked(asked, 2);
    clock.advance(4999);
    clock.advance(1);
    expect(await own).toMatchObject({ name: 'VENDOR_TIMEOUT' });
    clock.advance(READ_TIMEOUT_MS - 5000);
    expect(await usual).toMatchObject({ name: 'VENDOR_TIMEOUT' });
    // It was joined, and is never repeated.
    expect(await vendor.count(asked)).toBe(2);
    await vendor.heal();
    expect(await ask(request)).toMatchObject({ name: null });
  });

  test('whose answer comes a byte a second keeps to its deadline', async () => {
    const { ask, clock, vendor } = await startOneSick(kind);
    expect(await ask(request)).toMatchObject({ name: null });
    await vendor.fault({ ...asked, fault: 'trickle', times: 0 });
    const startedAt = clock.now();
    // The empty list of OFD.ru is short.
    const answer = await ask(request, { timeout: '20000' });
    expect(answer).toMatchObject({ name: 'VENDOR_TIMEOUT' });
    expect(clock.now() - startedAt).toBeGreaterThanOrEqual(20_000);
    // The answer itself takes some turns, of a second each here.
    expect(clock.now() - startedAt).toBeLessThan(25_000);
  });

  test('of another account is answered while one never is', async () => {
    const { ask, clock, vendors } = await startSickBus({ kind }, { kind });
    await vendors[0]?.fault({ fault: 'hang', times: 0 });
    const hanging = ask(request);
    expect(await ask(request, {}, 1)).toMatchObject({ name: null });
    await expect.poll(() => vendors[0]?.total()).toBe(1);
    clock.advance(READ_TIMEOUT_MS);
    expect(await hanging).toMatchObject({ name: 'VENDOR_TIMEOUT' });
  });
});

const plans = Object.entries(CHANGES) as unknown as readonly (readonly [string, ChangePlan])[];

describe.each(plans)('%s that is never answered', (_name, plan) => {
  test('is not waited for longer than asked, found out, and done once', async () => {
    const { ask, clock, vendor, pass } = await startOneSick(plan.kind);
    if (plan.before) await vendor.state(plan.before);
    await vendor.fault({ ...plan.asked, fault: 'hang', times: 0 });
    const answer = ask(plan.request, { ...HEADERS, timeout: '20000' });
    await vendor.asked(plan.asked);
    clock.advance(20_000);
    expect(await answer).toMatchObject({ name: 'VENDOR_OUTCOME_UNKNOWN' });

    // The same operation joins it; another change of the register waits, and is never sent.
    const joined = ask(plan.request, HEADERS);
    const other = ask(plan.request, { 'operation.id': 'op-2', timeout: '5000' });
    await vendor.total();
    clock.advance(5000);
    expect(await other).toMatchObject({ name: 'BUS_TIMEOUT' });
    await pass(40_000);
    expect(await vendor.count(plan.asked)).toBe(1);
    await vendor.heal();
    await pass(244_000);
    expect(await joined).toMatchObject({ name: 'VENDOR_OUTCOME_UNKNOWN' });
    expect(await ask(plan.request, HEADERS)).toMatchObject({ name: null });
    expect(plan.done(await vendor.state(plan.state))).toBe(1);
  });
});

test('a body without end is cut off', async () => {
  const piece = Buffer.alloc(1024 * 1024, 'x');
  const port = await listen(
    createServer((_request, response) => {
      const go = () => {
        while (!response.destroyed && response.write(piece));
      };
      response.on('drain', go);
      go();
    }),
  );
  const { ask } = await startOneSick('tsrv', { config: { baseUrl: `http://127.0.0.1:${port}` } });
  expect(await ask(READS.tsrv.request)).toMatchObject({ name: 'VENDOR_BAD_RESPONSE', code: 'too_large' });
});
