import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { type Log, silentLog } from '#core/log.ts';
import { vendorFailure } from '#outbound/vendor-failure.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { createCall, createClient, EFFECTS, listenHttp, requestOf, until } from './loopback.ts';

const START = Date.parse('2026-03-01T00:00:00Z');

type Received = { method?: string; url?: string; headers: IncomingMessage['headers']; body: string };

/** A server that keeps what it received and answers the same to everything. */
async function listenAndKeep(answer: (response: ServerResponse) => void) {
  const received: Received[] = [];
  const baseUrl = await listenHttp((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      received.push({ method, url, headers, body });
      answer(response);
    });
  });
  return { baseUrl, received };
}

/** Fields of a log line as whoever writes it finds them. */
function asWritten<T>(fields: T): T {
  return JSON.parse(JSON.stringify(fields));
}

describe('a request', () => {
  test("is put after the base URL's path, its query in order and encoded", async () => {
    const { baseUrl, received } = await listenAndKeep((response) => response.end('{}'));
    const client = createClient(`${baseUrl}/resto/`);
    const query = [
      ['key', 'a b&c'],
      ['from', '2026-03-01'],
      ['key', 'й'],
    ] as const;
    await client.send({ method: 'GET', path: '/api/v2/%41', query, effect: 'read' }, createCall());
    expect(received[0]?.url).toBe('/resto/api/v2/%41?key=a%20b%26c&from=2026-03-01&key=%D0%B9');
    expect(received[0]?.headers).not.toHaveProperty('content-type');
  });

  test('is sent as JSON, a text as it is', async () => {
    const { baseUrl, received } = await listenAndKeep((response) => response.end('{}'));
    const client = createClient(baseUrl);
    const text = { body: 'a=1', headers: { 'Content-Type': 'application/x-www-form-urlencoded' } };
    await client.send(requestOf('change', { body: { name: 'Алматы' } }), createCall());
    await client.send(requestOf('change', text), createCall());
    expect(received.map(({ body, headers }) => [body, headers['content-type']])).toEqual([
      ['{"name":"Алматы"}', 'application/json'],
      ['a=1', 'application/x-www-form-urlencoded'],
    ]);
  });

  test("carries the account's headers, its own instead where both have one, and the trace", async () => {
    const { baseUrl, received } = await listenAndKeep((response) => response.end('{}'));
    const client = createClient(baseUrl, { headers: { 'X-Region': 'kz', 'X-Kind': 'account' } });
    const trace = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await client.send(requestOf('read', { headers: { 'x-kind': 'request' } }), createCall(undefined, trace));
    expect(received[0]?.headers).toMatchObject({ 'x-region': 'kz', 'x-kind': 'request', traceparent: trace });
  });

  test('with a header that cannot be sent is our own mistake and leaves the breaker alone', async () => {
    const { baseUrl, received } = await listenAndKeep((response) => response.end('{}'));
    const client = createClient(baseUrl);
    for (let index = 0; index < 6; index += 1) {
      const sending = client.send(requestOf('read', { headers: { 'x-name': 'Алматы\n' } }), createCall());
      await expect(sending).rejects.toMatchObject({ name: 'BUS_INTERNAL_ERROR' });
    }
    expect(received).toEqual([]);
    expect(client.health()).toEqual({ breaker: 'closed', lastSuccess: null, lastFailure: null });
  });

  test('is answered after the account was closed by a refusal', async () => {
    const { baseUrl } = await listenAndKeep((response) => response.end('{}'));
    const client = createClient(baseUrl);
    await client.close();
    await expect(client.send(requestOf('change'), createCall())).rejects.toMatchObject({
      name: 'VENDOR_UNAVAILABLE',
      details: { code: 'refused' },
    });
  });

  test('and its answer are entered among the exchanges, and logged without anything secret', async () => {
    const { baseUrl } = await listenAndKeep((response) => response.end('{"token":"secret-answer"}'));
    const logged: unknown[] = [];
    const log: Log = { ...silentLog, debug: (...line) => logged.push(asWritten(line)) };
    const client = createClient(baseUrl, { log });
    const call = createCall();
    const request = requestOf('login', {
      query: [['pass', 'secret-query']],
      headers: { authorization: 'secret-header' },
      body: { password: 'secret-body' },
    });
    const response = await client.send(request, call);
    expect(call.exchanges).toEqual([
      { account: 'almaty', request, outcome: response, ms: expect.any(Number) },
    ]);
    expect(logged).toEqual([
      [{ method: 'POST', path: '/shifts/1', status: 200, ms: expect.any(Number) }, 'vendor answered'],
    ]);
  });
});

