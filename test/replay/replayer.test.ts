import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, expect, test } from 'vitest';
import type { Fixture, FixtureExchange, VendorResponse } from '#replay/fixture.ts';
import { replayFixture } from '#replay/replayer.ts';
import { createFakeBus } from './fake-bus.ts';

const ACCOUNT = { vendors: { almaty: { kind: 'fake' } } };

function message(action: string, data: unknown = null, replyAddress = 'r1') {
  return { type: 'send', address: 'a', reply_address: replyAddress, data, headers: { action } };
}

function answer(data: unknown, address: string | null = 'r1') {
  return { type: 'send', address, reply_address: null, data, headers: null };
}

function exchange(
  path: string,
  response: VendorResponse,
  more: Partial<FixtureExchange> = {},
): FixtureExchange {
  return { vendor: 'almaty', request: { method: 'GET', path }, response, ...more };
}

function replay(fixture: Omit<Fixture, 'name'>) {
  return replayFixture({ name: 'a conversation', ...fixture }, { createApp: createFakeBus });
}

async function differencesOf(fixture: Omit<Fixture, 'name'>) {
  return (await replay(fixture)).differences;
}

const call = (path: string, more: object = {}) => message('call', { account: 'almaty', path, ...more });

describe('a replay', () => {
  test.each(['websocket', 'http', 'tcp'] as const)('sends and reads messages over %s', async (via) => {
    const differences = await differencesOf({
      messages: [
        { send: message('echo', { sum: '1.50' }), via, expect: answer({ sum: '1.50' }) },
        { send: message('echo', { sum: '1.50' }), via, expect: answer({ sum: '1.5' }) },
      ],
    });
    expect(differences).toEqual(['messages[1].expect.data.sum: - "1.5" + "1.50"']);
  });

  test('takes the next answer with the expected address, whatever came before it', async () => {
    const result = await replay({
      messages: [
        { send: message('wait', { ms: 30 }, 'slow') },
        { send: message('echo', { n: 1 }, 'fast') },
        { expect: answer({ n: 1 }, 'fast') },
        { expect: answer({ waited: 30 }, 'slow') },
      ],
    });
    expect(result).toEqual({ ok: true, differences: [] });
  });

  test('tells an answer that should not have come', async () => {
    const messages = [
      { send: message('silence'), expect: null },
      { send: message('echo', {}, 'r2'), expect: null },
    ];
    expect(await differencesOf({ messages })).toEqual([
      'messages[1].expect: - null + {"type":"send","address":"r2","reply_address":null,"data":{},"headers":null}',
    ]);
  });

  test.each(['http', 'websocket', 'tcp'] as const)('finds silence over %s', async (via) => {
    expect(await differencesOf({ messages: [{ send: message('silence'), via, expect: null }] })).toEqual([]);
  });

  test('begins at `now` and jumps with `advance_ms`', async () => {
    const differences = await differencesOf({
      now: '2020-06-30T18:00:00Z',
      messages: [
        { send: message('now'), expect: answer({ now: { $regex: '^2020-06-30T18:00:0' } }) },
        { send: message('wait', { ms: 3_600_000 }, 'later') },
        { expect: null },
        { advance_ms: 3_600_000 },
        { expect: answer({ waited: 3_600_000 }, 'later') },
        { send: message('now'), expect: answer({ now: { $regex: '^2020-06-30T19:00:0' } }) },
      ],
    });
    expect(differences).toEqual([]);
  });

  test('kills the bus and starts it on the same store', async () => {
    const differences = await differencesOf({
      messages: [
        { send: message('count'), expect: answer({ count: 1 }) },
        { send: message('wait', { ms: 1000 }, 'lost') },
        { restart: true },
        { send: message('count'), expect: answer({ count: 2 }) },
        { send: message('count'), via: 'tcp', expect: answer({ count: 3 }) },
        { advance_ms: 1000 },
        { expect: null },
      ],
    });
    expect(differences).toEqual([]);
  });

  test('leaves no store behind', async () => {
    const stores = () => readdirSync(tmpdir()).filter((name) => name.startsWith('avq-bus-replay-'));
    const before = stores();
    await replay({ messages: [{ send: message('echo'), expect: answer('another') }] });
    expect(stores().filter((name) => !before.includes(name))).toEqual([]);
  });

  test('says that the bus did not start', async () => {
    const createApp = () => Promise.reject(new Error('no such kind'));
    const fixture = { name: 'x', messages: [{ send: message('echo') }] };
    expect(await replayFixture(fixture, { createApp })).toEqual({
      ok: false,
      differences: ['the bus did not start: no such kind'],
    });
  });

  test('kills a bus that does not stop', async () => {
    let killed = 0;
    const result = await replayFixture(
      { name: 'x', messages: [{ send: message('echo', { n: 1 }), expect: answer({ n: 1 }) }] },
      {
        async createApp(options) {
          const app = await createFakeBus(options);
          const kill = () => {
            killed += 1;
            return app.kill();
          };
          return { ...app, stop: () => new Promise(() => {}), kill };
        },
      },
    );
    expect({ ...result, killed }).toEqual({ ok: true, differences: [], killed: 1 });
  });
});

