import { createServer as createHttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import { createServer as createTcpServer } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Fault } from '#core/call.ts';
import { Failure, type FailureName, type VendorDetails } from '#core/failure.ts';
import type { Effect } from '#core/http.ts';
import type { HttpClientOptions } from '#outbound/http-client.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { createCertificate } from './certificate.ts';
import {
  CLOSED_PORT,
  createCall,
  createClient,
  EFFECTS,
  listen,
  listenHttp,
  listenTcp,
  requestOf,
  until,
} from './loopback.ts';

const START = Date.parse('2026-03-01T00:00:00Z');

/** Sends once, letting the pauses before repeats pass, and gives what came of it. */
async function sendTo(baseUrl: string, effect: Effect, options: Partial<HttpClientOptions> = {}) {
  const clock = createFakeClock(START);
  const client = createClient(baseUrl, { clock, ...options });
  const call = createCall(START + 60_000);
  let failure: unknown;
  const sending = client.send(requestOf(effect), call).catch((error: unknown) => {
    failure = error;
  });
  let attempts = 0;
  await until(() => {
    // An attempt has ended and only the pause before the next is waited for.
    if (call.exchanges.length > attempts && clock.pending === 1) {
      attempts = call.exchanges.length;
      clock.advance(900);
    }
    return failure !== undefined;
  });
  await sending;
  await client.close();
  if (!(failure instanceof Failure)) throw new Error('not a failure', { cause: failure });
  return { failure, call, details: failure.details as VendorDetails, clock };
}

type Expected = {
  fault: Fault;
  status?: number;
  names: Record<Effect, FailureName>;
  attempts?: Partial<Record<Effect, number>>;
};

const UNAVAILABLE = {
  read: 'VENDOR_UNAVAILABLE',
  document: 'VENDOR_UNAVAILABLE',
  login: 'VENDOR_UNAVAILABLE',
  change: 'VENDOR_UNAVAILABLE',
} as const;
const LOST = { ...UNAVAILABLE, change: 'VENDOR_OUTCOME_UNKNOWN' } as const;
const UNREADABLE = {
  read: 'VENDOR_BAD_RESPONSE',
  document: 'VENDOR_BAD_RESPONSE',
  login: 'VENDOR_BAD_RESPONSE',
  change: 'VENDOR_OUTCOME_UNKNOWN',
} as const;

async function expectFault(baseUrl: string, expected: Expected, options: Partial<HttpClientOptions> = {}) {
  for (const effect of EFFECTS) {
    const { failure, details, call } = await sendTo(baseUrl, effect, options);
    const { fault, status = null, names, attempts = {} } = expected;
    expect({ effect, name: failure.name, details }).toEqual({
      effect,
      name: names[effect],
      details: {
        vendor: 'kassa24',
        account: 'almaty',
        status,
        code: fault,
        message: expect.stringMatching(/[а-я]/),
      },
    });
    expect(call.exchanges.map(({ outcome }) => outcome)).toEqual(
      Array(attempts[effect] ?? 1).fill({ fault }),
    );
  }
}

const RESETS = { fault: 'reset', names: LOST, attempts: { read: 3, document: 2, login: 3 } } as const;

describe('a connection that is never made', () => {
  test('is refused where nobody listens', async () => {
    await expectFault(CLOSED_PORT, { fault: 'refused', names: UNAVAILABLE });
  });

  test('has no such host', async () => {
    // Longer than a label may be: found out without asking anybody.
    const baseUrl = `http://${'a'.repeat(64)}.invalid`;
    await expectFault(baseUrl, { fault: 'no_such_host', names: UNAVAILABLE });
  });

  test('is refused when it is not made in time', async () => {
    const server = createTcpServer(() => {});
    const baseUrl = `https://127.0.0.1:${await listen(server)}`;
    const { failure, details } = await sendTo(baseUrl, 'change', { timeoutMs: 1 });
    expect(failure.name).toBe('VENDOR_UNAVAILABLE');
    expect(details).toMatchObject({
      code: 'refused',
      message: expect.stringContaining('UND_ERR_CONNECT_TIMEOUT'),
    });
  });
});

