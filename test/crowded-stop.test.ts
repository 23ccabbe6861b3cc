import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { createApp, vendors } from '#app.ts';
import { parseConfig } from '#config.ts';
import { type Log, silentLog } from '#core/log.ts';
import { listenHttp } from './outbound/loopback.ts';
import { eventually } from './support/eventually.ts';

const READS = 7900;

/** A vendor that never answers. */
async function startDeafVendor() {
  let isChangeThere = false;
  const baseUrl = await listenHttp((request) => {
    const arrived = text(request).then((body) => {
      isChangeThere ||= body.includes('create_sale');
    });
    void arrived.catch(() => {});
  });
  return { baseUrl, isChangeThere: () => isChangeThere };
}

test('a change that was sent is not said to be unsent by a stop, however many reads are told before', async () => {
  const { baseUrl, isChangeThere } = await startDeafVendor();
  const folder = mkdtempSync(join(tmpdir(), 'crowded-stop-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const tokens = Array.from({ length: READS }, (_, index) => `A${index}`);
  const account = { kind: 'tsrv', concurrency: 1, baseUrl };
  const sections = {
    listen: { http: { port: 0 }, avqTcp: false, vertxTcp: false },
    store: { path: folder },
    shutdownMs: 400,
    limits: { maxInFlightPerConnection: READS + 1 },
    vendors: { crowded: account, other: account },
    devices: [...tokens.map((token) => ({ token, vendor: 'crowded' })), { token: 'TILL', vendor: 'other' }],
  };
  const outcomes = new Map<unknown, unknown>();
  const log: Log = {
    ...silentLog,
    info: (fields, text) => {
      const { token, outcome } = fields as Readonly<Record<string, unknown>>;
      if (text === 'message') outcomes.set(token, outcome);
    },
    child: () => log,
  };
  const app = await createApp({ config: parseConfig(sections, { vendors, env: {}, folder }), log });
  const webSocket = new WebSocket(`ws://127.0.0.1:${app.listening.http?.port}/tsrv`);
  onTestFinished(() => webSocket.terminate());
  await new Promise((resolve) => webSocket.once('open', resolve));
  const ask = (address: string, action: string, token: string, data: unknown) =>
    webSocket.send(
      JSON.stringify({ type: 'send', address, reply_address: 'r', data, headers: { action, token } }),
    );
  for (const token of tokens) ask('ik.service.token.shift', 'get_x_report', token, null);
  ask('ik.service.token.sales.retail', 'create_sale', 'TILL', { name: 'x' });
  await eventually(isChangeThere);
  await app.stop();
  expect([outcomes.get('TILL'), outcomes.size]).toEqual(['VENDOR_OUTCOME_UNKNOWN', READS + 1]);
});
