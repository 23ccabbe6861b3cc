import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type App, createApp, vendors } from '#app.ts';
import { type Config, ConfigError, parseConfig } from '#config.ts';
import { silentLog } from '#core/log.ts';

const OF_VENDORS = [...new Set(vendors.flatMap(({ actions }) => actions.map(({ address }) => address)))];
const OWN = [...OF_VENDORS, 'ik.service.token', 'ik.service.unheard_of', 'bus.jobs', 'bus.unheard_of'];

/** No vendor is configured, and the rules let everybody do everything. */
const EVERYTHING = { inbound: [{}], outbound: [{}] };

let folder: string;
let app: App;
let socket: WebSocket;

function configWith(consumer: string): Config {
  return parseConfig(
    {
      listen: { http: { port: 0 }, avqTcp: false, vertxTcp: false },
      store: { path: folder },
      anonymous: EVERYTHING,
      consumers: [{ address: consumer, behaviour: 'echo' }],
    },
    { vendors, env: {}, folder },
  );
}

/** The names of the errors that come back for the frame, before the answer to the `ping` behind it. */
async function errorsFor(frame: object): Promise<string[]> {
  const errors: string[] = [];
  const done = new Promise<void>((resolve) => {
    const onMessage = (text: Buffer) => {
      const { type, data } = JSON.parse(text.toString());
      if (type === 'error') return void errors.push(data.name);
      socket.off('message', onMessage);
      resolve();
    };
    socket.on('message', onMessage);
  });
  socket.send(JSON.stringify(frame));
  socket.send(JSON.stringify({ type: 'ping', reply_address: 'pong' }));
  await done;
  return errors;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'avq-bus-own-addresses-'));
  app = await createApp({ config: configWith('echo'), log: silentLog });
  socket = new WebSocket(`ws://127.0.0.1:${app.listening.http?.port}/tsrv`);
  await new Promise((resolve) => socket.once('open', resolve));
});

afterAll(async () => {
  socket.close();
  await app.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe.each(OWN)("%s is the bus's own, whoever is configured and whatever the rules say", (address) => {
  test('nobody may listen or publish there', async () => {
    expect(await errorsFor({ type: 'listen', address })).toEqual(['BUS_ACCESS_DENIED']);
    expect(await errorsFor({ type: 'publish', address, data: {} })).toEqual(['BUS_ACCESS_DENIED']);
  });

  test('no test consumer may stand there', () => {
    expect(() => configWith(address)).toThrow(ConfigError);
  });
});

test('a client may listen where a test consumer stands', async () => {
  expect(await errorsFor({ type: 'listen', address: 'echo' })).toEqual([]);
});
