import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type Log, silentLog } from '#core/log.ts';
import { NO_HEADERS } from '#core/message.ts';
import { ALL_ACCESS, startBridgeBus } from '../bridge/bridge-bus.ts';
import { openTcp } from '../bridge/bridge-clients.ts';
import { eventually } from '../support/eventually.ts';

describe('a client that does not read', () => {
  test.each(['tcp', 'websocket'])('is cut off once and named in the log once: %s', async (via) => {
    const warnings: string[] = [];
    const log: Log = { ...silentLog, warn: (_fields, message) => warnings.push(message) };
    const bus = await startBridgeBus({ ...ALL_ACCESS, maxQueuedBytes: 200_000, log });
    const listen = JSON.stringify({ type: 'listen', address: 'flood' });
    if (via === 'tcp') {
      (await openTcp(bus.avqPort)).sendText(listen);
    } else {
      const socket = new WebSocket(`${bus.url.replace('http', 'ws')}/tsrv`);
      socket.on('error', () => {});
      socket.once('open', () => socket.send(listen));
    }
    await eventually(() => bus.engine.has('flood'));
    // All in one turn: the connection is still registered while it is being cut.
    const body = 'x'.repeat(100_000);
    for (let index = 0; index < 10; index += 1) {
      bus.engine.publish({ address: 'flood', body, headers: NO_HEADERS });
    }
    await eventually(() => !bus.engine.has('flood'));
    expect(warnings).toEqual(['slow consumer disconnected']);
  });
});
