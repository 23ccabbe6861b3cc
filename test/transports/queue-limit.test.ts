import { randomUUID } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { type Log, silentLog } from '#core/log.ts';
import { NO_HEADERS } from '#core/message.ts';
import { ALL_ACCESS, type BridgeBus, createInbox, startBridgeBus } from '../bridge/bridge-bus.ts';
import { type BridgeClient, openFramed, openRaw, openTcp } from '../bridge/bridge-clients.ts';
import { createCertificate } from '../outbound/certificate.ts';
import { eventually } from '../support/eventually.ts';

describe('a client that does not read', () => {
  test.each(['tcp', 'websocket'])('is cut off once and named in the log once: %s', async (via) => {
    const warnings: string[] = [];
    const log: Log = { ...silentLog, warn: (_fields, message) => warnings.push(message) };
    const bus = await startBridgeBus({ ...ALL_ACCESS, maxQueuedBytes: 200_000, log });
    const listen = JSON.stringify({ type: 'listen', address: 'flood' });
    if (via === 'tcp') {
      const client = await openTcp(bus.avqPort);
      client.sendText(listen);
      client.socket.pause();
    } else {
      const socket = new WebSocket(`${bus.url.replace('http', 'ws')}/tsrv`);
      socket.on('error', () => {});
      socket.once('open', () => {
        socket.send(listen);
        socket.pause();
      });
    }
    await eventually(() => bus.engine.has('flood'));
    // All in one turn, and more than the system takes: the connection is still registered while it is being cut.
    const body = 'x'.repeat(1_000_000);
    for (let index = 0; index < 30; index += 1) {
      bus.engine.publish({ address: 'flood', body, headers: NO_HEADERS });
    }
    await eventually(() => !bus.engine.has('flood'));
    expect(warnings).toEqual(['slow consumer disconnected']);
  });
});

describe('a client that reads', () => {
  const OPEN = {
    tcp: (bus: BridgeBus) => openTcp(bus.avqPort),
    'a WebSocket of tsrv': (bus: BridgeBus) => openRaw(bus, '/tsrv'),
    'a raw WebSocket': (bus: BridgeBus) => openRaw(bus),
    'a framed WebSocket': (bus: BridgeBus) => openFramed(bus),
  };

  test.each(Object.entries(OPEN))(
    'is not cut off by what is still gathered in the next turn: %s',
    async (via, open) => {
      const bus = await startBridgeBus({ ...ALL_ACCESS, maxQueuedBytes: 262_144 });
      const client = await open(bus);
      const isOurs = via === 'tcp' || via === 'a WebSocket of tsrv';
      client.send({ type: isOurs ? 'listen' : 'register', address: 'news' });
      const other = await openTcp(bus.avqPort);
      other.send({ type: 'listen', address: 'other' });
      await eventually(() => bus.engine.has('news') && bus.engine.has('other'));
      const publish = (address: string, body: string) =>
        bus.engine.publish({ address, body, headers: NO_HEADERS });
      await setImmediate();
      // So that the turns are counted before anything is gathered, and the last one comes in another.
      publish('other', '');
      const last = setImmediate().then(() => publish('news', 'last'));
      for (let index = 0; index < 6; index += 1) publish('news', 'x'.repeat(50_000));
      await last;
      for (let index = 0; index < 6; index += 1) await client.next();
      expect(JSON.stringify(await client.next())).toContain('last');
    },
  );
});

/** Messages of a stream of frames, one a line (SockJS 0.3 `xhr_streaming`). */
async function openStreaming({ url }: BridgeBus): Promise<Pick<BridgeClient, 'send' | 'next'>> {
  const session = `${url}/eventbus/000/${randomUUID()}`;
  const inbox = createInbox<Record<string, unknown>>();
  const get = url.startsWith('https') ? httpsRequest : httpRequest;
  const ask = (path: string, body: string) => {
    const request = get(`${session}/${path}`, { method: 'POST', rejectUnauthorized: false });
    request.on('error', () => {}).end(body);
    onTestFinished(() => void request.destroy());
    return request;
  };
  const opened = Promise.withResolvers<void>();
  let rest = '';
  ask('xhr_streaming', '').on('response', (response) =>
    response.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (line === 'o') opened.resolve();
        if (line.startsWith('a')) for (const text of JSON.parse(line.slice(1))) inbox.put(JSON.parse(text));
      }
    }),
  );
  await opened.promise;
  return {
    send: (message) => void ask('xhr_send', JSON.stringify([JSON.stringify(message)])),
    next: () => inbox.next(),
  };
}

describe.each(['plain', 'TLS'])('a client that reads, %s', (encryption) => {
  const anyCertificate = encryption === 'TLS' ? { rejectUnauthorized: false } : undefined;
  const OPEN = {
    tcp: (bus: BridgeBus) => openTcp(bus.avqPort, anyCertificate),
    'a WebSocket of tsrv': (bus: BridgeBus) => openRaw(bus, '/tsrv'),
    'a raw WebSocket': (bus: BridgeBus) => openRaw(bus),
    'a framed WebSocket': (bus: BridgeBus) => openFramed(bus),
    xhr_streaming: openStreaming,
  };
  const VIAS = Object.keys(OPEN) as (keyof typeof OPEN)[];

  test.each([
    ...VIAS.map((via) => [via, 'at once'] as const),
    ...VIAS.map((via) => [via, 'one a turn'] as const),
  ])('is not cut off by what comes in one turn or is merely gathered: %s, %s', async (via, pace) => {
    const tls = { ...createCertificate(), clientAuth: false };
    const bus = await startBridgeBus({
      ...ALL_ACCESS,
      maxQueuedBytes: 20_000,
      ...(anyCertificate && { tls }),
    });
    const url = anyCertificate ? bus.url.replace('http', 'https') : bus.url;
    const client = await OPEN[via]({ ...bus, url });
    const isOurs = via === 'tcp' || via === 'a WebSocket of tsrv';
    client.send({ type: isOurs ? 'listen' : 'register', address: 'news' });
    await eventually(() => bus.engine.has('news'));
    const count = 14;
    for (let index = 0; index < count; index += 1) {
      bus.engine.publish({ address: 'news', body: `${index} ${'x'.repeat(3000)}`, headers: NO_HEADERS });
      if (pace === 'one a turn') await setImmediate();
    }
    for (let index = 0; index < count; index += 1) {
      expect(JSON.stringify(await client.next())).toContain(`"${index} x`);
    }
  });
});