describe('the vendors of a replay', () => {
  const ok = (text: string) => answer({ status: 200, text });

  test('answer with the first exchange that matches and is not used up', async () => {
    const differences = await differencesOf({
      config: ACCOUNT,
      exchanges: [
        exchange('/a', { text: 'first' }),
        exchange('/b', { text: 'b' }, { times: 2 }),
        exchange('/a', { text: 'then' }, { times: 'any' }),
      ],
      messages: [
        { send: call('/a'), expect: ok('first') },
        { send: call('/a'), expect: ok('then') },
        { send: call('/b'), expect: ok('b') },
        { send: call('/a'), expect: ok('then') },
        { send: call('/b'), expect: ok('b') },
      ],
    });
    expect(differences).toEqual([]);
  });

  test('tell apart calls by query, headers and body', async () => {
    const withRequest = (request: Partial<FixtureExchange['request']>, text: string): FixtureExchange => ({
      vendor: 'almaty',
      request: { method: 'POST', path: '/a', ...request },
      response: { text },
    });
    const post = (more: object) => call('/a', { method: 'POST', ...more });
    const differences = await differencesOf({
      config: ACCOUNT,
      exchanges: [
        withRequest({ query: { id: ['1', '2'], page: 3 } }, 'query'),
        withRequest({ headers: { UID: { $uuid: true } } }, 'headers'),
        withRequest({ body: { Kkm: { Id: 7 }, List: [{ a: 1 }] } }, 'body'),
        withRequest({ body: 'login=x&pass=y' }, 'text'),
        withRequest({ query: null, headers: {}, body: {} }, 'anything'),
      ],
      messages: [
        { send: call('/a?id=1&x=y&page=3&id=2', { method: 'POST' }), expect: ok('query') },
        { send: post({ headers: { Uid: '5f0c1b1e-6a52-4d0e-9a57-0d6f2f1a7c11' } }), expect: ok('headers') },
        { send: post({ body: { Kkm: { Id: 7, Name: 'x' }, List: [{ a: 1, b: 2 }] } }), expect: ok('body') },
        { send: post({ body: 'login=x&pass=y' }), expect: ok('text') },
        { send: post({ body: 'whatever' }), expect: ok('anything') },
      ],
    });
    expect(differences).toEqual([]);
  });

  test('send status, headers, JSON, text and bytes', async () => {
    const differences = await differencesOf({
      config: ACCOUNT,
      exchanges: [
        exchange('/json', {
          status: 404,
          headers: { Uid: 'u', 'Set-Cookie': ['a=1', 'b=2'] },
          body: { x: 1.5 },
        }),
        exchange('/bytes', { base64: Buffer.from('bytes').toString('base64') }),
        exchange('/nothing', { status: 204 }),
      ],
      messages: [
        { send: call('/json'), expect: answer({ status: 404, text: '{"x":1.5}' }) },
        { send: call('/bytes'), expect: ok('bytes') },
        { send: call('/nothing'), expect: answer({ status: 204, text: '' }) },
      ],
    });
    expect(differences).toEqual([]);
  });

  test('tell calls that nothing matched, and why', async () => {
    const differences = await differencesOf({
      config: ACCOUNT,
      exchanges: [
        exchange('/a', { text: 'a' }),
        {
          vendor: 'almaty',
          request: { method: 'POST', path: '/a', body: { IdKkm: 1 } },
          response: {},
          optional: true,
        },
      ],
      messages: [
        { send: call('/a'), expect: ok('a') },
        { send: call('/a?x=1'), expect: answer({ $any: true }) },
        { send: call('/a', { method: 'POST', body: { IdKkm: 2 } }), expect: answer({ $any: true }) },
        { send: call('/other'), expect: answer({ status: 501, text: { $any: true } }) },
      ],
    });
    expect(differences).toEqual([
      'exchanges: nothing answers GET /a?x=1 of "almaty":',
      '  exchanges[0] is used up',
      'exchanges: nothing answers POST /a of "almaty":',
      '  exchanges[1].request.body.IdKkm: - 1 + 2',
      'exchanges: nothing answers GET /other of "almaty"',
    ]);
  });

  test('tell exchanges that were not used, but for optional ones', async () => {
    const differences = await differencesOf({
      config: ACCOUNT,
      exchanges: [
        exchange('/a', { text: 'a' }, { times: 2 }),
        exchange('/b', {}),
        exchange('/c', {}, { optional: true }),
        exchange('/d', {}, { times: 'any' }),
      ],
      messages: [{ send: call('/a'), expect: ok('a') }],
    });
    expect(differences).toEqual([
      'exchanges[0]: GET /a of "almaty" was used 1 of 2 times',
      'exchanges[1]: GET /b of "almaty" was never used',
    ]);
  });

  test('keep their accounts apart', async () => {
    const differences = await differencesOf({
      config: { vendors: { almaty: { kind: 'fake' }, astana: { kind: 'fake' } } },
      exchanges: [
        { ...exchange('/a', { text: 'astana' }), vendor: 'astana' },
        exchange('/a', { text: 'almaty' }),
      ],
      messages: [
        { send: call('/a'), expect: ok('almaty') },
        { send: call('/a', { account: 'astana' }), expect: ok('astana') },
      ],
    });
    expect(differences).toEqual([]);
  });

  test('refuse a connection, also after others were kept alive, and take the next', async () => {
    const differences = await differencesOf({
      config: ACCOUNT,
      exchanges: [
        exchange('/login', { text: 'in' }, { times: 'any' }),
        exchange('/a', { fault: 'refuse' }),
        exchange('/a', { text: 'a' }),
        exchange('/a', { fault: 'refuse' }, { times: 2 }),
      ],
      messages: [
        { send: call('/login'), expect: ok('in') },
        { send: call('/a'), expect: answer({ fault: 'ECONNREFUSED' }) },
        { send: call('/login'), expect: ok('in') },
        { send: call('/a'), expect: ok('a') },
        { send: call('/a'), expect: answer({ fault: 'ECONNREFUSED' }) },
        { send: call('/a'), expect: answer({ fault: 'ECONNREFUSED' }) },
      ],
    });
    expect(differences).toEqual([]);
  });

  test('refuse one call by its body and not another', async () => {
    const post = (body: object) => call('/a', { method: 'POST', body });
    const request = (body: object) => ({ method: 'POST', path: '/a', body });
    const differences = await differencesOf({
      config: ACCOUNT,
      exchanges: [
        { vendor: 'almaty', request: request({ n: 2 }), response: { fault: 'refuse' } },
        { vendor: 'almaty', request: request({ n: 1 }), response: { text: 'one' } },
      ],
      messages: [
        { send: post({ n: 1 }), expect: ok('one') },
        { send: post({ n: 2 }), expect: answer({ fault: 'ECONNREFUSED' }) },
      ],
    });
    expect(differences).toEqual([]);
  });

  test('reset a connection, cut an answer short', async () => {
    const differences = await differencesOf({
      config: ACCOUNT,
      exchanges: [
        exchange('/reset', { fault: 'reset' }),
        exchange('/cut', { fault: 'truncate' }),
        exchange('/a', { text: 'a' }),
      ],
      messages: [
        { send: call('/reset'), expect: answer({ fault: 'ECONNRESET' }) },
        { send: call('/cut'), expect: answer({ fault: 'UND_ERR_SOCKET' }) },
        { send: call('/a'), expect: ok('a') },
      ],
    });
    expect(differences).toEqual([]);
  });

  test('hang until the clock ends the call', async () => {
    const differences = await differencesOf({
      config: ACCOUNT,
      exchanges: [exchange('/a', { fault: 'hang' })],
      messages: [
        { send: call('/a') },
        { advance_ms: 29_000 },
        { expect: null },
        { advance_ms: 1_000 },
        { expect: answer({ fault: 'timeout' }) },
      ],
    });
    expect(differences).toEqual([]);
  });

  test('answer later on the clock of the fixture, in time for a later time-out', async () => {
    const differences = await differencesOf({
      config: ACCOUNT,
      exchanges: [exchange('/a', { text: 'late', delay_ms: 20_000 })],
      messages: [{ send: call('/a') }, { advance_ms: 60_000 }, { expect: ok('late') }],
    });
    expect(differences).toEqual([]);
  });

  test('do not judge what is called while the bus stops', async () => {
    const result = await replayFixture(
      {
        name: 'x',
        config: ACCOUNT,
        exchanges: [exchange('/logout', { text: 'bye' })],
        messages: [{ send: message('echo', { n: 1 }), expect: answer({ n: 1 }) }],
      },
      {
        async createApp(options) {
          const app = await createFakeBus(options);
          const { baseUrl } = (options.config as { vendors: { almaty: { baseUrl: string } } }).vendors.almaty;
          const stop = async () => {
            await fetch(`${baseUrl}/logout`);
            await fetch(`${baseUrl}/unheard-of`);
            await app.stop();
          };
          return { ...app, stop };
        },
      },
    );
    expect(result).toEqual({ ok: true, differences: [] });
  });
});
