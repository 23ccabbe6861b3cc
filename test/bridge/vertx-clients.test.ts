import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { openTcp } from './bridge-clients.ts';
import { type ServedBus, serveBus } from './served-bus.ts';
import { createSimulator } from './tsrv-upstream.ts';
import {
  CLIENTS,
  type ClientMessage,
  NODE_TRANSPORTS,
  openVertxClient,
  request,
  type VertxClient,
} from './vertx-clients.ts';

const SHIFT = 'ik.service.token.shift';
const TOKEN = 'AVQ11031010703';

let bus: ServedBus;
let upstream: Awaited<ReturnType<typeof createSimulator>>;

beforeAll(async () => {
  upstream = await createSimulator();
  bus = await serveBus({
    vendors: { minsk: { kind: 'tsrv', baseUrl: upstream.url } },
    devices: [{ token: TOKEN, vendor: 'minsk' }],
    anonymous: {
      inbound: [{ addressRegex: '(echo|hello|fail|headers|chat\\.\\d+|ik\\..+)' }],
      outbound: [{ addressRegex: '(chat\\.\\d+|ticks|ik\\..+)' }],
    },
    consumers: [
      { address: 'echo', behaviour: 'echo' },
      { address: 'headers', behaviour: 'echo-headers' },
      { address: 'hello', behaviour: 'hello' },
      { address: 'fail', behaviour: 'fail' },
      { address: 'ticks', behaviour: 'ticker', everyMs: 50 },
    ],
  });
});

afterAll(async () => {
  await bus?.stop();
  await upstream?.close();
});

let rooms = 0;

/** An address of its own for every test: a client that has closed is a consumer until the bus finds out. */
function newRoom(): string {
  rooms += 1;
  return `chat.${rooms}`;
}

/** The next message at an address that the client registers. */
function listen(client: VertxClient, address: string): Promise<ClientMessage> {
  return new Promise((resolve) => client.registerHandler(address, {}, (_error, message) => resolve(message)));
}

describe.each(CLIENTS)('%s', (_name, Client) => {
  describe.each(NODE_TRANSPORTS)('over %s', (transport) => {
    const open = async () => {
      const client = await openVertxClient(Client, bus.http, { transports: transport });
      client.onclose = () => {};
      onTestFinished(() => client.close());
      expect(client.sockJSConn.transport).toBe(transport);
      return client;
    };

    it('gets answers', async () => {
      const client = await open();
      expect(await request(client, 'echo', { any: ['thing', 1.5, null, 'жук'] })).toMatchObject({
        body: { any: ['thing', 1.5, null, 'жук'] },
      });
      expect(await request(client, 'hello', { value: 'vert.x' })).toMatchObject({
        body: { value: 'Hello vert.x' },
      });
      expect(await request(client, 'headers', 1, { a: 'b', n: 5 })).toMatchObject({
        headers: { a: 'b', n: '5' },
      });
    });

    it('gets failures', async () => {
      const client = await open();
      expect(await request(client, 'fail', {})).toEqual({
        failureCode: 0,
        failureType: 'RECIPIENT_FAILURE',
        message: 'oops!',
      });
      const room = newRoom();
      expect(await request(client, room, {})).toEqual({
        failureCode: -1,
        failureType: 'NO_HANDLERS',
        message: `No handlers for address ${room}`,
      });
    });

    it('is told what is denied', async () => {
      const client = await open();
      const denied = new Promise((resolve) => {
        client.onerror = resolve;
      });
      client.send('forbidden', 1, {});
      expect(await denied).toEqual({ type: 'err', body: 'access_denied' });
    });

    it('listens, and publishes', async () => {
      const [client, other] = [await open(), await open()];
      expect((await listen(client, 'ticks')).body).toEqual({ tick: expect.any(Number) });
      const room = newRoom();
      const heard = listen(client, room);
      // A registration is not acknowledged: publish until it is there.
      const repeat = setInterval(() => other.publish(room, 'to all'), 20);
      expect((await heard).body).toBe('to all');
      clearInterval(repeat);
    });

    it('asks a consumer on the TCP bridge, and is asked by it', async () => {
      const client = await open();
      const room = newRoom();
      const tcp = await openTcp(bus.vertxTcpPort);
      tcp.send({ type: 'register', address: room });
      tcp.send({ type: 'ping' });
      expect(await tcp.next()).toEqual({ type: 'pong' });
      const answer = request(client, room, 'page → service');
      const { replyAddress, body } = await tcp.next();
      expect(body).toBe('page → service');
      tcp.send({ type: 'send', address: replyAddress, body: 'service → page' });
      expect(await answer).toMatchObject({ body: 'service → page' });
      tcp.send({ type: 'unregister', address: room });

      client.registerHandler(room, {}, (_error, message) => message.reply?.(['got', message.body]));
      await request(client, 'echo', 'the registration is there');
      tcp.send({ type: 'send', address: room, replyAddress: 'r', body: 'service → page' });
      expect(await tcp.next()).toMatchObject({ address: 'r', body: ['got', 'service → page'] });
      tcp.close();
    });

    it('asks a service for an X report', async () => {
      const client = await open();
      const report = await request(client, SHIFT, null, { action: 'get_x_report', token: TOKEN });
      expect(report).toMatchObject({ body: { device_id: 123, cashier: 'Иванов И.И.' } });
    });

    it('is told why a service failed', async () => {
      const client = await open();
      expect(await request(client, SHIFT, null, { action: 'get_x_report', token: 'unknown' })).toMatchObject({
        failureCode: 2010,
        failureType: 'RECIPIENT_FAILURE',
        message: expect.stringMatching(/^TSRV_TOKEN_NOT_FOUND: /),
      });
      expect(await request(client, SHIFT, null, { token: TOKEN })).toMatchObject({
        failureCode: 1004,
        message: expect.stringMatching(/^BUS_MISSING_HEADER: /),
      });
    });
  });
});

