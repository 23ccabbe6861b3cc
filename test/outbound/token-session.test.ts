import { describe, expect, test } from 'vitest';
import type { Call } from '#core/call.ts';
import { Failure } from '#core/failure.ts';
import type { HttpResponse } from '#core/http.ts';
import { createTokenSession } from '#outbound/token-session.ts';
import { vendorFailure } from '#outbound/vendor-failure.ts';
import { createCall, createClient, listenHttp, requestOf, until } from './loopback.ts';

const ACCOUNT = { vendor: 'kassa24', account: 'almaty' };
const REFUSED = vendorFailure('VENDOR_AUTH_FAILED', ACCOUNT, { status: 401, code: '401', message: '' });

const isExpired = ({ status }: HttpResponse) => status === 401;

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A vendor whose tokens are `token-1`, `token-2`, …; only the last one given is good. */
function createVendor() {
  const logins: { call: Call; resolve: () => void; reject: (error: Error) => void }[] = [];
  const used: string[] = [];
  let good = '';
  return {
    logins,
    used,
    expire() {
      good = '';
    },
    login(call: Call): Promise<string> {
      return new Promise((resolve, reject) => {
        const token = `token-${logins.length + 1}`;
        const give = () => {
          good = token;
          resolve(token);
        };
        call.signal.addEventListener('abort', () => reject(new Error('given up')));
        logins.push({ call, resolve: give, reject });
      });
    },
    async request(token: string): Promise<HttpResponse> {
      used.push(token);
      return { status: token === good ? 200 : 401, headers: {}, text: token };
    },
  };
}

function createSession() {
  const vendor = createVendor();
  const session = createTokenSession(vendor);
  const send = (call: Call = createCall()) => session.send(call, vendor.request, isExpired);
  const logIn = async () => {
    const sending = send();
    vendor.logins.at(-1)?.resolve();
    await sending;
  };
  return { vendor, session, send, logIn };
}

