import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import type { Services } from '#bus/services.ts';
import { NO_HEADERS } from '#core/message.ts';
import { type BridgeBusOptions, startBridgeBus } from '../bridge/bridge-bus.ts';
import { call } from '../conformance/http-client.ts';

const SERVICE = 'ik.service.app';

/** Answers what it was asked, so that it is seen. */
const services: Partial<Services> = {
  serves: (address) => address === SERVICE,
  permits: () => true,
  handle: ({ headers, body, admit }, respond) =>
    respond(admit() ?? { body: { headers, body }, headers: NO_HEADERS }),
};

async function start(options: BridgeBusOptions = {}) {
  const { url, bus } = await startBridgeBus({ services, ...options });
  const post = async (path: string, body: string, headers: Record<string, string> = {}) => {
    const answer = await call('POST', `${url}${path}`, {
      body,
      headers: { ...(body !== '' && { 'Content-Type': 'application/json' }), ...headers },
    });
    return { ...answer, message: answer.body === '' ? null : JSON.parse(answer.body) };
  };
  return { url, bus, post };
}

const nameOf = (message: { data: { name?: string } }) => message.data.name;

describe('POST /tsrv', () => {
  test('answers a Message with a Message', async () => {
    const { post } = await start();
    const text = JSON.stringify({ address: SERVICE, reply_address: 'r', data: 1, headers: { action: 'a' } });
    const { status, headers, message } = await post('/tsrv', text);
    expect([status, headers['content-type']]).toEqual([200, 'application/json; charset=utf-8']);
    expect(message).toEqual({
      type: 'send',
      address: 'r',
      reply_address: null,
      data: { headers: { action: 'a' }, body: 1 },
      headers: null,
    });
  });

  test('answers a ping', async () => {
    const { post } = await start();
    expect((await post('/tsrv', '{"type":"ping"}')).message).toMatchObject({ type: 'pong', address: null });
  });

  test('answers 200 for a Message that was understood, whatever became of it', async () => {
    const { post } = await start();
    const { status, message } = await post('/tsrv', '{"address":"jobs.1"}');
    expect([status, nameOf(message)]).toEqual([200, 'BUS_ACCESS_DENIED']);
  });

  test.each([
    ['no JSON', '{"address":', 'BUS_MALFORMED_MESSAGE'],
    ['an empty body', '', 'BUS_MALFORMED_MESSAGE'],
    ['a listen', '{"type":"listen","address":"a"}', 'BUS_UNKNOWN_TYPE'],
    ['a publish', '{"type":"publish","address":"a"}', 'BUS_UNKNOWN_TYPE'],
    ['a pong', '{"type":"pong"}', 'BUS_UNKNOWN_TYPE'],
    ['an unknown type', '{"type":"what","address":"a"}', 'BUS_UNKNOWN_TYPE'],
  ])('answers 400 for %s', async (_name, body, name) => {
    const { post } = await start();
    const { status, message } = await post('/tsrv', body);
    expect([status, nameOf(message)]).toEqual([400, name]);
  });

  test('answers 415 for a body that is not JSON by its own word', async () => {
    const { post } = await start();
    const { status, message } = await post('/tsrv', '{"type":"ping"}', { 'Content-Type': 'text/plain' });
    expect([status, nameOf(message)]).toEqual([415, 'BUS_MALFORMED_MESSAGE']);
    const charset = { 'Content-Type': 'Application/JSON; charset=utf-8' };
    expect((await post('/tsrv', '{"type":"ping"}', charset)).status).toBe(200);
  });

  test('answers 415 for a body that is packed, and says so', async () => {
    const { post } = await start();
    const { status, message } = await post('/tsrv', '{"type":"ping"}', { 'Content-Encoding': 'gzip' });
    expect([status, nameOf(message)]).toEqual([415, 'BUS_MALFORMED_MESSAGE']);
    expect(JSON.stringify(message)).toContain('Content-Encoding: gzip');
    expect((await post('/tsrv', '{"type":"ping"}', { 'Content-Encoding': 'Identity' })).status).toBe(200);
  });

  test('answers 413 for a body that is too long, announced or not', async () => {
    const { post } = await start({ maxMessageBytes: 1024 });
    const { status, message } = await post('/tsrv', `{"data":"${'x'.repeat(1100)}"}`);
    expect([status, nameOf(message)]).toEqual([413, 'BUS_MALFORMED_MESSAGE']);
    const chunked = await post('/tsrv', `{"data":"${'x'.repeat(1100)}"}`, { 'Transfer-Encoding': 'chunked' });
    expect(chunked.status).toBe(413);
  });

  test('takes the absolute form of its path, with a query', async () => {
    const { url } = await start();
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    const head =
      'Host: localhost\r\nContent-Type: application/json\r\nContent-Length: 15\r\nConnection: close';
    socket.write(`POST http://localhost/tsrv?x=1 HTTP/1.1\r\n${head}\r\n\r\n{"type":"ping"}`);
    expect(await text(socket)).toMatch(/^HTTP\/1.1 200 [\s\S]*"type":"pong"/);
  });

  test('refuses an upgrade that it cannot serve with the status’s own words and headers', async () => {
    const { url, bus } = await start();
    await bus.drain();
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    const handshake = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13';
    const upgrade = `Upgrade: websocket\r\nConnection: Upgrade\r\n${handshake}`;
    socket.write(`GET /tsrv HTTP/1.1\r\nHost: localhost\r\n${upgrade}\r\n\r\n`);
    const answer = await text(socket);
    expect(answer).toMatch(/^HTTP\/1.1 503 Service Unavailable\r\n/);
    expect(answer).toMatch(/\r\nretry-after: 1\r\n[\s\S]*BUS_OVERLOADED/);
  });

  test.each([
    ['what is no HTTP', 'hello\r\n\r\n', 400, 'Bad Request'],
    [
      'headers that are too long',
      `GET /tsrv HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
      431,
      'Request Header Fields Too Large',
    ],
  ])('answers %s with a Message too', async (_case, request, status, words) => {
    const { url } = await start();
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.write(request);
    const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n');
    expect(head).toContain(`HTTP/1.1 ${status} ${words}\r\n`);
    expect(JSON.parse(body)).toMatchObject({ type: 'error', data: { name: 'BUS_MALFORMED_MESSAGE' } });
  });

  test('answers 405 with Allow for another method, 404 for another path', async () => {
    const { url } = await start();
    const get = await call('GET', `${url}/tsrv`);
    expect([get.status, get.headers.allow, nameOf(JSON.parse(get.body))]).toEqual([
      405,
      'POST',
      'BUS_MALFORMED_MESSAGE',
    ]);
    for (const path of ['/', '/tsrvx', '/tsrv/only-address', '/tsrv/a/b/c', '/tsrv/a/%zz']) {
      const missing = await call('POST', `${url}${path}`);
      expect([path, missing.status, nameOf(JSON.parse(missing.body))]).toEqual([
        path,
        404,
        'BUS_MALFORMED_MESSAGE',
      ]);
    }
  });

  test('answers 503 while stopping, and 429 above the rate', async () => {
    const { post, bus } = await start({ limits: { perClientPerSecond: 1 } });
    const text = JSON.stringify({ address: SERVICE });
    expect((await post('/tsrv', text)).status).toBe(200);
    const limited = await post('/tsrv', text);
    expect([limited.status, nameOf(limited.message), limited.headers['retry-after']]).toEqual([
      429,
      'BUS_RATE_LIMITED',
      '1',
    ]);
    await bus.drain();
    const stopping = await post('/tsrv', text);
    expect([stopping.status, nameOf(stopping.message)]).toEqual([503, 'BUS_OVERLOADED']);
  });
});

describe('an answer', () => {
  test('that cannot be written is one of ours that failed, and nothing stays under way', async () => {
    const nested = JSON.parse('['.repeat(100_000) + ']'.repeat(100_000));
    const handle: Services['handle'] = ({ admit }, respond) =>
      respond(admit() ?? { body: nested, headers: NO_HEADERS });
    const { post, bus } = await start({ services: { ...services, handle } });
    const { status, message } = await post('/tsrv', JSON.stringify({ address: SERVICE }));
    expect([status, nameOf(message), bus.inFlight]).toEqual([200, 'BUS_INTERNAL_ERROR', 0]);
  });

  test('is delivered however long it is, where nothing was waiting before it', async () => {
    const body = 'x'.repeat(300_000);
    const handle: Services['handle'] = ({ admit }, respond) =>
      respond(admit() ?? { body, headers: NO_HEADERS });
    const { post } = await start({ services: { ...services, handle }, maxQueuedBytes: 100_000 });
    expect((await post('/tsrv', JSON.stringify({ address: SERVICE }))).message.data).toBe(body);
  });
});

describe('the short form', () => {
  test('takes headers with a dot and the known ones; the body is the data', async () => {
    const { post } = await start();
    const { message } = await post('/tsrv/ik.service.app/create%20sale', '{"a":[1.10]}', {
      Token: 'AVQ1',
      'Tokens.Refresh': 'true',
      'printer.dummy': '',
      timeout: '500',
      'reply-address': 'r',
      'x-other': 'no',
    });
    expect(message).toMatchObject({
      type: 'send',
      address: 'r',
      data: {
        headers: {
          token: 'AVQ1',
          'tokens.refresh': 'true',
          'printer.dummy': '',
          timeout: '500',
          action: 'create sale',
        },
        body: { a: [1.1] },
      },
    });
    expect(message.data.headers).not.toHaveProperty('x-other');
  });

  test('needs neither a body nor a content type', async () => {
    const { post } = await start();
    const { status, message } = await post('/tsrv/ik.service.app/version', '');
    expect([status, message.data]).toEqual([200, { headers: { action: 'version' }, body: null }]);
  });

  test('refuses a body that is not JSON', async () => {
    const { post } = await start();
    const { status, message } = await post('/tsrv/ik.service.app/version', '{');
    expect([status, nameOf(message)]).toEqual([400, 'BUS_MALFORMED_MESSAGE']);
  });
});

describe('who asks', () => {
  const clients: NonNullable<BridgeBusOptions['clients']> = {
    clients: [{ name: 'tim', secret: 'sausages', inbound: [{}], outbound: [], personalData: false }],
  };

  test('is known by a bearer secret, and refused with 401 otherwise', async () => {
    const { post } = await start({
      clients,
      services: { ...services, permits: ({ authenticated }) => authenticated },
    });
    const text = JSON.stringify({ address: SERVICE });
    expect((await post('/tsrv', text, { Authorization: 'Bearer sausages' })).status).toBe(200);
    for (const headers of [{}, { Authorization: 'Bearer wrong' }, { Authorization: 'Basic sausages' }]) {
      const refused = await post('/tsrv', text, headers as Record<string, string>);
      expect([refused.status, nameOf(refused.message), refused.headers['www-authenticate']]).toEqual([
        401,
        'BUS_NOT_AUTHENTICATED',
        'Bearer',
      ]);
    }
    expect((await post('/tsrv?access_token=sausages', text)).status).toBe(401);
  });
});

describe('pages', () => {
  test('from elsewhere get 403, from this machine their CORS headers', async () => {
    const { post, url } = await start();
    const refused = await post('/tsrv', '{"type":"ping"}', { Origin: 'https://evil.example' });
    expect([refused.status, nameOf(refused.message)]).toEqual([403, 'BUS_ACCESS_DENIED']);
    expect(refused.headers['access-control-allow-origin']).toBeUndefined();
    const served = await post('/tsrv', '{"type":"ping"}', { Origin: 'http://localhost:3000' });
    expect([served.status, served.headers['access-control-allow-origin']]).toEqual([
      200,
      'http://localhost:3000',
    ]);
    const preflight = await call('OPTIONS', `${url}/tsrv/a/b`, {
      headers: {
        Origin: 'http://localhost:3000',
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': 'token',
      },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers).toMatchObject({
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': 'token',
    });
  });
});