describe('an answer', () => {
  test('is text in UTF-8 without its mark, with header names in lower case', async () => {
    const { baseUrl } = await listenAndKeep((response) => {
      response.writeHead(404, { 'X-Reason': 'none' });
      response.end('\ufeff{"имя":"ё"}');
    });
    const response = await createClient(baseUrl).send(requestOf('change'), createCall());
    expect(response).toMatchObject({ status: 404, text: '{"имя":"ё"}', headers: { 'x-reason': 'none' } });
  });

  test('may come in pieces that part a letter', async () => {
    const { baseUrl } = await listenAndKeep((response) => {
      const bytes = Buffer.from('"ё"');
      response.write(bytes.subarray(0, 2));
      setImmediate(() => response.end(bytes.subarray(2)));
    });
    expect((await createClient(baseUrl).send(requestOf('read'), createCall())).text).toBe('"ё"');
  });

  test('is unpacked', async () => {
    const { baseUrl } = await listenAndKeep((response) => {
      response.writeHead(200, { 'content-encoding': 'GZIP' });
      response.end(gzipSync('{"packed":true}'));
    });
    expect((await createClient(baseUrl).send(requestOf('read'), createCall())).text).toBe('{"packed":true}');
  });

  test('may be empty', async () => {
    const { baseUrl } = await listenAndKeep((response) => {
      response.writeHead(204, { 'content-encoding': 'gzip' });
      response.end();
    });
    expect(await createClient(baseUrl).send(requestOf('read'), createCall())).toMatchObject({
      status: 204,
      text: '',
    });
  });

  test('that points elsewhere is given as it is', async () => {
    const { baseUrl, received } = await listenAndKeep((response) => {
      response.writeHead(302, { location: '/login' });
      response.end();
    });
    expect(await createClient(baseUrl).send(requestOf('read'), createCall())).toMatchObject({ status: 302 });
    expect(received).toHaveLength(1);
  });
});

/** A server that answers nothing until it is told to. */
async function listenSilently() {
  const waiting: ServerResponse[] = [];
  const baseUrl = await listenHttp((request, response) => {
    request.resume().on('end', () => waiting.push(response));
  });
  return { baseUrl, waiting };
}

describe('a call that takes too long', () => {
  test.each(EFFECTS)("ends at the account's limit: %s", async (effect) => {
    const { baseUrl, waiting } = await listenSilently();
    const clock = createFakeClock(START);
    const client = createClient(baseUrl, { clock, timeoutMs: 5000 });
    const call = createCall(START + 60_000);
    const sending = client.send(requestOf(effect), call);
    await until(() => waiting.length === 1);
    clock.advance(5000);
    await expect(sending).rejects.toMatchObject({
      name: effect === 'change' ? 'VENDOR_OUTCOME_UNKNOWN' : 'VENDOR_TIMEOUT',
      details: { vendor: 'kassa24', account: 'almaty', status: null, code: 'timeout' },
    });
    expect(call.exchanges).toEqual([expect.objectContaining({ outcome: { fault: 'timeout' }, ms: 5000 })]);
    expect(clock.pending).toBe(0);
  });

  test.each(['read', 'document', 'login'] as const)(
    "ends at the requester's deadline: %s",
    async (effect) => {
      const { baseUrl, waiting } = await listenSilently();
      const clock = createFakeClock(START);
      const sending = createClient(baseUrl, { clock }).send(requestOf(effect), createCall(START + 3000));
      await until(() => waiting.length === 1);
      clock.advance(3000);
      await expect(sending).rejects.toMatchObject({ name: 'VENDOR_TIMEOUT' });
    },
  );

  test('says which status had come', async () => {
    const clock = createFakeClock(START);
    let isBegun = false;
    const baseUrl = await listenHttp((_request, response) => {
      response.writeHead(200);
      response.write('{', () => setImmediate(() => setImmediate(() => (isBegun = true))));
    });
    const sending = createClient(baseUrl, { clock }).send(requestOf('read'), createCall(START + 3000));
    await until(() => isBegun);
    clock.advance(3000);
    await expect(sending).rejects.toMatchObject({
      name: 'VENDOR_TIMEOUT',
      details: { status: 200, code: 'timeout' },
    });
  });

  test('follows a deadline that moves', async () => {
    const { baseUrl, waiting } = await listenSilently();
    const clock = createFakeClock(START);
    const call = { ...createCall(START + 3000) };
    let isOver = false;
    const sending = createClient(baseUrl, { clock })
      .send(requestOf('read'), call)
      .finally(() => {
        isOver = true;
      });
    await until(() => waiting.length === 1);
    Object.assign(call, { deadline: START + 9000 });
    clock.advance(8999);
    await new Promise((resolve) => setImmediate(resolve));
    expect(isOver).toBe(false);
    clock.advance(1);
    await expect(sending).rejects.toMatchObject({ name: 'VENDOR_TIMEOUT' });
  });
});

