import { describe, expect, test } from 'vitest';
import type { HttpResponse } from '#core/http.ts';
import { createSession } from '#vendors/ofd-ru/session.ts';
import { createFakeClock, type FakeClock } from '../../support/fake-clock.ts';
import {
  createCall,
  createScriptedHttp,
  failed,
  failureOf,
  HTTP,
  json,
  query,
  START,
  TOKEN,
} from './support.ts';

const GET = { method: 'GET', path: '/api/customer/reports', effect: 'read' } as const;

/** A session whose login answers `logins` in order, the last one for ever. */
function open(logins: readonly HttpResponse[], answer: () => HttpResponse = () => json([])) {
  const clock = createFakeClock(START);
  const scripted = createScriptedHttp(answer);
  let count = 0;
  const http = {
    ...scripted,
    async send(request: typeof GET, call: ReturnType<typeof createCall>) {
      const response = await scripted.send(request, call);
      if ((request.effect as string) !== 'login') return response;
      count += 1;
      return logins[Math.min(count, logins.length) - 1] ?? json({}, 403);
    },
  } as typeof scripted;
  const session = createSession({ http, clock, credentials: { login: 'x', password: 'y' }, perSecond: 1 });
  clock.advance(1000);
  const paths = () => scripted.sent.map(({ path }) => (path === GET.path ? 'read' : 'login'));
  return { clock, http, session, sent: scripted.sent, paths };
}

const token = (text: string, expires?: string) => json({ AuthToken: text, ExpirationDateUtc: expires });

function send({ session, clock }: { session: ReturnType<typeof createSession>; clock: FakeClock }) {
  return session.send(GET, createCall(clock));
}

describe('a token', () => {
  test('is asked for once and goes into the query, after what is there already', async () => {
    const opened = open([token(TOKEN, '2021-11-15T12:00:00')]);
    await opened.session.send({ ...GET, query: [['Inn', '1']] }, createCall(opened.clock));
    await send(opened);
    expect(opened.paths()).toEqual(['login', 'read', 'read']);
    expect(opened.sent[0]).toMatchObject({
      method: 'POST',
      path: '/api/Authorization/CreateAuthToken',
      body: { Login: 'x', Password: 'y' },
    });
    expect(opened.sent[1]?.query).toEqual([
      ['Inn', '1'],
      ['AuthToken', TOKEN],
    ]);
  });

  test('is renewed a minute before its end, which is UTC without saying so', async () => {
    const opened = open([token('a', '2021-11-15T10:20:00'), token('b')]);
    await send(opened);
    opened.clock.advance(Date.parse('2021-11-15T10:18:59Z') - opened.clock.now());
    await send(opened);
    expect(opened.paths()).toEqual(['login', 'read', 'read']);
    opened.clock.advance(1000);
    await send(opened);
    expect(opened.paths()).toEqual(['login', 'read', 'read', 'login', 'read']);
    expect(query(opened.sent.at(-1))).toEqual({ AuthToken: 'b' });
  });

  test('whose end has passed already, or cannot be read, is good until it is refused', async () => {
    for (const end of ['2021-11-12T10:55:20', 'soon', undefined]) {
      const opened = open([token('a', end)]);
      await send(opened);
      opened.clock.advance(86_400_000);
      await send(opened);
      expect(opened.paths()).toEqual(['login', 'read', 'read']);
    }
  });

  test('that is refused is replaced once', async () => {
    const opened = open([token('a'), token('b')], () => failed('AccessDenied', 200));
    await send(opened);
    expect(opened.paths()).toEqual(['login', 'read', 'login', 'read']);
  });

  test('in a download, too', async () => {
    const { session, clock, paths } = open([token('a'), token('b')], () => json({}, 401));
    await session.download(GET, createCall(clock), { write: async () => {}, maxBytes: 1 });
    expect(paths()).toEqual(['login', 'read', 'login', 'read']);
  });

  test('of the configuration is used as it is, and never replaced', async () => {
    const clock = createFakeClock(START);
    const http = createScriptedHttp(() => json({}, 401));
    const session = createSession({ http, clock, credentials: { authToken: 'mine' }, perSecond: 1000 });
    clock.advance(1);
    await session.send(GET, createCall(clock));
    expect(http.sent.map(query)).toEqual([{ AuthToken: 'mine' }]);
  });

  test.each([json({}), json({ AuthToken: '' }), json({ AuthToken: 7 }), json({ AuthToken: 'a\nb' })])(
    'that is none is not taken: %#',
    async (answer) => {
      const { name, details } = await failureOf(send(open([answer])));
      expect({ name, details }).toEqual({
        name: 'VENDOR_BAD_RESPONSE',
        details: { ...HTTP, status: 200, code: 'missing_field', message: 'в ответе на вход нет AuthToken' },
      });
    },
  );
});

describe('the first request of a process', () => {
  test('waits for a second', async () => {
    const clock = createFakeClock(START);
    const http = createScriptedHttp(() => json([]));
    const session = createSession({ http, clock, credentials: { authToken: 'mine' }, perSecond: 1 });
    const sending = session.send(GET, createCall(clock));
    clock.advance(999);
    await Promise.resolve();
    expect(http.sent).toEqual([]);
    clock.advance(1);
    await sending;
    expect(http.sent).toHaveLength(1);
  });

  test('is never sent when its time is over before', async () => {
    const clock = createFakeClock(START);
    const http = createScriptedHttp(() => json([]));
    const session = createSession({ http, clock, credentials: { authToken: 'mine' }, perSecond: 1 });
    const controller = new AbortController();
    const sending = session.send(GET, { ...createCall(clock), signal: controller.signal });
    controller.abort();
    expect((await failureOf(sending)).name).toBe('BUS_TIMEOUT');
    clock.advance(2000);
    expect(http.sent).toEqual([]);
  });
});
