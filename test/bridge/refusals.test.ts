import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { BridgeEvent } from '#bus/hooks.ts';
import type { Services } from '#bus/services.ts';
import { NO_HEADERS } from '#core/message.ts';
import { call } from '../conformance/http-client.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { ALL_ACCESS, type BridgeBus, type BridgeBusOptions, consume, startBridgeBus } from './bridge-bus.ts';
import { type BridgeClient, expectSilence, openFramed, openRaw, openTcp } from './bridge-clients.ts';

const SERVICE = 'ik.service.token.shift';
const SECRET = 'sausages-and-onions';

/** One service that echoes, open to whoever the rules let through. */
const services: Partial<Services> = {
  serves: (address) => address === SERVICE,
  permits: () => true,
  handle: ({ body, admit }, respond) => respond(admit() ?? { body, headers: NO_HEADERS }),
};

const CLIENTS: BridgeBusOptions['clients'] = {
  clients: [
    { name: 'tim', secret: SECRET, inbound: [{}], outbound: [{}], personalData: false },
    { name: 'bob', secret: 'other', inbound: [{}], outbound: [{}], personalData: false },
  ],
};

type Way = readonly [
  name: string,
  open: (bus: BridgeBus) => Promise<BridgeClient>,
  denied: object,
  notLoggedIn: object,
  /** The dialect's own words for these. */
  words: { register: string; reply: string; body: string },
];

const VERTX = { register: 'register', reply: 'replyAddress', body: 'body' };
const AVQ = { register: 'listen', reply: 'reply_address', body: 'data' };
const avqError = (name: string) => ({ type: 'error', data: expect.objectContaining({ name }) });