describe('a token session', () => {
  test('logs in before the first request, once for all who wait', async () => {
    const { vendor, session, send } = createSession();
    const sendings = [send(), send(), send()];
    expect(session.token).toBeUndefined();
    vendor.logins[0]?.resolve();
    expect((await Promise.all(sendings)).map(({ status }) => status)).toEqual([200, 200, 200]);
    await send();
    expect(vendor.logins).toHaveLength(1);
    expect(session.token).toBe('token-1');
  });

  test('logs in anew when the token has expired, once for all who found out', async () => {
    const { vendor, send, logIn } = createSession();
    await logIn();
    vendor.expire();
    const sendings = [send(), send(), send()];
    await until(() => vendor.logins.length === 2);
    await turn();
    vendor.logins[1]?.resolve();
    expect((await Promise.all(sendings)).map(({ text }) => text)).toEqual(['token-2', 'token-2', 'token-2']);
    expect(vendor.logins).toHaveLength(2);
  });

  test('does not log in for a token that somebody has replaced meanwhile', async () => {
    const { vendor, session, send, logIn } = createSession();
    await logIn();
    let answerLate = (_response: HttpResponse) => {};
    const late = session.send(
      createCall(),
      (token) =>
        token === 'token-1' ? new Promise((resolve) => (answerLate = resolve)) : vendor.request(token),
      isExpired,
    );
    await turn();
    vendor.expire();
    const other = send();
    await until(() => vendor.logins.length === 2);
    vendor.logins[1]?.resolve();
    await other;
    answerLate({ status: 401, headers: {}, text: '' });
    expect(await late).toMatchObject({ status: 200, text: 'token-2' });
    expect(vendor.logins).toHaveLength(2);
  });

  test('gives the second expiry to its caller and logs in for the next', async () => {
    const { vendor, session, send, logIn } = createSession();
    await logIn();
    vendor.expire();
    const sending = send();
    await until(() => vendor.logins.length === 2);
    vendor.logins[1]?.resolve();
    vendor.expire();
    expect(await sending).toMatchObject({ status: 401 });
    expect(vendor.used).toEqual(['token-1', 'token-1', 'token-2']);
    expect(session.token).toBeUndefined();
  });

  test('fails those who waited for a login that failed; the next caller tries anew', async () => {
    const { vendor, send } = createSession();
    const sendings = [send(), send()];
    vendor.logins[0]?.reject(new Error('refused'));
    for (const sending of sendings) await expect(sending).rejects.toThrow('refused');
    expect(vendor.used).toEqual([]);
    const next = send();
    vendor.logins[1]?.resolve();
    expect(await next).toMatchObject({ status: 200 });
  });

  describe('whoever finds out late that the token has expired', () => {
    /** One that has been sent with `token-1` and is told later that it has expired. */
    async function sendLate(settling?: true) {
      const { vendor, session, send, logIn } = createSession();
      await logIn();
      let tell = () => {};
      const request = (token: string) =>
        token === 'token-1'
          ? new Promise<HttpResponse>((resolve) => {
              tell = () => resolve({ status: 401, headers: {}, text: '' });
            })
          : vendor.request(token);
      const late = session.send(createCall(), request, isExpired, settling);
      await turn();
      vendor.expire();
      /** Another one finds out before, and its login is refused. */
      const refuseFirst = async () => {
        const first = send();
        await until(() => vendor.logins.length === 2);
        vendor.logins[1]?.reject(REFUSED);
        await expect(first).rejects.toBe(REFUSED);
      };
      return { vendor, session, send, late, findOut: () => tell(), refuseFirst };
    }

    test('is told that the login has failed, and causes none', async () => {
      const { vendor, send, late, findOut, refuseFirst } = await sendLate();
      await refuseFirst();
      findOut();
      await expect(late).rejects.toBe(REFUSED);
      expect(vendor.logins).toHaveLength(2);
      const next = send();
      vendor.logins[2]?.resolve();
      expect(await next).toMatchObject({ status: 200 });
    });

    test('waits for the login that is tried anew', async () => {
      const { vendor, send, late, findOut, refuseFirst } = await sendLate();
      await refuseFirst();
      const next = send();
      findOut();
      await turn();
      vendor.logins[2]?.resolve();
      expect(await Promise.all([next, late])).toMatchObject([{ status: 200 }, { status: 200 }]);
      expect(vendor.logins).toHaveLength(3);
    });

    test('tries the new one, though that is no good either, and causes no login', async () => {
      const { vendor, send, late, findOut } = await sendLate();
      const first = send();
      await until(() => vendor.logins.length === 2);
      vendor.logins[1]?.resolve();
      vendor.expire();
      expect(await first).toMatchObject({ status: 401 });
      findOut();
      expect(await late).toMatchObject({ status: 401, text: 'token-2' });
      expect(vendor.logins).toHaveLength(2);
    });

    test.each([
      ['was given up', undefined],
      ['was late', vendorFailure('VENDOR_TIMEOUT', ACCOUNT, { status: null, code: 'timeout', message: '' })],
      ['never left', new Failure('BUS_TIMEOUT')],
    ])('logs in where the login %s', async (_what, failure) => {
      const { vendor, send, late, findOut } = await sendLate();
      const call = createCall();
      const first = send(call);
      await until(() => vendor.logins.length === 2);
      if (failure) vendor.logins[1]?.reject(failure);
      else call.abort();
      await expect(first).rejects.toThrow();
      findOut();
      await until(() => vendor.logins.length === 3);
      vendor.logins[2]?.resolve();
      expect(await late).toMatchObject({ status: 200, text: 'token-3' });
    });

    test('is told of a refusal, too, where it settles a change', async () => {
      const { vendor, late, findOut, refuseFirst } = await sendLate(true);
      await refuseFirst();
      findOut();
      await expect(late).rejects.toBe(REFUSED);
      expect(vendor.logins).toHaveLength(2);
    });

    test('logs in where another login has worked since the refusal', async () => {
      const { vendor, session, send, late, findOut, refuseFirst } = await sendLate();
      await refuseFirst();
      const next = send();
      vendor.logins[2]?.resolve();
      await next;
      // That one has expired as well, and so has the one after it: there is none now.
      const unlucky = session.send(
        createCall(),
        async () => ({ status: 401, headers: {}, text: '' }),
        isExpired,
      );
      await until(() => vendor.logins.length === 4);
      vendor.logins[3]?.resolve();
      await unlucky;
      findOut();
      await until(() => vendor.logins.length === 5);
      vendor.logins[4]?.resolve();
      expect(await late).toMatchObject({ status: 200, text: 'token-5' });
    });

    test('logs in where the vendor has given the same one again, and that has expired in its turn', async () => {
      let [logins, uses] = [0, 0];
      const session = createTokenSession({
        login: async () => {
          logins += 1;
          return 'the same';
        },
      });
      const request = async (): Promise<HttpResponse> => {
        uses += 1;
        return { status: uses % 2 === 1 ? 401 : 200, headers: {}, text: '' };
      };
      for (let round = 1; round <= 3; round += 1) {
        expect(await session.send(createCall(), request, isExpired)).toMatchObject({ status: 200 });
        expect(logins).toBe(round + 1);
      }
    });

    test('logs in after a logout', async () => {
      const { vendor, session, send, late, findOut } = await sendLate();
      const first = send();
      await until(() => vendor.logins.length === 2);
      vendor.logins[1]?.resolve();
      await first;
      session.forget();
      findOut();
      await until(() => vendor.logins.length === 3);
      vendor.logins[2]?.resolve();
      expect(await late).toMatchObject({ status: 200, text: 'token-3' });
    });
  });

  test('keeps a login alive until the last who waits for it has left', async () => {
    const { vendor, send } = createSession();
    const [early, late] = [createCall(1000), createCall(2000)];
    const sendings = [send(early), send(late)];
    const login = vendor.logins[0]?.call;
    expect(login?.deadline).toBe(2000);
    early.abort();
    await expect(sendings[0]).rejects.toMatchObject({ name: 'BUS_TIMEOUT' });
    expect(login?.signal.aborted).toBe(false);
    late.abort();
    await expect(sendings[1]).rejects.toMatchObject({ name: 'BUS_TIMEOUT' });
    expect(login?.signal.aborted).toBe(true);

    const next = send();
    expect(vendor.logins).toHaveLength(2);
    vendor.logins[1]?.resolve();
    expect(await next).toMatchObject({ text: 'token-2' });
  });

  test('tells a login what it settles, and no other', async () => {
    const settlings: object[] = [];
    const session = createTokenSession({
      login: async (_call, settling) => {
        settlings.push(settling);
        return `token-${settlings.length}`;
      },
    });
    const request = async (token: string): Promise<HttpResponse> => ({
      status: token === 'token-1' ? 401 : 200,
      headers: {},
      text: '',
    });
    await session.send(createCall(), request, isExpired, true);
    session.forget();
    await session.send(createCall(), request, isExpired);
    expect(settlings).toEqual([{ settling: true }, { settling: true }, {}]);
  });

  test('logs in again after it was told to forget', async () => {
    const { vendor, session, send, logIn } = createSession();
    await logIn();
    session.forget();
    expect(session.token).toBeUndefined();
    const sending = send();
    vendor.logins[1]?.resolve();
    expect(await sending).toMatchObject({ text: 'token-2' });
  });

  test('does not take the token of an abandoned login for that of the next', async () => {
    const logins: ((token: string) => void)[] = [];
    // A login that does not heed its signal.
    const session = createTokenSession({ login: () => new Promise((resolve) => logins.push(resolve)) });
    const request = async (text: string): Promise<HttpResponse> => ({ status: 200, headers: {}, text });
    const leaver = createCall();
    const left = session.send(leaver, request, isExpired);
    leaver.abort();
    await expect(left).rejects.toMatchObject({ name: 'BUS_TIMEOUT' });
    const next = session.send(createCall(), request, isExpired);
    logins[1]?.('new');
    expect(await next).toMatchObject({ text: 'new' });
    logins[0]?.('old');
    await turn();
    expect(session.token).toBe('new');
  });

  test("enters the login's exchanges among everybody's who waited, and says so if the vendor was late", async () => {
    const waiting: (() => void)[] = [];
    const baseUrl = await listenHttp((_request, response) => waiting.push(() => response.end('token')));
    const client = createClient(baseUrl);
    const session = createTokenSession({
      login: async (call) => (await client.send(requestOf('login'), call)).text,
    });
    const [patient, impatient] = [createCall(), createCall()];
    const request = async (): Promise<HttpResponse> => ({ status: 200, headers: {}, text: '' });
    const sending = session.send(patient, request, isExpired);
    const leaving = session.send(impatient, request, isExpired);
    await until(() => waiting.length === 1);
    impatient.abort();
    await expect(leaving).rejects.toMatchObject({ name: 'VENDOR_TIMEOUT', details: { account: 'almaty' } });
    waiting[0]?.();
    await sending;
    expect(patient.exchanges).toHaveLength(1);
  });
});

test('tells the account its tokens, also those that have expired', async () => {
  let logins = 0;
  const baseUrl = await listenHttp((_request, response) => {
    logins += 1;
    response.end(`token-of-login-${logins}`);
  });
  const client = createClient(baseUrl);
  const session = createTokenSession({
    login: async (call) => (await client.send(requestOf('login'), call)).text,
  });
  await session.send(createCall(), async () => ({ status: 401, headers: {}, text: '' }), isExpired);
  const failure = vendorFailure('VENDOR_REJECTED', client, {
    status: 404,
    message: 'no session token-of-login-1, not token-of-login-2, token-of-login-3',
  });
  expect(failure.details).toMatchObject({
    message: 'no session [secret], not [secret], token-of-login-3',
  });
});
