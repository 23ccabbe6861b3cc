import { describe, expect, test } from 'vitest';
import { startSickBus } from './sick-bus.ts';
import { KINDS, type Kind, READS } from './vendor-kinds.ts';

/** More than any account's slots and what may wait for them for a while. */
const WAITING = 300;
const HEALTHY = 100;
/** How many calls of an account may be under way at once. */
const SLOTS: Readonly<Record<Kind, number>> = {
  tsrv: 16,
  kassa24: 16,
  iiko: 1,
  'ofd-ru': 4,
  'white-server': 8,
};

const READ_TIMEOUT_MS = 30_000;

/** Not joined to the same read under way. */
const FRESH = { 'tokens.refresh': 'true' };

describe.each(KINDS)('a sick account of %s', (kind) => {
  const { request, asked } = READS[kind];
  const neighbour = kind === 'tsrv' ? 'kassa24' : 'tsrv';

  test('that hangs slows nobody else, however many wait for it', async () => {
    const { ask, clock, pass, vendors } = await startSickBus({ kind }, { kind }, { kind: neighbour });
    const askAll = (n: number, count: number) =>
      Promise.all(
        Array.from({ length: count }, () => ask(n < 2 ? request : READS[neighbour].request, FRESH, n)),
      );
    expect(await ask(request)).toMatchObject({ name: null });
    const before = (await vendors[0]?.total()) ?? 0;
    await vendors[0]?.fault({ fault: 'hang', times: 0 });
    const deadline = clock.now() + READ_TIMEOUT_MS;
    const hanging = askAll(0, WAITING);
    await vendors[0]?.asked(asked, 1 + SLOTS[kind]);

    for (const answers of await Promise.all([askAll(1, HEALTHY), askAll(2, HEALTHY)])) {
      expect(new Set(answers.map(({ name }) => name))).toEqual(new Set([null]));
    }
    expect(await vendors[1]?.total()).toBeGreaterThanOrEqual(HEALTHY);

    clock.advance(deadline - 1 - clock.now());
    await pass(1000, 50);
    const names = (await hanging).map(({ name }) => name);
    const count = (wanted: string) => names.filter((name) => name === wanted).length;
    // Those whose turn never came are never sent.
    expect([count('VENDOR_TIMEOUT'), count('BUS_TIMEOUT')]).toEqual([SLOTS[kind], WAITING - SLOTS[kind]]);
    expect(await vendors[0]?.total()).toBe(before + SLOTS[kind]);
  });

  test.each([
    ['resets everything', { fault: 'reset' }],
    ['answers 5xx to everything', { status: 503 }],
    ['answers 429 to everything', { retry_after: 1 }],
    ['refuses every token', { status: 401 }],
    ['answers with pages', { fault: 'html' }],
  ])('that %s fails nobody else', async (_what, fault) => {
    const { ask, vendors } = await startSickBus({ kind }, { kind });
    await vendors[0]?.fault({ ...fault, times: 0 });
    const both = Array.from({ length: 20 }, () => [ask(request, FRESH), ask(request, FRESH, 1)] as const);
    for (const [sick, healthy] of both) {
      expect((await sick).name).toMatch(/^VENDOR_/);
      expect(await healthy).toMatchObject({ name: null });
    }
  });
});
