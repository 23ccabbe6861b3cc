import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type Log, silentLog } from '#core/log.ts';
import { NO_HEADERS } from '#core/message.ts';
import { ALL_ACCESS, type BridgeBus, startBridgeBus } from '../bridge/bridge-bus.ts';
import { openFramed, openRaw, openTcp } from '../bridge/bridge-clients.ts';
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
  const VIAS = Object.keys(OPEN) as (keyof typeof OPEN)[];

  test.each([
    ...VIAS.map((via) => [via, 'at once'] as const),
    ...VIAS.map((via) => [via, 'one a turn'] as const),
  ])('is not cut off by what was merely gathered: %s, %s', async (via, pace) => {
    const bus = await startBridgeBus({ ...ALL_ACCESS, maxQueuedBytes: 20_000 });
    const client = await OPEN[via](bus);
    const isBridge = via === 'a raw WebSocket' || via === 'a framed WebSocket';
    client.send({ type: isBridge ? 'register' : 'listen', address: 'news' });
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
