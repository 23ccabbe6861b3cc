import { Type } from 'typebox';
import { describe, expect, test } from 'vitest';
import { Accounts } from '#accounts.ts';
import { type Config, parseConfig } from '#config.ts';
import type { HttpClient } from '#core/http-client.ts';
import { silentLog } from '#core/log.ts';
import { defineVendor, type VendorDefinition } from '#domain/vendor-definition.ts';
import { vendorFailure } from '#outbound/vendor-failure.ts';
import { createCall, listenHttp, requestOf, until } from './outbound/loopback.ts';
import { createFakeClock, type FakeClock } from './support/fake-clock.ts';

const START = Date.parse('2026-03-01T00:00:00Z');

type Living = { readonly http: HttpClient; readonly closed: Promise<void>; isClosed: boolean };

/** A kind whose accounts are kept as they come to life, and whose logout is a call like any. */
function createKind(clock: FakeClock): { living: Living[]; vendors: VendorDefinition[] } {
  const living: Living[] = [];
  const kind = defineVendor({
    kind: 'fake',
    accountConfig: Type.Object({ password: Type.Optional(Type.String({ writeOnly: true })) }),
    deviceConfig: Type.Object({ pinCode: Type.Optional(Type.String({ writeOnly: true })) }),
    actions: [],
    concurrency: 4,
    create({ http }) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const account: Living = { http, closed: promise, isClosed: false };
      living.push(account);
      return {
        register: () => ({}),
        async close() {
          account.isClosed = true;
          await http.send(requestOf('read', { path: '/logout' }), createCall(clock.now() + 5000));
          resolve();
        },
      };
    },
  });
  return { living, vendors: [kind as unknown as VendorDefinition] };
}

async function open() {
  const clock = createFakeClock(START);
  const answers: (() => void)[] = [];
  /** When each request came. */
  const times: number[] = [];
  const baseUrl = await listenHttp((request, response) => {
    times.push(clock.now());
    if (request.url === '/logout') response.end('{}');
    else answers.push(() => response.end('{}'));
  });
  const { living, vendors } = createKind(clock);
  const accounts = new Accounts({
    vendors,
    stateOf: () => ({ read: async () => undefined, write: async () => undefined }),
    clock,
    log: silentLog,
  });
  const configOf = (account: object, devices: readonly object[] = []): Config =>
    parseConfig(
      { vendors: { shop: { kind: 'fake', baseUrl, ...account } }, devices },
      { vendors, folder: '/', env: {} },
    );
  const first = () => {
    const [account] = living;
    if (!account) throw new Error('no account');
    return account;
  };
  const call = (account: Living | undefined) => {
    if (!account) throw new Error('no account');
    return account.http.send(requestOf('change'), createCall(START + 600_000));
  };
  const send = () => call(first());
  return { clock, answers, times, accounts, configOf, living, first, send, call };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Moves time on by seconds, letting what falls due happen. */
async function pass(clock: FakeClock, seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second += 1) {
    clock.advance(1000);
    await rest();
  }
}

async function rest(): Promise<void> {
  for (let count = 0; count < 5; count += 1) await turn();
}

/** Closes accounts whose limits make the logouts wait. */
async function stop(clock: FakeClock, accounts: Accounts): Promise<void> {
  let isClosed = false;
  void accounts.close().then(() => {
    isClosed = true;
  });
  while (!isClosed) await pass(clock, 1);
}

