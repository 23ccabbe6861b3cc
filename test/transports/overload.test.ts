import { connect, type Socket } from 'node:net';
import { describe, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { Respond } from '#bus/delivery.ts';
import type { BridgeEvent } from '#bus/hooks.ts';
import type { Services } from '#bus/services.ts';
import type { Signal } from '#core/cancellation.ts';
import { NO_HEADERS } from '#core/message.ts';
import { type BridgeBusOptions, createInbox, startBridgeBus } from '../bridge/bridge-bus.ts';
import { openRaw } from '../bridge/bridge-clients.ts';
import { eventually } from '../support/eventually.ts';

const SERVICE = 'ik.service.app';
const ANSWER = { body: 'done', headers: NO_HEADERS };

/** A service that answers when it is told to, and remembers who has asked. */
async function startSlowBus(options: BridgeBusOptions = {}) {
  const waiting: { respond: Respond; requester: string; signal: Signal }[] = [];
  const services: Partial<Services> = {
    serves: (address) => address === SERVICE,
    permits: () => true,
    handle({ admit, signal, flow }, respond) {
      const refused = admit();
      if (refused) return respond(refused);
      waiting.push({ respond, requester: flow.requester, signal });
    },
  };
  const started = await startBridgeBus({ services, ...options });
  const answerAll = () => {
    for (const { respond } of waiting.splice(0)) respond(ANSWER);
  };
  return { ...started, waiting, answerAll };
}

type Message = {
  address: string;
  type: string;
  reply_address: string | null;
  data: { name?: string; description?: string };
};

async function openWebSocket(url: string, secret?: string) {
  const headers = secret === undefined ? {} : { authorization: `Bearer ${secret}` };
  const socket = new WebSocket(`${url.replace('http', 'ws')}/tsrv`, { headers });
  const inbox = createInbox<Message>();
  socket.on('message', (data) => inbox.put(JSON.parse(data.toString())));
  socket.on('error', () => {});
  await new Promise((resolve) => socket.once('open', resolve));
  const ask = (times: number) => {
    const text = JSON.stringify({ address: SERVICE, reply_address: 'r', headers: { action: 'a' } });
    for (let index = 0; index < times; index += 1) socket.send(text);
  };
  return { socket, ask, next: inbox.next, waiting: inbox.waiting };
}

const POST =
  'POST /tsrv HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 28\r\n\r\n{"address":"ik.service.app"}';

const client = (name: string) => ({ name, secret: name, inbound: [{}], outbound: [], personalData: false });
const CLIENTS = { clients: [client('quick'), client('quiet')] };

describe('a bus with more requests than it can take', () => {
  test.each([
    ['clients', CLIENTS],
    ['connections of nobody in particular', undefined],
  ])('refuses the flood and nobody else: two %s', async (_name, clients) => {
    const limits = { maxInFlight: 200 };
    const bus = await startSlowBus({ limits, ...(clients && { clients }) });
    const quick = await openWebSocket(bus.url, clients && 'quick');
    const quiet = await openWebSocket(bus.url, clients && 'quiet');
    let quietAnswers = 0;
    for (let round = 0; round < 5; round += 1) {
      quick.ask(300);
      await eventually(() => quick.waiting() >= 300 * round + 220 - (round > 0 ? 100 : 0));
      quiet.ask(3);
      await eventually(
        () => bus.waiting.filter(({ requester }) => requester !== bus.waiting[0]?.requester).length >= 3,
      );
      bus.answerAll();
      for (let index = 0; index < 3; index += 1) {
        expect(await quiet.next()).toMatchObject({ type: 'send', data: 'done' });
        quietAnswers += 1;
      }
      await eventually(() => quick.waiting() >= 300 * (round + 1));
    }
    expect(quietAnswers).toBe(15);
    const names: (string | undefined)[] = [];
    for (let index = 0; index < 1500; index += 1) names.push((await quick.next()).data.name);
    expect(names.filter((name) => name === undefined)).toHaveLength(400);
    expect(names.filter((name) => name === 'BUS_OVERLOADED')).toHaveLength(1100);
    expect(bus.bus.admission.requesters).toBe(0);
  });

  test('counts the connections of one client together', async () => {
    const bus = await startSlowBus({ limits: { maxInFlight: 20 }, clients: CLIENTS });
    const [one, other] = [await openWebSocket(bus.url, 'quick'), await openWebSocket(bus.url, 'quick')];
    one.ask(6);
    await eventually(() => bus.waiting.length === 6);
    other.ask(8);
    await eventually(() => other.waiting() === 6);
    expect(bus.waiting.length).toBe(8);
    expect((await other.next()).data).toMatchObject({
      name: 'BUS_OVERLOADED',
      description: expect.stringContaining('повторите позже'),
    });
  });

  test('keeps room for its clients, however many connections strangers open', async () => {
    const anonymous = { inbound: [{}], outbound: [], personalData: false };
    const clients = { ...CLIENTS, anonymous };
    const bus = await startSlowBus({ limits: { maxInFlight: 32 }, clients });
    const strangers = await Promise.all(Array.from({ length: 40 }, () => openWebSocket(bus.url)));
    for (const stranger of strangers) stranger.ask(20);
    const refused = () => strangers.reduce((sum, stranger) => sum + stranger.waiting(), 0);
    await eventually(() => refused() + bus.waiting.length === 800);
    expect(bus.waiting.length).toBe(13);
    expect(new Set(bus.waiting.map(({ requester }) => requester)).size).toBeGreaterThan(2);
    (await openWebSocket(bus.url, 'quick')).ask(1);
    await eventually(() => bus.waiting.at(-1)?.requester === 'quick');
  });

  test('counts the bytes of what it has taken', async () => {
    const bus = await startSlowBus({ limits: { maxInFlightBytes: 100_000 } });
    const { socket, waiting } = await openWebSocket(bus.url);
    const text = JSON.stringify({ address: SERVICE, data: 'x'.repeat(9_900) });
    for (let index = 0; index < 10; index += 1) socket.send(text);
    await eventually(() => waiting() === 5);
    expect(bus.waiting.length).toBe(5);
  });

  test('refuses requests to clients too', async () => {
    const bus = await startBridgeBus({ inbound: [{}], outbound: [{}], limits: { maxInFlight: 10 } });
    bus.engine.register('silent', () => {});
    const { socket, waiting, next } = await openWebSocket(bus.url);
    for (let index = 0; index < 10; index += 1) {
      socket.send(JSON.stringify({ address: 'silent', reply_address: 'r' }));
    }
    await eventually(() => waiting() === 6);
    expect((await next()).data.name).toBe('BUS_OVERLOADED');
  });
});

describe('a connection with more under way than it may have', () => {
  test('is refused answers that want an answer, too', async () => {
    const limits = { maxInFlightPerConnection: 3 };
    const bus = await startBridgeBus({ inbound: [{}], outbound: [{}], limits });
    const { socket, next, waiting } = await openWebSocket(bus.url);
    socket.send(JSON.stringify({ type: 'listen', address: 'answers' }));
    await eventually(() => bus.engine.has('answers'));
    for (let index = 0; index < 5; index += 1) {
      bus.engine.request({ address: 'answers', headers: NO_HEADERS, body: null }, 30_000, () => {});
      const { reply_address: address } = await next();
      socket.send(JSON.stringify({ type: 'send', address, reply_address: `more-${index}` }));
    }
    await eventually(() => waiting() === 2);
    expect(await next()).toMatchObject({ address: 'more-3', data: { name: 'BUS_OVERLOADED' } });
  });

  test.each(['SEND', 'RECEIVE'])('does not wait for ever for a hook that is slow: %s', async (slow) => {
    const limits = { maxInFlightPerConnection: 10 };
    const hook = ({ type }: BridgeEvent) => (type === slow ? new Promise<boolean>(() => {}) : true);
    const bus = await startBridgeBus({ inbound: [{}], outbound: [{}], limits, hook });
    const client = await openRaw(bus);
    client.send({ type: 'register', address: 'news' });
    await eventually(() => bus.engine.has('news'));
    for (let index = 0; index < 20; index += 1) client.send({ type: 'send', address: 'none', body: null });
    if (slow === 'SEND') {
      expect(await client.next()).toMatchObject({ type: 'err', body: 'max_handlers_reached' });
      return;
    }
    for (let index = 0; index < 20; index += 1) {
      bus.engine.publish({ address: 'news', headers: NO_HEADERS, body: null });
    }
    await eventually(() => bus.bus.connections === 0);
  });
});

test('a request that finds no room takes nothing of the rate, and one above the rate no room', async () => {
  const limits = { maxInFlightPerConnection: 1, perClientPerSecond: 2 };
  const clock = { now: () => 0, setTimeout: () => ({ cancel() {} }) };
  const bus = await startSlowBus({ limits, clock });
  const { socket, ask, next, waiting } = await openWebSocket(bus.url);
  ask(5);
  await vi.waitUntil(() => waiting() === 4);
  for (let index = 0; index < 4; index += 1) expect((await next()).data.name).toBe('BUS_OVERLOADED');
  bus.answerAll();
  expect((await next()).data).toBe('done');
  ask(1);
  await vi.waitUntil(() => bus.waiting.length === 1);
  bus.answerAll();
  expect((await next()).data).toBe('done');
  ask(2);
  for (let index = 0; index < 2; index += 1) expect((await next()).data.name).toBe('BUS_RATE_LIMITED');
  expect(bus.bus.admission.requesters).toBe(0);
  socket.close();
});

describe('HTTP requests that wait for no answer', () => {
  async function pipeline(url: string, requests: number): Promise<Socket> {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.on('error', () => {});
    socket.write(POST.repeat(requests));
    await new Promise((resolve) => socket.once('connect', resolve));
    return socket;
  }

  test('are those of one connection', async () => {
    const bus = await startSlowBus({ limits: { maxInFlightPerConnection: 10 } });
    const socket = await pipeline(bus.url, 15);
    await eventually(() => bus.waiting.length === 10);
    expect(new Set(bus.waiting.map(({ requester }) => requester)).size).toBe(1);
    const other = await pipeline(bus.url, 1);
    await eventually(() => bus.waiting.length === 11);
    let answers = '';
    socket.on('data', (data) => {
      answers += data;
    });
    bus.answerAll();
    await eventually(() => answers.match(/HTTP\/1.1/g)?.length === 15);
    expect(answers.match(/HTTP\/1.1 503/g)).toHaveLength(5);
    expect(answers.indexOf('503')).toBeGreaterThan(answers.lastIndexOf('"done"'));
    other.destroy();
  });

  test('are all given up when their connection is gone', async () => {
    const bus = await startSlowBus();
    const socket = await pipeline(bus.url, 5);
    await eventually(() => bus.waiting.length === 5);
    socket.destroy();
    await eventually(() => bus.waiting.every(({ signal }) => signal.aborted));
    expect(bus.bus.connections).toBe(0);
  });

  test('are not read for ever where the answers are not', async () => {
    const bus = await startSlowBus({ limits: { maxInFlightPerConnection: 10 } });
    const socket = await pipeline(bus.url, 20_000);
    socket.pause();
    let read = -1;
    await vi.waitUntil(
      () => {
        const before = read;
        read = socket.bytesWritten - socket.writableLength;
        return before === read && bus.waiting.length === 10;
      },
      { interval: 100, timeout: 5000 },
    );
    expect(bus.bus.connections).toBeLessThan(2000);
  });

  test.each([1, 8])('leave the turns between to others: %i connections', async (connections) => {
    let inTurn = 0;
    let turns = 0;
    let most = 0;
    let all = 0;
    const services: Partial<Services> = {
      serves: () => true,
      permits: () => true,
      handle(_request, respond) {
        if (inTurn === 0) {
          turns += 1;
          setImmediate(() => {
            inTurn = 0;
          });
        }
        all += 1;
        inTurn += 1;
        most = Math.max(most, inTurn);
        respond(ANSWER);
      },
    };
    const bus = await startBridgeBus({ services });
    const requests = 8000 / connections;
    const sockets = await Promise.all(Array.from({ length: connections }, () => pipeline(bus.url, requests)));
    for (const socket of sockets) socket.resume();
    await eventually(() => all === 8000);
    // Its first ones are taken at once, further ones in turns: one connection has one, and is read from again.
    expect(most).toBeLessThanOrEqual(16 * (connections + 1));
    expect(turns).toBeGreaterThanOrEqual(8000 / 32);
  });

  test('are cut off when more of their answers wait than may', async () => {
    const bus = await startSlowBus({ maxQueuedBytes: 200_000 });
    const socket = await pipeline(bus.url, 50);
    socket.pause();
    await eventually(() => bus.waiting.length === 50);
    const large = { body: 'x'.repeat(50_000), headers: NO_HEADERS };
    // Not the first one's, so that none of them can leave.
    for (const { respond } of bus.waiting.splice(1)) respond(large);
    await eventually(() => bus.bus.connections === 0);
  });
});

describe('a body that is being read', () => {
  const head = (bytes: number) =>
    `POST /tsrv HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${bytes}\r\n\r\n`;

  async function begin(url: string, bytes: number, more = '') {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.on('error', () => {});
    let answer = '';
    socket.on('data', (data) => {
      answer += data;
    });
    socket.write(`${head(bytes).replace('\r\n\r\n', `\r\n${more}\r\n`)}${' '.repeat(bytes - 1)}`);
    await new Promise((resolve) => socket.once('connect', resolve));
    return { socket, answer: () => answer };
  }

  test('takes of the room of the whole bus, and gives it back', async () => {
    const bus = await startSlowBus({ limits: { maxInFlightBytes: 100_000 } });
    const first = await begin(bus.url, 60_000);
    await eventually(() => bus.bus.admission.requesters === 1);
    const second = await begin(bus.url, 60_000);
    await eventually(() => /503[\s\S]*BUS_OVERLOADED/.test(second.answer() + first.answer()));
    for (const { socket } of [first, second]) socket.destroy();
    await eventually(() => bus.bus.admission.requesters === 0);
    const third = await begin(bus.url, 40_000);
    third.socket.write('x');
    await eventually(() => /HTTP\/1.1 400/.test(third.answer()));
    await eventually(() => bus.bus.admission.requesters === 0);
  });

  test('counts as its client’s where that shows, else as a stranger’s', async () => {
    const bus = await startSlowBus({ limits: { maxInFlightBytes: 100_000 }, clients: CLIENTS });
    const strangers = await Promise.all(Array.from({ length: 20 }, () => begin(bus.url, 5000)));
    const answers = () => strangers.map(({ answer }) => answer()).filter((answer) => answer !== '');
    await eventually(() => answers().length >= 9);
    expect(answers().every((answer) => /503[\s\S]*BUS_OVERLOADED/.test(answer))).toBe(true);
    const named = await begin(bus.url, 30_000, 'Authorization: Bearer quick\r\n');
    named.socket.write('x');
    await eventually(() => named.answer() !== '');
    expect(named.answer()).toMatch(/HTTP\/1.1 400/);
  });
});
