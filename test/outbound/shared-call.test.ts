import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import type { Call } from '#core/call.ts';
import { createJoinedReads } from '#outbound/joined-reads.ts';
import { createTokenSession } from '#outbound/token-session.ts';
import { createCall, createClient, listen, listenHttp, requestOf, type TestCall, until } from './loopback.ts';

const SENT = 'запрос отправлен, ответа нет';
const NOT_CONNECTED = 'соединение не установлено за отведённое время: проверьте baseUrl и сеть';

/** An account whose vendor takes connections and never answers their TLS handshake, and one that is never answered. */
async function createAccounts() {
  let [connections, requests] = [0, 0];
  const taking = createServer(() => {
    connections += 1;
  });
  const port = await listen(taking);
  const deaf = createClient(`https://127.0.0.1:${port}`);
  const silent = createClient(
    await listenHttp(({ url }, response) => {
      requests += 1;
      if (url === '/login') response.end('token');
    }),
  );
  return {
    toDeaf: (call: Call) => deaf.send(requestOf('read'), call),
    toSilent: (call: Call) => silent.send(requestOf('read'), call),
    logIn: async (call: Call) => (await silent.send(requestOf('login', { path: '/login' }), call)).text,
    isConnected: () => connections === 1,
    isAsked: () => requests === 1,
  };
}

type Accounts = Awaited<ReturnType<typeof createAccounts>>;

/** Joins a read, and leaves it when it has come so far. */
async function leaveWhen(
  isSoFar: () => boolean,
  run: (shared: Call) => Promise<unknown>,
  more: TestCall[] = [],
) {
  const reads = createJoinedReads();
  const calls = [...more, createCall()];
  const reading = calls.map((call) => reads.read('KZ1', 'shift', call, run));
  await until(isSoFar);
  for (const call of calls) call.abort();
  return Promise.allSettled(reading);
}

const late = (message: string) => ({
  status: 'rejected',
  reason: { name: 'VENDOR_TIMEOUT', details: { status: null, code: 'timeout', message } },
});

describe('whoever leaves a joined read is told whether the request had left', () => {
  test.each([
    ['alone', []],
    ['with others', [createCall(), createCall()]],
  ])('not where the TLS handshake never ends: %s', async (_who, others) => {
    const { toDeaf, isConnected } = await createAccounts();
    const told = await leaveWhen(isConnected, toDeaf, others);
    expect(told).toMatchObject(told.map(() => late(NOT_CONNECTED)));
  });

  test.each<[string, (accounts: Accounts, shared: Call) => Promise<unknown>]>([
    ['alone', ({ toSilent }, shared) => toSilent(shared)],
    [
      'before another that has not',
      async ({ toSilent, toDeaf, isAsked }, shared) => {
        const asked = toSilent(shared);
        await until(isAsked);
        return Promise.all([asked, toDeaf(shared)]);
      },
    ],
    [
      'after another that has not',
      async ({ toSilent, toDeaf, isConnected }, shared) => {
        const asked = toDeaf(shared);
        await until(isConnected);
        return Promise.all([asked, toSilent(shared)]);
      },
    ],
  ])('it has where it waits for the answer: %s', async (what, run) => {
    const accounts = await createAccounts();
    const isSoFar = () => accounts.isAsked() && (what === 'alone' || accounts.isConnected());
    expect(await leaveWhen(isSoFar, (shared) => run(accounts, shared))).toMatchObject([late(SENT)]);
  });

  test('not where only the login before it was answered', async () => {
    const { logIn, toDeaf, isConnected } = await createAccounts();
    const session = createTokenSession({ login: logIn });
    const run = (shared: Call) =>
      session.send(
        shared,
        () => toDeaf(shared),
        () => false,
      );
    expect(await leaveWhen(isConnected, run)).toMatchObject([late(NOT_CONNECTED)]);
  });

  test.each([
    ['never ends', 'toDeaf', NOT_CONNECTED],
    ['has ended', 'toSilent', SENT],
  ] as const)(
    'also where it joins late and from inside another read, and the handshake %s',
    async (_what, to, message) => {
      const accounts = await createAccounts();
      const inner = createJoinedReads();
      const run = (shared: Call) => inner.read('account', 'list', shared, accounts[to]);
      const isSoFar = () => accounts.isConnected() || accounts.isAsked();
      const first = createCall();
      const reading = createJoinedReads().read('KZ2', 'shift', first, run);
      await until(isSoFar);
      expect(await leaveWhen(isSoFar, run)).toMatchObject([late(message)]);
      first.abort();
      await expect(reading).rejects.toMatchObject({ details: { message } });
    },
  );
});
