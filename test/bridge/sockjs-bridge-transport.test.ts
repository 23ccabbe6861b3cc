import { afterEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { NO_HEADERS } from '#core/message.ts';
import { call, openStream } from '../conformance/http-client.ts';
import { eventually } from '../support/eventually.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { ALL_ACCESS, ask, consume, echo, startBridgeBus } from './bridge-bus.ts';
import { expectSilence, openFramed, openRaw, openTcp } from './bridge-clients.ts';
import { TRANSPORTS } from './sockjs-transports.ts';

afterEach(() => vi.restoreAllMocks());

/** A raw WebSocket whose frames are seen as they are. */
async function openFrames(url: string) {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/eventbus/websocket`);
  await new Promise((resolve) => socket.once('open', resolve));
  const next = () =>
    new Promise<{ text: string; binary: boolean }>((resolve) =>
      socket.once('message', (data, binary) => resolve({ text: data.toString(), binary })),
    );
  return { socket, next };
}

describe('SockJSHandlerTest', () => {
  it('testTimeoutCloseCode', async () => {
    const clock = createFakeClock(0);
    const client = await openRaw(await startBridgeBus({ clock, sockJs: { pingTimeoutMs: 1 } }));
    await expectSilence(client);
    clock.advance(1);
    expect(await client.closed).toBe('1001 Session expired');
  });

  it('testInvalidMessageCode', async () => {
    const { url } = await startBridgeBus();
    const { socket, next } = await openFrames(url);
    socket.send(Buffer.from([0, 255, 7, 200]));
    expect(await next()).toEqual({ text: '{"type":"err","body":"invalid_json"}', binary: true });
    socket.terminate();
  });

  it.each([
    ['testSendWebsocketContinuationFrames', true],
    ['testCombineBinaryContinuationFramesRawWebSocket', true],
    ['testTextFrameRawWebSocket', false],
  ])('%s', async (_name, binary) => {
    const bus = await startBridgeBus();
    echo(bus, 'echo');
    const { socket, next } = await openFrames(bus.url);
    const text = JSON.stringify({
      type: 'send',
      address: 'echo',
      replyAddress: 'r',
      body: 'x'.repeat(70_000),
    });
    socket.send(text.slice(0, 30_000), { fin: false, binary });
    socket.send(text.slice(30_000, 60_000), { fin: false, binary });
    socket.send(text.slice(60_000), { fin: true, binary });
    const answer = await next();
    expect(answer.binary).toBe(binary);
    expect(JSON.parse(answer.text)).toEqual({ type: 'rec', address: 'r', body: 'x'.repeat(70_000) });
    socket.terminate();
  });

  it.each([
    ['testSplitLargeReplyRawWebSocket', openRaw],
    ['testSplitLargeReplySockJs', openFramed],
    ['testCombineTextFrameSockJs', openFramed],
    ['testTextFrameSockJs', openFramed],
  ])('%s', async (_name, open) => {
    const bus = await startBridgeBus();
    const body = 'y'.repeat(320 * 1024);
    bus.engine.register('large', ({ respond }) => respond?.({ body, headers: NO_HEADERS }));
    const client = await open(bus);
    client.send({ type: 'send', address: 'large', replyAddress: 'r' });
    expect(await client.next()).toEqual({ type: 'rec', address: 'r', body });
  });
});

describe.each(TRANSPORTS)('SockJSErrorTest over a %s', (_name, open) => {
  it('testEventBusBridgeLeakingConsumers', async () => {
    const bus = await startBridgeBus();
    const client = await open(bus);
    client.send({ type: 'register', address: 'addr' });
    client.send({ type: 'register', address: 'addr' });
    expect(await client.next()).toEqual({ type: 'err', body: 'address_already_registered' });
    client.close();
    await client.closed;
    await eventually(() => !bus.engine.has('addr'));
    const consumer = consume(bus, 'addr');
    for (const body of [1, 2, 3]) bus.engine.send({ address: 'addr', body, headers: NO_HEADERS });
    for (const body of [1, 2, 3]) expect(await consumer.next()).toMatchObject({ body });
  });

  it('testEventBusBridgeLeakingConsumersClean', async () => {
    const bus = await startBridgeBus();
    const client = await open(bus);
    client.send({ type: 'register', address: 'addr' });
    client.send({ type: 'unregister', address: 'addr' });
    client.send({ type: 'unregister', address: 'addr' });
    await expectSilence(client);
    expect(bus.engine.has('addr')).toBe(false);
  });
});

describe('a dialogue', () => {
  it('may be answered by the socket that was asked, and by no other', async () => {
    const bus = await startBridgeBus({ outbound: [{ address: 'addr' }] });
    const [client, other] = [await openRaw(bus), await openRaw(bus)];
    client.send({ type: 'register', address: 'addr' });
    await expectSilence(client);
    const answer = ask(bus, 'addr', 'secret question');
    const { replyAddress } = await client.next();
    other.send({ type: 'send', address: replyAddress, body: 'forged' });
    expect(await other.next()).toEqual({ type: 'err', body: 'access_denied' });
    client.send({ type: 'send', address: replyAddress, body: 'true' });
    expect(await answer).toMatchObject({ body: 'true' });
  });

  it('goes on as long as both name a reply address', async () => {
    const bus = await startBridgeBus();
    const [asking, asked] = [await openFramed(bus), await openRaw(bus)];
    asked.send({ type: 'register', address: 'addr' });
    await expectSilence(asked);
    asking.send({ type: 'send', address: 'addr', replyAddress: 'two', body: 1 });
    const one = await asked.next();
    asked.send({ type: 'send', address: one.replyAddress, replyAddress: 'three', body: 2 });
    const two = await asking.next();
    expect(two).toMatchObject({ address: 'two', body: 2 });
    asking.send({ type: 'send', address: two.replyAddress, replyAddress: 'four', body: 3 });
    const three = await asked.next();
    expect(three).toMatchObject({ address: 'three', body: 3 });
    // A publish to a reply address counts as the answer on this bridge.
    asked.send({ type: 'publish', address: three.replyAddress, body: 4 });
    expect(await asking.next()).toEqual({ type: 'rec', address: 'four', body: 4 });
  });
});

describe('options that users of the reference ask for', () => {
  it('let the refusal of a request find its callback, with correlatedErrors', async () => {
    const bus = await startBridgeBus({ sockJs: { correlatedErrors: true }, tcp: { correlatedErrors: true } });
    const request = { type: 'send', address: 'addr', replyAddress: 'r', body: 1 };
    const client = await openFramed(bus);
    client.send(request);
    expect(await client.next()).toEqual({
      type: 'err',
      body: 'access_denied',
      address: 'r',
      failureCode: -1,
      failureType: 'ERROR',
      message: expect.stringMatching(/^BUS_ACCESS_DENIED: /),
    });
    client.send({ ...request, replyAddress: null });
    expect(await client.next()).toEqual({ type: 'err', body: 'access_denied' });
    const tcp = await openTcp(bus.tcpPort);
    tcp.send(request);
    expect(await tcp.next()).toEqual({
      type: 'err',
      address: 'r',
      sourceAddress: 'addr',
      failureCode: -1,
      failureType: 'ERROR',
      message: 'access_denied',
    });
  });

  it('acknowledge registrations, with registerAcknowledgement', async () => {
    const acknowledgement = { registerAcknowledgement: true };
    const bus = await startBridgeBus({ ...ALL_ACCESS, sockJs: acknowledgement, tcp: acknowledgement });
    const client = await openFramed(bus);
    client.send({ type: 'register', address: 'addr' });
    expect(await client.next()).toEqual({ type: 'event', event: 'registered', message: { address: 'addr' } });
    const tcp = await openTcp(bus.tcpPort);
    tcp.send({ type: 'register', address: 'addr' });
    expect(await tcp.next()).toEqual({ type: 'registered', address: 'addr' });
  });

  it('take every frame for a sign of life, with anyFrameIsLiveness', async () => {
    const clock = createFakeClock(0);
    const sockJs = { pingTimeoutMs: 1000, anyFrameIsLiveness: true };
    const client = await openRaw(await startBridgeBus({ clock, sockJs }));
    for (let tick = 1; tick <= 3; tick += 1) {
      clock.advance(500);
      await expectSilence(client);
      clock.advance(500);
    }
    clock.advance(1000);
    expect(await client.closed).toBe('1001 Session expired');
  });
});

describe('an idle socket', () => {
  it('stays when its hook says so, is told, and is asked again at the next tick', async () => {
    const clock = createFakeClock(0);
    const answers = [false, true];
    const bus = await startBridgeBus({
      clock,
      sockJs: { pingTimeoutMs: 1000 },
      hook: ({ type }) => type !== 'SOCKET_IDLE' || answers.shift() === true,
    });
    const client = await openRaw(bus);
    await expectSilence(client);
    clock.advance(1000);
    expect(await client.next()).toEqual({ type: 'err', body: 'rejected' });
    clock.advance(1000);
    expect(await client.closed).toBe('1001 Session expired');
  });
});

describe('/eventbus', () => {
  it('greets, and tells what it can', async () => {
    const { url } = await startBridgeBus();
    expect((await call('GET', `${url}/eventbus`)).body).toBe('Welcome to SockJS!\n');
    expect((await call('GET', `${url}/eventbus/`)).body).toBe('Welcome to SockJS!\n');
    expect(JSON.parse((await call('GET', `${url}/eventbus/info`)).body)).toMatchObject({ websocket: true });
    expect((await call('GET', `${url}/eventbusx`)).status).toBe(404);
  });

  it.each(['iframe.html', '000/session/htmlfile?c=callback', '000/session/jsonp?c=callback'])(
    'has no %s, which any page could use',
    async (path) => {
      const { url } = await startBridgeBus();
      expect((await call('GET', `${url}/eventbus/${path}`)).status).toBe(404);
    },
  );

  it('is closed to pages from elsewhere', async () => {
    const { url } = await startBridgeBus();
    const headers = { Origin: 'https://evil.example' };
    expect((await call('POST', `${url}/eventbus/000/s1/xhr`, { headers })).status).toBe(403);
    expect((await call('GET', `${url}/eventbus/000/s1/eventsource`, { headers })).status).toBe(403);
    expect((await call('OPTIONS', `${url}/eventbus/000/s1/xhr`, { headers })).status).toBe(403);
    const refused = new WebSocket(`${url.replace('http', 'ws')}/eventbus/websocket`, {
      origin: 'https://evil.example',
    });
    const status = await new Promise((resolve) => {
      refused.once('unexpected-response', (_request, { statusCode }) => resolve(statusCode));
    });
    expect(status).toBe(403);
  });

  it('is open to pages of this machine, and answers their preflights itself', async () => {
    const { url } = await startBridgeBus();
    const headers = { Origin: 'http://localhost:3000', 'Access-Control-Request-Method': 'POST' };
    const preflight = await call('OPTIONS', `${url}/eventbus/000/s2/xhr`, { headers });
    expect(preflight.status).toBe(204);
    expect(preflight.headers['access-control-allow-origin']).toBe('http://localhost:3000');
    expect(preflight.headers['access-control-allow-methods']).toBe('OPTIONS, POST');
  });

  it('serves a request that asks for h2c as the plain request it is', async () => {
    const bus = await startBridgeBus();
    const headers = {
      Connection: 'Upgrade, HTTP2-Settings',
      Upgrade: 'h2c',
      'HTTP2-Settings': 'AAMAAABkAAQAoAAA',
      'Content-Type': 'application/json',
    };
    expect((await call('GET', `${bus.url}/eventbus/info`, { headers })).status).toBe(200);
    const answer = await call('POST', `${bus.url}/tsrv`, {
      headers,
      body: '{"type":"ping","reply_address":"r"}',
    });
    expect(JSON.parse(answer.body)).toMatchObject({ type: 'pong', address: 'r' });
  });

  it('carries the bridge over plain HTTP', async () => {
    const bus = await startBridgeBus();
    echo(bus, 'echo');
    const session = `${bus.url}/eventbus/000/polling`;
    const stream = await openStream('POST', `${session}/xhr_streaming`);
    expect(await stream.text.through('o\n')).toMatch(/o\n$/);
    const message = JSON.stringify({ type: 'send', address: 'echo', replyAddress: 'r', body: 'via xhr' });
    await call('POST', `${session}/xhr_send`, { body: JSON.stringify([message]) });
    const frame = await stream.text.through('\n');
    expect(JSON.parse(JSON.parse(frame.slice(1))[0])).toEqual({ type: 'rec', address: 'r', body: 'via xhr' });
    stream.abort();
  });

  it('tells framed connections to go away when the bus closes', async () => {
    const bus = await startBridgeBus();
    const client = await openFramed(bus);
    bus.bus.close();
    expect(await client.closed).toBe('c[3000,"Go away!"]');
  });
});