describe('TLS', () => {
  let local: ReturnType<typeof createCertificate>;
  let foreign: ReturnType<typeof createCertificate>;

  beforeAll(() => {
    local = createCertificate();
    foreign = createCertificate('DNS:elsewhere.example');
  });

  async function listenHttps(certificate: { key: string; cert: string }): Promise<string> {
    const server = createHttpsServer(certificate, (_request, response) => response.end('{}'));
    return `https://127.0.0.1:${await listen(server)}`;
  }

  test('a self-signed certificate is not taken', async () => {
    await expectFault(await listenHttps(local), { fault: 'certificate', names: UNAVAILABLE });
  });

  test('a certificate for another name is not taken, even if its authority is known', async () => {
    const expected = { fault: 'certificate', names: UNAVAILABLE } as const;
    await expectFault(await listenHttps(foreign), expected, { ca: foreign.cert });
  });

  test('a server that does not speak it is as bad as a wrong certificate', async () => {
    const baseUrl = (await listenHttp((_request, response) => response.end('{}'))).replace('http:', 'https:');
    await expectFault(baseUrl, { fault: 'certificate', names: UNAVAILABLE });
  });

  test('a reset amid the handshake leaves a change surely undone', async () => {
    const server = createTcpServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
    const baseUrl = `https://127.0.0.1:${await listen(server)}`;
    await expectFault(baseUrl, { ...RESETS, names: UNAVAILABLE });
  });

  test("the account's authority is taken", async () => {
    const client = createClient(await listenHttps(local), { ca: local.cert });
    expect(await client.send(requestOf('read'), createCall())).toMatchObject({ status: 200, text: '{}' });
    await client.close();
  });

  test("the machine's own authorities are taken besides", async () => {
    const own = getCACertificates('default');
    onTestFinished(() => setDefaultCACertificates(own));
    setDefaultCACertificates([local.cert]);
    const client = createClient(await listenHttps(local), { ca: foreign.cert });
    expect(await client.send(requestOf('read'), createCall())).toMatchObject({ status: 200 });
    await client.close();
  });

  test('nothing is verified where the account says so', async () => {
    const client = createClient(await listenHttps(foreign), { tlsVerify: false });
    expect(await client.send(requestOf('read'), createCall())).toMatchObject({ status: 200 });
    await client.close();
  });
});

describe('a request that has left', () => {
  test('is reset', async () => {
    await expectFault(await listenTcp((socket) => socket.resetAndDestroy()), RESETS);
  });

  test('is not answered before the connection is closed', async () => {
    await expectFault(await listenTcp((socket) => socket.end()), RESETS);
  });

  test('is not sent again when a kept-alive connection breaks under it', async () => {
    let requests = 0;
    const server = createTcpServer((socket) =>
      socket.on('data', () => {
        requests += 1;
        if (requests === 1) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}');
        else socket.resetAndDestroy();
      }),
    );
    const client = createClient(`http://127.0.0.1:${await listen(server)}`);
    await client.send(requestOf('change'), createCall());
    await expect(client.send(requestOf('change'), createCall())).rejects.toMatchObject({
      name: 'VENDOR_OUTCOME_UNKNOWN',
      details: { code: 'reset', status: null },
    });
    expect(requests).toBe(2);
    await client.close();
  });
});

const ANSWERS: [name: string, fault: Fault, status: number | null, answer: (socket: Socket) => void][] = [
  [
    'shorter than it says',
    'truncated',
    200,
    (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"id":'),
  ],
  [
    'reset in its middle',
    'truncated',
    200,
    (socket) =>
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"id":', () =>
        setImmediate(() => socket.resetAndDestroy()),
      ),
  ],
  [
    'broken off between chunks',
    'truncated',
    200,
    (socket) => socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\n{"id\r\n'),
  ],
  [
    'chunked wrongly',
    'truncated',
    200,
    (socket) => socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{"id\r\n'),
  ],
  [
    'packed wrongly',
    'truncated',
    200,
    (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\nabcd'),
  ],
  ['not HTTP at all', 'truncated', null, (socket) => socket.end('220 mail.example ESMTP\r\n')],
  [
    'announced as too large',
    'too_large',
    200,
    (socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1001\r\n\r\n{'),
  ],
  [
    'too large without saying so',
    'too_large',
    200,
    (socket) =>
      socket.write(`HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n7d0\r\n${'x'.repeat(2000)}\r\n`),
  ],
  [
    'too large once unpacked',
    'too_large',
    502,
    (socket) => {
      const body = gzipSync('x'.repeat(2000));
      socket.write(`HTTP/1.1 502 No\r\ncontent-encoding: gzip\r\ncontent-length: ${body.length}\r\n\r\n`);
      socket.end(body);
    },
  ],
  [
    'headed by too much',
    'too_large',
    null,
    (socket) => socket.write(`HTTP/1.1 200 OK\r\nx-padding: ${'x'.repeat(20_000)}\r\n\r\n`),
  ],
];

describe('an answer that is', () => {
  test.each(ANSWERS)('%s', async (_name, fault, status, answer) => {
    await expectFault(await listenTcp(answer), {
      fault,
      names: UNREADABLE,
      ...(status !== null && { status }),
    });
  });
});

test('the cause of a failure does not hold the bytes of the answer', async () => {
  const baseUrl = await listenTcp((socket) => socket.end('220 secret-token\r\n'));
  const { failure } = await sendTo(baseUrl, 'read');
  const cause = failure.cause as Error;
  expect(cause.message).toContain('HTTPParserError');
  expect(JSON.stringify({ ...cause }) + cause.message).not.toContain('secret-token');
});