async function openAvqWebSocket({ url }: BridgeBus): Promise<BridgeClient> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/tsrv`);
  const messages: object[] = [];
  let wake = () => {};
  socket.on('message', (data) => {
    messages.push(JSON.parse(data.toString()));
    wake();
  });
  const closed = new Promise<string>((resolve) => socket.on('close', (code) => resolve(`${code}`)));
  await new Promise((resolve) => socket.once('open', resolve));
  return {
    send: (message) => socket.send(JSON.stringify(message)),
    sendText: (text) => socket.send(text),
    async next() {
      while (messages.length === 0) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return messages.shift() as Record<string, unknown>;
    },
    closed,
    close: () => socket.close(),
    cut: () => socket.terminate(),
  };
}

const WAYS: readonly Way[] = [
  [
    'SockJS framed',
    openFramed,
    { type: 'err', body: 'access_denied' },
    { type: 'err', body: 'not_logged_in' },
    VERTX,
  ],
  [
    'SockJS raw',
    openRaw,
    { type: 'err', body: 'access_denied' },
    { type: 'err', body: 'not_logged_in' },
    VERTX,
  ],
  [
    'the TCP bridge',
    ({ tcpPort }) => openTcp(tcpPort),
    { type: 'err', message: 'access_denied' },
    { type: 'err', message: 'access_denied' },
    VERTX,
  ],
  [
    'AVQ over WebSocket',
    openAvqWebSocket,
    avqError('BUS_ACCESS_DENIED'),
    avqError('BUS_NOT_AUTHENTICATED'),
    AVQ,
  ],
  [
    'AVQ over TCP',
    ({ avqPort }) => openTcp(avqPort),
    avqError('BUS_ACCESS_DENIED'),
    avqError('BUS_NOT_AUTHENTICATED'),
    AVQ,
  ],
];

describe.each(WAYS)('a client of %s', (_name, open, denied, notLoggedIn, words) => {
  it.each(['ik.service.token.shift', 'ik.service.unheard.of', '__vertx.reply.1'])(
    'may not register at %s, whatever the rules say',
    async (address) => {
      const bus = await startBridgeBus({ ...ALL_ACCESS, services });
      const client = await open(bus);
      client.send({ type: words.register, address });
      expect(await client.next()).toMatchObject(denied);
      expect(bus.engine.has(address)).toBe(false);
    },
  );

  it.each(['ik.service.token.shift', 'ik.service.unheard.of', 'jobs.1', '__vertx.reply.1'])(
    'may not publish to %s, whatever the rules say',
    async (address) => {
      const bus = await startBridgeBus({ ...ALL_ACCESS, services });
      const consumer = consume(bus, address);
      const client = await open(bus);
      client.send({ type: 'publish', address, [words.body]: {} });
      expect(await client.next()).toMatchObject(denied);
      expect(consumer.waiting()).toBe(0);
    },
  );

  it.each(['jobs.1', '__vertx.reply.1'])('may not send to %s, whatever the rules say', async (address) => {
    const bus = await startBridgeBus({ ...ALL_ACCESS, services });
    const consumer = consume(bus, address);
    const client = await open(bus);
    client.send({ type: 'send', address, [words.body]: {} });
    expect(await client.next()).toMatchObject(denied);
    expect(consumer.waiting()).toBe(0);
  });

  it('cannot read the secret of another off a message', async () => {
    const bus = await startBridgeBus({ clients: CLIENTS });
    const [spy, victim] = [await open(bus), await open(bus)];
    spy.send({ type: words.register, address: 'trap', headers: { authorization: 'Bearer other' } });
    spy.send({ type: 'send', address: 'ready', [words.reply]: 'r' });
    await spy.next();
    const headers = { Authorization: `Bearer ${SECRET}`, authorization: `Bearer ${SECRET}`, harmless: 'yes' };
    victim.send({ type: 'send', address: 'trap', [words.body]: 'hello', headers });
    const delivered = await spy.next();
    expect(delivered).toMatchObject({ address: 'trap', headers: { harmless: 'yes' } });
    expect(JSON.stringify(delivered)).not.toContain(SECRET);
  });

  it('that has not said who it is may do nothing, and everything once it has', async () => {
    const bus = await startBridgeBus({ clients: CLIENTS, services });
    const client = await open(bus);
    const request = { type: 'send', address: SERVICE, [words.reply]: 'r', [words.body]: 1 };
    // The stub's service is open; a client's own address is not.
    client.send({ ...request, address: 'anywhere' });
    expect(await client.next()).toMatchObject(notLoggedIn);
    client.send({ type: words.register, address: 'anywhere' });
    expect(await client.next()).toMatchObject(notLoggedIn);
    client.send({ ...request, headers: { authorization: 'Bearer wrong' } });
    expect(await client.next()).toMatchObject(notLoggedIn);
    client.send({ ...request, headers: { authorization: `Bearer ${SECRET}` } });
    expect(await client.next()).toMatchObject({ [words.body]: 1 });
    client.send({ ...request, headers: { authorization: 'Bearer other' } });
    expect(await client.next()).toMatchObject(denied);
  });

  it('that does not say who it is is cut off after 10 s', async () => {
    const clock = createFakeClock(0);
    const bus = await startBridgeBus({ clients: CLIENTS, clock, sockJs: { pingTimeoutMs: 60_000 } });
    const [stranger, known] = [await open(bus), await open(bus)];
    known.send({ type: words.register, address: 'a', headers: { authorization: `Bearer ${SECRET}` } });
    known.send({ type: 'send', address: 'nobody', [words.reply]: 'r' });
    await known.next();
    stranger.send({ type: 'nonsense', address: 'a' });
    await stranger.next();
    clock.advance(10_000);
    await stranger.closed;
    known.send({ type: 'send', address: 'nobody', [words.reply]: 'r' });
    expect(await known.next()).not.toMatchObject(notLoggedIn);
  });
});

describe('a secret in a SockJS URL', () => {
  const start = () => startBridgeBus({ clients: CLIENTS });

  it('says who the connection is, on every transport', async () => {
    const bus = await start();
    const query = `?access_token=${SECRET}`;
    for (const client of [await openFramed(bus, query), await openRaw(bus, `/eventbus/websocket${query}`)]) {
      client.send({ type: 'register', address: 'a' });
      await expectSilence(client);
    }
    const opened = await call('POST', `${bus.url}/eventbus/000/s1/xhr${query}`);
    expect(opened.body).toBe('o\n');
    const register = JSON.stringify([JSON.stringify({ type: 'register', address: 'by-xhr' })]);
    await call('POST', `${bus.url}/eventbus/000/s1/xhr_send${query}`, { body: register });
    expect(bus.engine.has('by-xhr')).toBe(true);
  });

  it('is refused when it is nobody’s', async () => {
    const bus = await start();
    await expect(openRaw(bus, '/eventbus/websocket?access_token=wrong')).rejects.toThrow('401');
    const answer = await call('POST', `${bus.url}/eventbus/000/s2/xhr?access_token=wrong`);
    expect(answer.status).toBe(401);
    expect(answer.body).not.toContain('wrong');
  });
});

describe('a hook', () => {
  it('never sees a secret', async () => {
    const events: BridgeEvent[] = [];
    const bus = await startBridgeBus({ clients: CLIENTS, hook: (event) => events.push(event) > 0 });
    const client = await openRaw(bus);
    client.send({
      type: 'send',
      address: 'a',
      headers: { Authorization: `Bearer ${SECRET}`, other: 'x' },
      body: 1,
    });
    await expectSilence(client);
    const sent = events.find(({ type }) => type === 'SEND');
    expect(sent?.rawMessage?.headers).toEqual({ other: 'x' });
    expect(sent?.socket.client).toBe('tim');
  });
});
