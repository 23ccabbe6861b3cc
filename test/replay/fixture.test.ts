import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Fixture } from '#replay/fixture.ts';
import { type FixtureResult, replayPaths } from '#replay/fixture-files.ts';
import { parseFixture } from '#replay/fixture-reader.ts';
import { createFakeBus } from './fake-bus.ts';

const SEND = { type: 'send', address: 'a', reply_address: 'r1', data: null, headers: { action: 'echo' } };
const GOOD = {
  name: 'kassa24: X report of an open shift',
  config: { vendors: { almaty: { kind: 'kassa24' } } },
  now: '2020-06-30T18:00:00Z',
  exchanges: [
    {
      vendor: 'almaty',
      request: { method: 'GET', path: '/kkms/77505', query: {}, headers: {}, body: null },
      response: { status: 200, headers: {}, body: {} },
      times: 1,
      optional: false,
    },
  ],
  messages: [
    { send: SEND, via: 'tcp', expect: { data: { $any: true } } },
    { send: SEND },
    { expect: { address: 'r1' }, via: 'http' },
    { send: SEND, expect: null },
    { expect: null },
    { advance_ms: 1000 },
    { restart: true },
  ],
};

/** The good one with `value` put at `path`. */
function complaintsAt(path: string, value: unknown): readonly string[] {
  const fixture: unknown = JSON.parse(JSON.stringify(GOOD));
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  const parent = keys.reduce((at, key) => (at as Record<string, unknown>)[key], fixture);
  (parent as Record<string, unknown>)[last] = value;
  const read = parseFixture(JSON.stringify(fixture));
  return 'complaints' in read ? read.complaints : [];
}

describe('a fixture', () => {
  test('is described by schemas/fixture.json', async () => {
    const schema = { $schema: 'https://json-schema.org/draft/2020-12/schema', ...Fixture };
    await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot('../../schemas/fixture.json');
  });

  test('is read with everything that it may hold', () => {
    expect(parseFixture(JSON.stringify(GOOD))).toEqual({ fixture: GOOD });
  });

  test.each([
    ['comment', 'x', 'comment: unknown key'],
    ['exchanges.0.requst', {}, 'exchanges[0].requst: unknown key'],
    ['exchanges.0.request.bdy', {}, 'exchanges[0].request.bdy: unknown key'],
    ['exchanges.0.response.stats', 1, 'exchanges[0].response.stats: unknown key'],
    ['messages.0.expected', {}, 'messages[0].expected: unknown key'],
    ['name', undefined, 'name: missing'],
    ['messages', [], 'messages: must be a list of at least one step'],
    ['now', 'yesterday', "now: must be the time at which it begins, RFC 3339; the machine's own when absent"],
    ['exchanges.0.vendor', 'astana', 'exchanges[0].vendor: "astana" is not under config.vendors'],
    [
      'exchanges.0.request.path',
      'kkms',
      'exchanges[0].request.path: must be a path that begins with / and holds no query',
    ],
    [
      'exchanges.0.request.query',
      'a=1',
      'exchanges[0].request.query: must be an object, or null for anything',
    ],
    [
      'exchanges.0.times',
      'often',
      'exchanges[0].times: must be a number from 1, or "any" for as often as it is asked, never included',
    ],
    [
      'exchanges.0.response',
      { fault: 'refused' },
      'exchanges[0].response.fault: must be one of refuse, reset, hang, truncate',
    ],
    [
      'exchanges.0.response',
      { text: 'a', body: 1 },
      'exchanges[0].response: must be one of body, text, base64 and fault',
    ],
    [
      'exchanges.0.response',
      { fault: 'hang', status: 200 },
      'exchanges[0].response: must be one of body, text, base64 and fault',
    ],
    ['messages.0.via', 'carrier pigeon', 'messages[0].via: must be one of http, websocket, tcp'],
    [
      'messages.5.send',
      {},
      'messages[5]: must be {send, expect?, via?}, {expect, via?}, {advance_ms} or {restart}',
    ],
    [
      'messages.6',
      {},
      'messages[6]: must be {send, expect?, via?}, {expect, via?}, {advance_ms} or {restart}',
    ],
    [
      'messages.6',
      { restart: false },
      'messages[6].restart: must be true: killed, and started on the same store',
    ],
    [
      'messages.0.expect.data',
      { $reqex: 'a' },
      'messages[0].expect.data: not a matcher: write {"$any": true}, {"$uuid": true} or {"$regex": "a valid expression"} alone',
    ],
    [
      'exchanges.0.request.body',
      { a: [{ $regex: '(' }] },
      'exchanges[0].request.body.a[0]: not a matcher: write {"$any": true}, {"$uuid": true} or {"$regex": "a valid expression"} alone',
    ],
  ])('with another %s (%j) is refused: %s', (path, value, complaint) => {
    expect(complaintsAt(path, value)).toEqual([complaint]);
  });

  test('tells everything that is wrong at once', () => {
    expect(complaintsAt('messages', [{ snd: {} }, { advance_ms: -1 }])).toHaveLength(3);
  });

  test('that is no JSON is refused', () => {
    expect(parseFixture('{')).toEqual({ complaints: [expect.stringMatching(/^not JSON: /)] });
  });
});

describe('replayPaths()', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'avq-bus-fixtures-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function write(path: string, fixture: unknown): void {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), typeof fixture === 'string' ? fixture : JSON.stringify(fixture));
  }

  function conversation(data: unknown) {
    const expected = { type: 'send', address: 'r1', reply_address: null, data: { n: 1 }, headers: null };
    return {
      name: `data ${JSON.stringify(data)}`,
      messages: [{ send: { ...SEND, data }, expect: expected }],
    };
  }

  test('replays files and folders at every depth, and tells how each went', async () => {
    write('a.json', conversation({ n: 1 }));
    write('deep/er/b.json', conversation({ n: 2 }));
    write('deep/c.json', { name: 'x', mesages: [] });
    write('deep/notes.txt', 'no fixture');
    const results: FixtureResult[] = [];
    const onResult = (result: FixtureResult) => results.push(result);
    const paths = [join(folder, 'a.json'), join(folder, 'deep')];
    expect(await replayPaths(paths, { createApp: createFakeBus, onResult })).toEqual({
      passed: 1,
      failed: 2,
    });
    expect(results).toEqual([
      { path: join(folder, 'a.json'), name: 'data {"n":1}', ok: true, differences: [] },
      {
        path: join(folder, 'deep/c.json'),
        name: undefined,
        ok: false,
        differences: ['messages: missing', 'mesages: unknown key'],
      },
      {
        path: join(folder, 'deep/er/b.json'),
        name: 'data {"n":2}',
        ok: false,
        differences: ['messages[0].expect.data.n: - 1 + 2'],
      },
    ]);
  });

  test('finds none in an empty folder', async () => {
    expect(await replayPaths([folder], { createApp: createFakeBus })).toEqual({ passed: 0, failed: 0 });
  });

  test('rejects when there is nothing at a path', async () => {
    await expect(replayPaths([join(folder, 'missing')], { createApp: createFakeBus })).rejects.toThrow(
      'ENOENT',
    );
  });
});