describe('a change that has left', () => {
  test('is waited for when its requester has gone and its deadline has passed', async () => {
    const { baseUrl, waiting } = await listenSilently();
    const clock = createFakeClock(START);
    const client = createClient(baseUrl, { clock });
    const call = createCall(START + 1000);
    const sending = client.send(requestOf('change'), call);
    await until(() => waiting.length === 1);
    call.abort();
    clock.advance(59_000);
    waiting[0]?.end('{"done":true}');
    expect(await sending).toMatchObject({ status: 200, text: '{"done":true}' });
  });
});

test("a change has the account's whole limit from the moment it leaves", async () => {
  const { baseUrl, waiting } = await listenSilently();
  const clock = createFakeClock(START);
  const sending = createClient(baseUrl, { clock, timeoutMs: 5000 }).send(
    requestOf('change'),
    createCall(START + 60_000),
  );
  // The connection takes this long.
  clock.advance(3000);
  await until(() => waiting.length === 1);
  clock.advance(4999);
  waiting[0]?.end('in time');
  expect(await sending).toMatchObject({ text: 'in time' });
});

describe('a requester that goes away', () => {
  test.each(EFFECTS)('before anything was sent, sends nothing: %s', async (effect) => {
    const { baseUrl, received } = await listenAndKeep((response) => response.end());
    const call = createCall();
    const sending = createClient(baseUrl).send(requestOf(effect), call);
    // The connection is being made.
    call.abort();
    await expect(sending).rejects.toMatchObject({ name: 'BUS_TIMEOUT', details: undefined });
    await createClient(baseUrl).send(requestOf('read'), createCall());
    expect(received).toHaveLength(1);
  });

  test('frees its turn and does not count against the vendor', async () => {
    const { baseUrl, waiting } = await listenSilently();
    const client = createClient(baseUrl, { concurrency: 1 });
    for (let index = 0; index < 6; index += 1) {
      const call = createCall();
      const sending = client.send(requestOf('read'), call);
      await until(() => waiting.length === index + 1);
      call.abort();
      await expect(sending).rejects.toMatchObject({ name: 'VENDOR_TIMEOUT' });
    }
    expect(client.health()).toEqual({ breaker: 'closed', lastSuccess: null, lastFailure: null });
  });

  test.each(EFFECTS)('while it waits for its turn, is never sent: %s', async (effect) => {
    const { baseUrl, waiting } = await listenSilently();
    const client = createClient(baseUrl, { concurrency: 1 });
    const first = client.send(requestOf('read'), createCall());
    const call = createCall();
    const second = client.send(requestOf(effect), call);
    await until(() => waiting.length === 1);
    call.abort();
    await expect(second).rejects.toMatchObject({ name: 'BUS_TIMEOUT', details: undefined });
    waiting[0]?.end();
    await first;
    const third = client.send(requestOf('read'), createCall());
    await until(() => waiting.length === 2);
    waiting[1]?.end();
    await third;
    expect(call.exchanges).toEqual([]);
    expect(waiting).toHaveLength(2);
  });
});

test('a deadline that has passed when the turn comes sends nothing', async () => {
  const { baseUrl, received } = await listenAndKeep((response) => response.end());
  const clock = createFakeClock(START);
  const sending = createClient(baseUrl, { clock }).send(requestOf('change'), createCall(START));
  await expect(sending).rejects.toMatchObject({ name: 'BUS_TIMEOUT', details: undefined });
  expect(received).toEqual([]);
});

test('many calls may share one signal without a warning', async () => {
  const { baseUrl, received } = await listenAndKeep((response) => response.end());
  const warnings: Error[] = [];
  const onWarning = (warning: Error) => warnings.push(warning);
  process.on('warning', onWarning);
  const client = createClient(baseUrl);
  const call = createCall();
  await Promise.all(Array.from({ length: 50 }, () => client.send(requestOf('read'), call)));
  await new Promise((resolve) => setImmediate(resolve));
  process.off('warning', onWarning);
  expect(received).toHaveLength(50);
  expect(warnings).toEqual([]);
});

