import { describe, expect, test } from 'vitest';
import type { Call } from '#core/call.ts';
import { Cancellation } from '#core/cancellation.ts';
import { Failure } from '#core/failure.ts';
import type { HttpRequest, HttpResponse } from '#core/http.ts';
import type { HttpClient } from '#core/http-client.ts';
import { silentLog } from '#core/log.ts';
import { vendorFailure } from '#outbound/vendor-failure.ts';
import { Session } from '#vendors/iiko/session.ts';
import { createFakeClock, type FakeClock } from '../../support/fake-clock.ts';
import { CONFIG, createCall, createScriptedHttp, failureOf, HTTP, plain } from './support.ts';

const NO_SLOT = plain(403, 'License enhancement is required: no connections available for module 2000');
const LIST: HttpRequest = { method: 'GET', path: '/list', effect: 'read' };

function openSession(http: HttpClient): {
  session: Session;
  clock: FakeClock;
  ask: (changes?: Partial<Call>) => Promise<HttpResponse>;
} {
  const clock = createFakeClock(Date.parse('2026-01-31T12:00:00Z'));
  const session = new Session({ ...CONFIG, http, clock, log: silentLog, idleLogoutMs: 90_000 });
  return { session, clock, ask: (changes) => session.send(LIST, { ...createCall(clock), ...changes }) };
}

const isLogin = ({ path }: HttpRequest) => path === '/resto/api/auth';
const paths = (sent: readonly HttpRequest[]) => sent.map(({ path }) => path);

