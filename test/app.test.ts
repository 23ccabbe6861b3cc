import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type App, createApp, vendors } from '#app.ts';
import { parseConfig } from '#config.ts';
import { silentLog } from '#core/log.ts';
import { eventually } from './support/eventually.ts';

/** An upstream that takes every call and never answers. */
let silent: Server;
let called: Promise<void>;
let folder: string;
let app: App;
let config: ReturnType<typeof parseConfig>;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'avq-bus-app-'));
  silent = createServer();
  let calls = 0;
  called = new Promise((resolve) => {
    silent.on('request', () => {
      calls += 1;
      if (calls === 2) resolve();
    });
  });
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const baseUrl = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
  config = parseConfig(
    {
      listen: { http: { port: 0 }, avqTcp: false, vertxTcp: false },
      store: { path: folder },
      shutdownMs: 400,
      vendors: { minsk: { kind: 'tsrv', baseUrl } },
      devices: [{ token: 'AVQ1', vendor: 'minsk' }],
      consumers: [{ address: 'sink', behaviour: 'sink' }],
    },
    { vendors, env: {}, folder },
  );
  app = await createApp({ config, log: silentLog });
});

afterEach(() => {
  silent.closeAllConnections();
  silent.close();
  rmSync(folder, { recursive: true, force: true });
});

async function connect(to = app): Promise<{
  send(address: string, action: string): void;
  answers: Map<string, string>;
  closed: Promise<unknown>;
}> {
  const webSocket = new WebSocket(`ws://127.0.0.1:${to.listening.http?.port}/tsrv`);
  const answers = new Map<string, string>();
  webSocket.on('message', (data: Buffer) => {
    const { address, data: body } = JSON.parse(data.toString());
    answers.set(address, body.name);
  });
  const closed = new Promise((resolve) => webSocket.once('close', resolve));
  await new Promise((resolve) => webSocket.once('open', resolve));
  return {
    answers,
    closed,
    send: (address, action) =>
      webSocket.send(JSON.stringify({ address, reply_address: action, headers: { action, token: 'AVQ1' } })),
  };
}

describe('stopping', () => {
  test('answers what cannot be finished in time, before the connection is closed', async () => {
    const { send, answers } = await connect();
    send('ik.service.token.shift', 'get_x_report');
    send('ik.service.token.sales.retail', 'create_sale');
    send('sink', 'nothing');
    await called;
    const startedAt = performance.now();
    await app.stop();
    await new Promise((resolve) => setImmediate(resolve));
    expect(performance.now() - startedAt).toBeLessThan(2000);
    expect(Object.fromEntries(answers)).toEqual({
      get_x_report: 'VENDOR_TIMEOUT',
      create_sale: 'VENDOR_OUTCOME_UNKNOWN',
      nothing: 'BUS_TIMEOUT',
    });
  });
});

describe('stopping with no vendor to log out of', () => {
  test('lets what was answered last leave before the connection is cut', async () => {
    const bare = await createApp({
      config: { ...config, store: { ...config.store, path: join(folder, 'bare') }, vendors: {}, devices: [] },
      log: silentLog,
    });
    const { send, answers, closed } = await connect(bare);
    send('sink', 'nothing');
    send('ik.service.app', 'version');
    await eventually(() => answers.has('version'));
    await bare.stop();
    await closed;
    expect(answers.get('nothing')).toBe('BUS_TIMEOUT');
    await app.stop();
  });
});

describe('another configuration', () => {
  test('joins no read to one that asks the accounts that were', async () => {
    const { send } = await connect();
    const calls: string[] = [];
    const first = new Promise<void>((resolve) => silent.once('request', () => resolve()));
    silent.on('request', ({ method }) => calls.push(method ?? ''));
    send('ik.service.token.shift', 'get_x_report');
    await first;
    app.reload(config);
    send('ik.service.token.shift', 'get_x_report');
    await called;
    expect(calls).toEqual(['POST', 'POST']);
    await app.stop();
  });
});