describe('an account whose section has changed', () => {
  test.each([
    ['again and again', [{ timeoutMs: 50_000 }, { timeoutMs: 40_000 }]],
    ['to what it was', [{ timeoutMs: 50_000 }, {}]],
  ])(
    'makes no more requests together with its predecessor than the limit says: %s',
    async (_name, sections) => {
      const { clock, answers, times, accounts, configOf, living, send, call } = await open();
      const ofEach = { concurrency: 3, perSecond: 1 };
      accounts.apply(configOf(ofEach));
      const before = [send(), send(), send(), send()];
      await until(() => times.length === 1);
      for (const section of sections) accounts.apply(configOf({ ...ofEach, ...section }));
      const after = [call(living.at(-1)), call(living.at(-1)), call(living.at(-1))];
      let isOver = false;
      void Promise.all([...before, ...after]).then(() => {
        isOver = true;
      });
      while (!isOver) {
        const known = times.length;
        clock.advance(1000);
        await until(() => {
          for (const answer of answers.splice(0)) answer();
          return isOver || times.length > known;
        });
        await rest();
        expect(times.length - known).toBeLessThanOrEqual(1);
      }
      expect(times.length).toBeGreaterThanOrEqual(7);
      await stop(clock, accounts);
    },
  );

  test('lets nothing new in while its predecessor takes all the places, and has the new limits', async () => {
    const { clock, answers, accounts, configOf, living, send, call } = await open();
    accounts.apply(configOf({ concurrency: 1 }));
    const hanging = send();
    await until(() => answers.length === 1);
    accounts.apply(configOf({ concurrency: 2, perSecond: 1 }));
    const [beside, last] = [call(living[1]), call(living[1])];
    await pass(clock, 1);
    await until(() => answers.length === 2);
    await pass(clock, 3);
    expect(answers).toHaveLength(2);
    answers[0]?.();
    await hanging;
    await until(() => answers.length === 3);
    for (const answer of answers) answer();
    await Promise.all([beside, last]);
    await stop(clock, accounts);
  });

  test('has turns of its own at another address', async () => {
    const { answers, accounts, configOf, living, send, call } = await open();
    const elsewhere = await listenHttp((_request, response) => response.end('{}'));
    accounts.apply(configOf({ concurrency: 1 }));
    const hanging = send();
    await until(() => answers.length === 1);
    accounts.apply(configOf({ concurrency: 1, baseUrl: elsewhere }));
    expect(await call(living[1])).toMatchObject({ status: 200 });
    answers[0]?.();
    await hanging;
    await accounts.close();
  });

  test('lets what began there end, step after step, before it logs out', async () => {
    const { clock, answers, accounts, configOf, first, living, send } = await open();
    accounts.apply(configOf({ timeoutMs: 60_000 }));
    const step = send();
    await until(() => answers.length === 1);
    accounts.apply(configOf({ timeoutMs: 50_000 }));
    expect(living).toHaveLength(2);

    await pass(clock, 5);
    expect(first().isClosed).toBe(false);
    answers[0]?.();
    expect(await step).toMatchObject({ status: 200 });
    const next = send();
    await until(() => answers.length === 2);
    answers[1]?.();
    expect(await next).toMatchObject({ status: 200 });

    await pass(clock, 3);
    await first().closed;
    const late = send();
    await until(() => answers.length === 3);
    answers[2]?.();
    expect(await late).toMatchObject({ status: 200 });

    await pass(clock, 25);
    await expect(send()).rejects.toMatchObject({ name: 'VENDOR_UNAVAILABLE' });
    await accounts.close();
  });

  test('is given up after two minutes', async () => {
    const { clock, answers, accounts, configOf, first, send } = await open();
    accounts.apply(configOf({ timeoutMs: 600_000 }));
    const hanging = send().catch(() => undefined);
    await until(() => answers.length === 1);
    accounts.apply(configOf({}));
    await pass(clock, 119);
    expect(first().isClosed).toBe(false);
    await pass(clock, 1);
    expect(first().isClosed).toBe(true);
    answers[0]?.();
    await hanging;
    await accounts.close();
  });

  test('is closed at once when the bus stops', async () => {
    const { answers, accounts, configOf, first, send } = await open();
    accounts.apply(configOf({}));
    const hanging = send();
    await until(() => answers.length === 1);
    accounts.apply(configOf({ timeoutMs: 50_000 }));
    const closing = accounts.close();
    await until(() => first().isClosed);
    answers[0]?.();
    await hanging;
    await closing;
    await expect(send()).rejects.toMatchObject({ name: 'VENDOR_UNAVAILABLE' });
  });
});

test('an account knows its secrets and those of its registers, also of one that comes later', async () => {
  const { accounts, configOf, first, living } = await open();
  const device = (token: string, pinCode: string) => ({ token, vendor: 'shop', pinCode });
  const told = () => {
    const message = 'account-password, device-secret-1, device-secret-2';
    const { details } = vendorFailure('VENDOR_REJECTED', first().http, { status: 400, message });
    return (details as { message: string }).message;
  };
  accounts.apply(configOf({ password: 'account-password' }, [device('A', 'device-secret-1')]));
  expect(told()).toBe('[secret], [secret], device-secret-2');
  accounts.apply(configOf({ password: 'account-password' }, [device('B', 'device-secret-2')]));
  expect(living).toHaveLength(1);
  expect(told()).toBe('[secret], [secret], [secret]');
  await accounts.close();
});