/** Lets everything that is only waiting for promises go on. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('Session', () => {
  test('logs in with the SHA-1 of the password and shows the key as a cookie', async () => {
    const http = createScriptedHttp((request) => plain(200, isLogin(request) ? ' key-1\n' : '[]'));
    const { ask } = openSession(http);

    await ask();
    await ask();

    expect(http.sent).toEqual([
      {
        method: 'POST',
        path: '/resto/api/auth',
        query: [
          ['login', 'api'],
          ['pass', '11f6ad8ec52a2984abaafd7c3b516503785c2072'],
        ],
        effect: 'login',
        takesSlot: true,
      },
      { ...LIST, headers: { cookie: 'key=key-1' } },
      { ...LIST, headers: { cookie: 'key=key-1' } },
    ]);
  });

  test('logs in once for requests that come together', async () => {
    const http = createScriptedHttp((request) => plain(200, isLogin(request) ? 'key-1' : '[]'));
    const { ask } = openSession(http);

    await Promise.all([ask(), ask(), ask()]);

    expect(http.sent.filter(isLogin)).toHaveLength(1);
  });

  test('logs in once more when the key has died, and only once', async () => {
    const http = createScriptedHttp((request, count) => {
      if (isLogin(request)) return plain(200, `key-${count}`);
      return plain(401, 'Token is expired or invalid');
    });
    const { ask } = openSession(http);

    expect((await ask()).status).toBe(401);
    expect(paths(http.sent)).toEqual(['/resto/api/auth', '/list', '/resto/api/auth', '/list']);
  });

  test.each([
    ['<html></html>', 'html'],
    ['two words', 'bad_token'],
    ['two\nlines', 'bad_token'],
    ['', 'bad_token'],
  ])('refuses %j as a key', async (text, code) => {
    const { ask } = openSession(createScriptedHttp(() => plain(200, text)));

    expect(await failureOf(ask())).toMatchObject({ name: 'VENDOR_BAD_RESPONSE', details: { code } });
  });

  test('does not ask for a slot again while there is none, twice as long each time', async () => {
    const http = createScriptedHttp(() => NO_SLOT);
    const { ask, clock } = openSession(http);
    const pausesMs = [15_000, 30_000, 60_000, 120_000, 240_000, 300_000, 300_000];

    for (const [index, pauseMs] of pausesMs.entries()) {
      expect(await failureOf(ask())).toMatchObject({
        name: 'VENDOR_RATE_LIMITED',
        details: { status: 403, code: 'license_exhausted' },
      });
      clock.advance(pauseMs - 1);
      expect((await failureOf(ask())).name).toBe('VENDOR_RATE_LIMITED');
      expect(http.sent).toHaveLength(index + 1);
      clock.advance(1);
    }
  });

  test('says when the next login will be tried', async () => {
    const { ask } = openSession(createScriptedHttp(() => NO_SLOT));

    const first = await failureOf(ask());
    const second = await failureOf(ask());

    expect(first.description).toContain('2026-01-31T15:00:15+03:00');
    expect(second.description).toBe(first.description);
    expect(second.details).toEqual(first.details);
  });

  test('takes being asked to slow down for a reason to wait as well', async () => {
    const http = createScriptedHttp(() => plain(429, 'Too Many Requests'));
    const { ask } = openSession(http);
    await failureOf(ask());

    expect(await failureOf(ask())).toMatchObject({
      name: 'VENDOR_RATE_LIMITED',
      description: 'iiko ограничил частоту запросов; следующая попытка не раньше 2026-01-31T15:00:15+03:00',
    });
    expect(http.sent).toHaveLength(1);
  });

  test('forgets the pauses after a login', async () => {
    let free = false;
    const http = createScriptedHttp((request) => {
      if (!isLogin(request)) return plain(401, 'expired');
      return free ? plain(200, 'key') : NO_SLOT;
    });
    const { ask, clock } = openSession(http);
    await failureOf(ask());
    clock.advance(15_000);
    await failureOf(ask());
    clock.advance(30_000);
    free = true;
    await ask();
    free = false;

    await failureOf(ask());
    clock.advance(15_000);
    const before = http.sent.length;
    await failureOf(ask());

    expect(http.sent).toHaveLength(before + 1);
  });

  test.each(['reset', 'timeout', 'truncated'])(
    'waits after a login whose answer was lost: %s',
    async (code) => {
      const lost = vendorFailure('VENDOR_UNAVAILABLE', HTTP, { status: null, code, message: 'потерян' });
      const http = createScriptedHttp(() => lost);
      const { ask, clock } = openSession(http);

      await failureOf(ask());
      expect((await failureOf(ask())).description).toContain('2026-01-31T15:00:15+03:00');
      expect(http.sent).toHaveLength(1);

      clock.advance(15_000);
      await failureOf(ask());
      expect(http.sent).toHaveLength(2);
    },
  );

  test.each([
    [
      'a refused connection',
      vendorFailure('VENDOR_UNAVAILABLE', HTTP, { status: null, code: 'refused', message: '' }),
    ],
    ['a wrong password', plain(401, 'Wrong password')],
  ])('may log in again at once after %s', async (_what, answer) => {
    const http = createScriptedHttp(() => answer);
    const { ask } = openSession(http);

    await failureOf(ask());
    await failureOf(ask());

    expect(http.sent).toHaveLength(2);
  });

  describe('a login that everybody has left', () => {
    async function leaveLogin() {
      const logins: PromiseWithResolvers<HttpResponse>[] = [];
      const reply = { current: (_request: HttpRequest) => plain(200, '[]') };
      const http = createScriptedHttp((request) => {
        if (!isLogin(request)) return reply.current(request);
        const login = Promise.withResolvers<HttpResponse>();
        logins.push(login);
        return login.promise;
      });
      const opened = openSession(http);
      const signal = new Cancellation();
      const left = opened.ask({ signal });
      signal.abort();
      await expect(left).rejects.toMatchObject({ name: 'BUS_TIMEOUT' });
      return { ...opened, http, logins, reply };
    }

    test('serves whoever comes next, without another one', async () => {
      const { ask, http, logins } = await leaveLogin();
      const asking = [ask(), ask()];
      const signal = new Cancellation();
      const impatient = ask({ signal });
      signal.abort();
      await expect(impatient).rejects.toMatchObject({ name: 'BUS_TIMEOUT' });
      logins[0]?.resolve(plain(200, 'key-1'));
      expect((await Promise.all(asking)).map(({ status }) => status)).toEqual([200, 200]);
      await ask();
      expect(paths(http.sent)).toEqual(['/resto/api/auth', '/list', '/list', '/list']);
    });

    test('serves those as well who leave and come one after the other', async () => {
      const { ask, http, logins } = await leaveLogin();
      for (let index = 0; index < 5; index += 1) {
        const signal = new Cancellation();
        const impatient = ask({ signal });
        await settle();
        signal.abort();
        await expect(impatient).rejects.toMatchObject({ name: 'BUS_TIMEOUT' });
      }
      const patient = ask();
      logins[0]?.resolve(plain(200, 'key-1'));
      expect((await patient).status).toBe(200);
      expect(http.sent.filter(isLogin)).toHaveLength(1);
    });

    test('is given back at the end, or when nobody uses it', async () => {
      for (const when of ['at the end', 'idle']) {
        const { session, clock, http, logins } = await leaveLogin();
        const closing = when === 'at the end' ? session.close() : undefined;
        await settle();
        logins[0]?.resolve(plain(200, 'key-1'));
        await settle();
        if (when === 'idle') clock.advance(90_000);
        await (closing ?? settle());
        expect([when, http.sent.at(-1)]).toMatchObject([
          when,
          { path: '/resto/api/logout', headers: { cookie: 'key=key-1' } },
        ]);
      }
    });

    test('is tried anew where it had not been sent, and refused where it was lost', async () => {
      const unsent = await leaveLogin();
      const next = unsent.ask();
      unsent.logins[0]?.reject(new Failure('BUS_TIMEOUT'));
      await settle();
      unsent.logins[1]?.resolve(plain(200, 'key-2'));
      expect((await next).status).toBe(200);

      const lost = await leaveLogin();
      const refused = failureOf(lost.ask());
      lost.logins[0]?.reject(
        vendorFailure('VENDOR_TIMEOUT', HTTP, { status: null, code: 'timeout', message: '' }),
      );
      expect((await refused).description).toContain('2026-01-31T15:00:15+03:00');
      expect(lost.http.sent.filter(isLogin)).toHaveLength(1);
    });

    test('is the only one, also where it had to be tried anew', async () => {
      const { ask, http, logins } = await leaveLogin();
      const signal = new Cancellation();
      const impatient = ask({ signal });
      logins[0]?.reject(new Failure('BUS_TIMEOUT'));
      await settle();
      signal.abort();
      await expect(impatient).rejects.toMatchObject({ name: 'BUS_TIMEOUT' });
      const next = ask();
      await settle();
      logins[1]?.resolve(plain(200, 'key-2'));
      expect((await next).status).toBe(200);
      expect(http.sent.filter(isLogin)).toHaveLength(2);
    });

    test('is followed by another where its key is no good', async () => {
      const { ask, logins, reply } = await leaveLogin();
      reply.current = ({ headers }) => plain(headers?.cookie === 'key=key-1' ? 401 : 200, '[]');
      const next = ask();
      logins[0]?.resolve(plain(200, 'key-1'));
      await settle();
      logins[1]?.resolve(plain(200, 'key-2'));
      expect((await next).status).toBe(200);
    });
  });

  test('gives the slot back when it is not used', async () => {
    const http = createScriptedHttp((request) => plain(200, isLogin(request) ? 'key-1' : '[]'));
    const { ask, clock } = openSession(http);
    await ask();
    clock.advance(60_000);
    await ask();
    clock.advance(89_999);
    await settle();
    expect(paths(http.sent)).not.toContain('/resto/api/logout');

    clock.advance(1);
    await settle();
    expect(http.sent.at(-1)).toMatchObject({
      method: 'POST',
      path: '/resto/api/logout',
      headers: { cookie: 'key=key-1' },
    });

    await ask();
    expect(http.sent.filter(isLogin)).toHaveLength(2);
  });

  test('does not log out under a request that takes long', async () => {
    const { promise: slow, resolve: answer } = Promise.withResolvers<HttpResponse>();
    const http = createScriptedHttp((request) => (isLogin(request) ? plain(200, 'key') : slow));
    const { ask, clock } = openSession(http);
    const asking = ask();
    await settle();

    clock.advance(100_000);
    await settle();
    expect(paths(http.sent)).toEqual(['/resto/api/auth', '/list']);

    answer(plain(200, '[]'));
    await asking;
  });

  test('logs out at the end, after what is under way, and bears a failure of it', async () => {
    const { promise: slow, resolve: answer } = Promise.withResolvers<HttpResponse>();
    const lost = vendorFailure('VENDOR_UNAVAILABLE', HTTP, { status: null, code: 'refused', message: '' });
    const http = createScriptedHttp(({ path }) => {
      if (path === '/list') return slow;
      return path === '/resto/api/auth' ? plain(200, 'key') : lost;
    });
    const { session, ask } = openSession(http);
    const asking = ask();
    await settle();
    const closing = session.close();
    await settle();
    expect(paths(http.sent)).not.toContain('/resto/api/logout');

    answer(plain(200, '[]'));
    await asking;
    await closing;
    expect(http.sent.at(-1)?.path).toBe('/resto/api/logout');
  });

  test('has nothing to log out of when nobody asked for anything', async () => {
    const http = createScriptedHttp(() => plain(200, 'key'));
    await openSession(http).session.close();

    expect(http.sent).toEqual([]);
  });
});