describe('a page in headless Chromium', () => {
  it('talks to the bus over the unmodified client', async (test) => {
    const browser = await launchChromium();
    if (typeof browser === 'string') {
      console.warn(`skipped: ${browser}`);
      return test.skip(browser);
    }
    const require = createRequire(import.meta.url);
    const scripts = {
      '/sockjs.js': require.resolve('sockjs-client/dist/sockjs.js'),
      '/vertx-eventbus.js': require.resolve('@vertx/eventbus-bridge-client.js'),
    };
    const pages = createServer((asked, response) => {
      const script = scripts[asked.url as keyof typeof scripts];
      response.setHeader('content-type', script ? 'text/javascript' : 'text/html');
      response.end(
        script
          ? readFileSync(script)
          : '<!doctype html><script src="/sockjs.js"></script><script src="/vertx-eventbus.js"></script>',
      );
    });
    await new Promise<void>((resolve) => pages.listen(0, '127.0.0.1', resolve));
    try {
      const page = await browser.newPage();
      await page.goto(`http://127.0.0.1:${(pages.address() as AddressInfo).port}/`);
      const answer = await page.evaluate(`new Promise((resolve, reject) => {
        const client = new EventBus('${bus.http}/eventbus');
        client.onopen = () => client.send('echo', 'from a page', {}, (error, message) =>
          error ? reject(error) : resolve([client.sockJSConn.transport, message.body]));
        client.onclose = () => reject(new Error('closed'));
      })`);
      expect(answer).toEqual(['websocket', 'from a page']);
    } finally {
      await browser.close();
      pages.close();
    }
  }, 60_000);
});

type Browser = {
  newPage(): Promise<{ goto(url: string): Promise<unknown>; evaluate(script: string): Promise<unknown> }>;
  close(): Promise<void>;
};

/** A browser, or why there is none. */
async function launchChromium(): Promise<Browser | string> {
  const name = 'playwright-core';
  try {
    const { chromium } = await import(name);
    return await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
  } catch (error) {
    return error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
  }
}