describe("an account's secrets", () => {
  const secrets = ['configured-secret'];

  test('are kept out of failures and of the log, its headers among them', async () => {
    const lines: object[] = [];
    const log: Log = { ...silentLog, debug: (fields) => lines.push(asWritten(fields)), child: () => log };
    const { baseUrl } = await listenAndKeep((response) => response.end('{}'));
    const client = createClient(baseUrl, { log, headers: { 'X-Key': 'header-secret' } });
    client.keepSecrets(secrets);
    await client.send(requestOf('read', { path: '/a/configured-secret/header-secret' }), createCall());
    expect(lines).toMatchObject([{ path: '/a/[secret]/[secret]' }]);
    const message = 'configured-secret, header-secret';
    const { details } = vendorFailure('VENDOR_REJECTED', client, { status: 400, message });
    expect(details).toMatchObject({ message: '[secret], [secret]' });
  });
});

describe('a request with a time-out of its own', () => {
  test.each([
    ['read', 16_000, 16_000],
    ['read', 135_000, 60_000],
    ['change', 16_000, 16_000],
    ['change', 135_000, 135_000],
  ] as const)(
    'is waited for by it, a %s for %i ms only where the account allows it: %i',
    async (effect, timeoutMs, expectedMs) => {
      const clock = createFakeClock(START);
      let hasArrived = false;
      const baseUrl = await listenHttp(() => {
        hasArrived = true;
      });
      const client = createClient(baseUrl, { clock, timeoutMs: 60_000 });
      const sending = client.send({ ...requestOf(effect), timeoutMs }, createCall(START + 600_000));
      let isOver = false;
      const ended = sending.then(
        () => undefined,
        () => {
          isOver = true;
        },
      );
      await until(() => hasArrived);
      clock.advance(expectedMs - 1);
      await new Promise((resolve) => setImmediate(resolve));
      expect(isOver).toBe(false);
      clock.advance(1);
      await ended;
      expect(isOver).toBe(true);
    },
  );
});

describe('a vendor that is given no time', () => {
  test('is not taken for ill, and one that is given some is', async () => {
    const clock = createFakeClock(START);
    const baseUrl = await listenHttp(() => {});
    const client = createClient(baseUrl, { clock });
    const sendFor = async (timeoutMs: number) => {
      const sending = client.send(requestOf('read'), createCall(clock.now() + timeoutMs));
      clock.advance(timeoutMs);
      await expect(sending).rejects.toMatchObject({ name: 'VENDOR_TIMEOUT' });
    };
    for (let count = 0; count < 10; count += 1) await sendFor(4999);
    expect(client.health()).toEqual({ breaker: 'closed', lastSuccess: null, lastFailure: null });
    for (let count = 0; count < 5; count += 1) await sendFor(5000);
    expect(client.health().breaker).toBe('open');
  });

  test("has had it when the account's own time-out is over", async () => {
    const clock = createFakeClock(START);
    const client = createClient(await listenHttp(() => {}), { clock, timeoutMs: 100 });
    for (let count = 0; count < 5; count += 1) {
      const sending = client.send(requestOf('read'), createCall(clock.now() + 1000));
      clock.advance(100);
      await expect(sending).rejects.toMatchObject({ name: 'VENDOR_TIMEOUT' });
    }
    expect(client.health().breaker).toBe('open');
  });
});

describe('quiet()', () => {
  const never = new AbortController().signal;

  test('waits until no call has been under way for so long', async () => {
    const clock = createFakeClock(START);
    const answers: (() => void)[] = [];
    const baseUrl = await listenHttp((_request, response) => answers.push(() => response.end('{}')));
    const client = createClient(baseUrl, { clock });
    await client.quiet(1000, never);

    const first = client.send(requestOf('read'), createCall(START + 60_000));
    await until(() => answers.length === 1);
    let isQuiet = false;
    const waiting = client.quiet(1000, never).then(() => {
      isQuiet = true;
    });
    clock.advance(5000);
    answers[0]?.();
    await first;
    clock.advance(999);
    const second = client.send(requestOf('read'), createCall(START + 60_000));
    await until(() => answers.length === 2);
    answers[1]?.();
    await second;
    await until(() => clock.pending === 1);
    clock.advance(999);
    await new Promise((resolve) => setImmediate(resolve));
    expect(isQuiet).toBe(false);
    clock.advance(1);
    await waiting;
  });

  test('ends with the signal', async () => {
    const client = createClient(await listenHttp(() => {}), { clock: createFakeClock(START) });
    const call = createCall(START + 60_000);
    const sending = client.send(requestOf('read'), call).catch(() => undefined);
    const abort = new AbortController();
    const waiting = client.quiet(1000, abort.signal);
    abort.abort();
    await expect(waiting).rejects.toThrow();
    call.abort();
    await sending;
  });
});
