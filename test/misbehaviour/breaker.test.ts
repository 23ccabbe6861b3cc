import { describe, expect, test } from 'vitest';
import { type OneSick, startOneSick, startSickBus } from './sick-bus.ts';
import { CHANGES, KINDS, READS } from './vendor-kinds.ts';

const MAX_FAILURES = 5;
const OPEN_MS = 10_000;

/** Not joined to the same read under way. */
const FRESH = { 'tokens.refresh': 'true' };

const OPEN = { name: 'VENDOR_UNAVAILABLE', code: 'breaker_open' };

describe.each(KINDS)('%s: a dead vendor', (kind) => {
  const { request, asked } = READS[kind];

  const ask = (bus: OneSick) => bus.ask(request, FRESH);
  const askMany = (bus: OneSick, count: number) => Promise.all(Array.from({ length: count }, () => ask(bus)));

  /** After it was well, so that there is a token where the kind has some. */
  async function kill(bus: OneSick): Promise<void> {
    expect(await ask(bus)).toMatchObject({ name: null });
    bus.vendor.line.cut();
    for (let failures = 0; failures < MAX_FAILURES; failures += 1) {
      expect(await ask(bus)).toMatchObject({ name: 'VENDOR_UNAVAILABLE', code: 'reset' });
    }
  }

  test('is left alone after five failures in a row, at no cost', async () => {
    const bus = await startOneSick(kind, { hasLine: true });
    await kill(bus);
    const { connections } = bus.vendor.line;
    const startedAt = bus.clock.now();
    for (const answer of await askMany(bus, 100)) expect(answer).toMatchObject(OPEN);
    expect(bus.vendor.line.connections).toBe(connections);
    expect(bus.clock.now()).toBe(startedAt);
  });

  test('is tried by exactly one of many when ten seconds are over, and recovers', async () => {
    const bus = await startOneSick(kind, { hasLine: true });
    await kill(bus);
    bus.vendor.line.mend();
    bus.clock.advance(OPEN_MS - 1500);
    expect(await ask(bus)).toMatchObject(OPEN);

    bus.clock.advance(1500);
    await bus.vendor.fault({ ...asked, delay_ms: 2000 });
    const before = await bus.vendor.total();
    const answers = askMany(bus, 20);
    await bus.vendor.asked(asked, 2);
    expect(await bus.vendor.total()).toBe(before + 1);
    bus.clock.advance(2000);
    const codes = (await answers).map(({ name, code }) => code ?? name);
    // iiko takes one at a time: the others have waited for it, and find the vendor well.
    expect(codes.filter((code) => code === null)).toHaveLength(kind === 'iiko' ? 20 : 1);
    expect(codes.filter((code) => code === 'breaker_open')).toHaveLength(kind === 'iiko' ? 0 : 19);
    expect(await bus.ask(request)).toMatchObject({ name: null });
  });

  test('is left alone for another ten seconds where the one has failed', async () => {
    const bus = await startOneSick(kind, { hasLine: true });
    await kill(bus);
    bus.clock.advance(OPEN_MS);
    expect(await ask(bus)).toMatchObject({ name: 'VENDOR_UNAVAILABLE', code: 'reset' });
    bus.vendor.line.mend();
    bus.clock.advance(OPEN_MS - 1);
    expect(await ask(bus)).toMatchObject(OPEN);
    bus.clock.advance(1);
    expect(await ask(bus)).toMatchObject({ name: null });
  });

  test('is no reason to leave another account of the kind alone', async () => {
    const bus = await startSickBus({ kind, hasLine: true }, { kind });
    const [vendor] = bus.vendors;
    if (!vendor) throw new Error('no vendor');
    await kill({ ...bus, vendor });
    expect(await bus.ask(request)).toMatchObject(OPEN);
    expect(await bus.ask(request, {}, 1)).toMatchObject({ name: null });
  });

  test('that flaps is never left alone, and answers as often as it is there', async () => {
    const bus = await startOneSick(kind, { hasLine: true });
    expect(await ask(bus)).toMatchObject({ name: null });
    for (let turn = 0; turn < 4; turn += 1) {
      bus.vendor.line.cut();
      for (let failures = 0; failures < MAX_FAILURES - 1; failures += 1) {
        expect(await ask(bus)).toMatchObject({ code: 'reset' });
      }
      bus.vendor.line.mend();
      expect(await ask(bus)).toMatchObject({ name: null });
    }
  });

  test('is one that answers 5xx to everything, and none that refuses everything', async () => {
    const bus = await startOneSick(kind, { hasLine: true });
    expect(await ask(bus)).toMatchObject({ name: null });
    await bus.vendor.fault({ status: 503, times: 0 });
    for (let failures = 0; failures < MAX_FAILURES; failures += 1) await ask(bus);
    expect(await ask(bus)).toMatchObject(OPEN);

    const other = await startOneSick(kind, { hasLine: true });
    await other.vendor.fault({ ...asked, status: 404, times: 0 });
    for (let turn = 0; turn < 2 * MAX_FAILURES; turn += 1) {
      expect(await ask(other)).toMatchObject({ name: 'VENDOR_REJECTED' });
    }
    await other.vendor.heal();
    expect(await ask(other)).toMatchObject({ name: null });
  });
});

describe('a change whose answer was lost', () => {
  test.each(['kassa24 open_shift', 'ofd-ru create_report'] as const)(
    '%s: is settled although the breaker is open and the token has expired',
    async (name) => {
      const { kind, request, asked, state, done, ...plan } = CHANGES[name];
      const bus = await startOneSick(kind, { hasLine: true });
      if ('before' in plan) await bus.vendor.state(plan.before);
      const read = READS[kind];
      // The second look at what became of it finds nobody.
      await bus.vendor.fault({ ...asked, fault: 'lost_answer' });
      await bus.vendor.fault({ ...read.asked, skip: 1, times: 0, fault: 'reset' });
      const headers = { 'operation.id': 'op-1' };
      expect(await bus.ask(request, headers)).toMatchObject({ name: 'VENDOR_OUTCOME_UNKNOWN' });
      while ((await bus.ask(read.request, FRESH)).code !== 'breaker_open');
      const openSince = bus.clock.now();

      await bus.vendor.state({ expire_tokens: true });
      await bus.vendor.heal();
      expect(await bus.ask(request, headers)).toMatchObject({ name: null });
      expect(bus.clock.now() - openSince).toBeLessThan(OPEN_MS);
      expect(await bus.vendor.count(asked)).toBe(1);
      expect(done(await bus.vendor.state(state))).toBe(1);
      // It has answered, so that it is well.
      expect(await bus.ask(read.request, FRESH)).toMatchObject({ name: null });
    },
  );
});
