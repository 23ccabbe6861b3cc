import { mkdtempSync, rmSync } from 'node:fs';
import { type ClientRequest, request as httpRequest, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { createApp, vendors } from '#app.ts';
import { parseConfig } from '#config.ts';
import { type Clock, systemClock } from '#core/clock.ts';
import { type Log, silentLog } from '#core/log.ts';
import { listenHttp } from './outbound/loopback.ts';
import { eventually } from './support/eventually.ts';

const TOKENS = Array.from({ length: 200 }, (_, index) => `AVQ${index}`);

type Seen = {
  readonly path: string;
  readonly token: string;
  readonly response: ServerResponse;
};

const REPORT = {
  shift_number: 1,
  open_date: '2020-06-30T18:00:00Z',
  counters: [],
  document_counters: [],
};

/** What an impatient one says that it waits; passes when the test says so. */
const PATIENCE_MS = 9999;

/** The machine's time, but for the patience of the impatient. */
function createPatience() {
  const patient = new Set<() => void>();
  let isOver = false;
  const clock: Clock = {
    ...systemClock,
    setTimeout(run, ms) {
      if (ms !== PATIENCE_MS || isOver) return systemClock.setTimeout(run, ms === PATIENCE_MS ? 0 : ms);
      patient.add(run);
      return { cancel: () => void patient.delete(run) };
    },
  };
  const giveUp = () => {
    isOver = true;
    for (const run of patient) run();
  };
  return { clock, giveUp };
}

/** A bus before a vendor that answers when it is told to. */
async function start(account: object) {
  const { clock, giveUp } = createPatience();
  const seen: Seen[] = [];
  const arrived = vi.fn();
  const baseUrl = await listenHttp((request, response) => {
    text(request).then(
      (body) => {
        const { headers = {} } = body.startsWith('{') ? JSON.parse(body) : {};
        seen.push({ path: request.url ?? '', token: headers.token ?? '', response });
        arrived();
      },
      () => {},
    );
  });
  const folder = mkdtempSync(join(tmpdir(), 'avq-bus-deadlines-'));
  const kassa24 = 'login' in account;
  const config = parseConfig(
    {
      listen: { http: { port: 0 }, avqTcp: false, vertxTcp: false },
      store: { path: folder },
      shutdownMs: 0,
      vendors: { only: { baseUrl, ...account } },
      devices: kassa24
        ? [{ token: 'AVQ1', vendor: 'only', id_kkm: 1 }]
        : TOKENS.map((token) => ({ token, vendor: 'only' })),
    },
    { vendors, env: {}, folder },
  );
  /** Every message that was answered, or whose requester was given up. */
  const ended: string[] = [];
  const log: Log = {
    ...silentLog,
    info: (fields, message) => {
      const { token, action, outcome } = fields as Record<string, string>;
      if (message === 'message') ended.push(`${action} ${token} ${outcome}`);
    },
    child: () => log,
  };
  const app = await createApp({ config, log, clock });
  onTestFinished(async () => {
    await app.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const url = `127.0.0.1:${app.listening.http?.port}`;
  const answer = ({ response }: Seen, data: unknown = REPORT) => {
    if (response.headersSent) return;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ type: 'send', address: null, reply_address: null, data, headers: null }));
  };
  return { url, giveUp, seen, ended, answer, tokens: () => seen.map(({ token }) => token) };
}

type Ask = { address: string; action: string; token?: string; data?: unknown; timeout?: string };

const toMessage = ({ address, data = null, ...headers }: Ask) =>
  JSON.stringify({ type: 'send', address, reply_address: 'r', data, headers });

/** One who asks, and goes away in his own manner. What was asked has left when `ask` resolves. */
type Requester = { ask(message: Ask): Promise<void>; leave(): void };

async function overWebSocket(url: string): Promise<Requester> {
  const socket = new WebSocket(`ws://${url}/tsrv`);
  socket.on('error', () => {});
  await new Promise((resolve) => socket.once('open', resolve));
  onTestFinished(() => socket.terminate());
  return {
    ask: (message) => new Promise((resolve) => socket.send(toMessage(message), () => resolve())),
    leave: () => socket.terminate(),
  };
}

async function overHttp(url: string): Promise<Requester> {
  const requests: ClientRequest[] = [];
  return {
    ask(message) {
      const headers = { 'content-type': 'application/json' };
      const request = httpRequest(`http://${url}/tsrv`, { method: 'POST', headers, agent: false });
      request.on('error', () => {});
      requests.push(request);
      return new Promise((resolve) => request.end(toMessage(message), () => resolve()));
    },
    leave: () => {
      for (const request of requests) request.destroy();
    },
  };
}

/** Says how long it waits, and stays. */
async function impatient(url: string, giveUp: () => void): Promise<Requester> {
  const requester = await overWebSocket(url);
  return { ask: (message) => requester.ask({ ...message, timeout: `${PATIENCE_MS}` }), leave: giveUp };
}

const WAYS = [
  { way: 'has closed its WebSocket', open: overWebSocket },
  { way: 'has closed its HTTP connection', open: overHttp },
  { way: 'has given up', open: impatient },
];

const TSRV = { kind: 'tsrv', concurrency: 1 };
const SHIFT = 'ik.service.token.shift';
const xReport = (token: string): Ask => ({ address: SHIFT, action: 'get_x_report', token });
const sale = (token: string, name: string): Ask => ({
  ...{ address: 'ik.service.token.sales.retail', action: 'create_sale', token, data: { name } },
});

describe.each(WAYS)('for a requester that $way, nothing is sent', ({ open }) => {
  test('while it waits for its turn at the account', async () => {
    const { url, giveUp, seen, ended, answer, tokens } = await start(TSRV);
    const [other, gone] = [await overWebSocket(url), await open(url, giveUp)];
    await other.ask(xReport('AVQ1'));
    await eventually(() => seen.length === 1);
    await gone.ask(xReport('AVQ2'));
    await gone.ask(xReport('AVQ3'));
    gone.leave();
    await eventually(() => ended.length === 2);
    expect(ended.toSorted()).toEqual(['get_x_report AVQ2 BUS_TIMEOUT', 'get_x_report AVQ3 BUS_TIMEOUT']);
    await other.ask(xReport('AVQ4'));
    for (const one of seen) answer(one);
    await eventually(() => seen.length === 2);
    expect(tokens()).toEqual(['AVQ1', 'AVQ4']);
  });

  test('while it waits for earlier changes of its register', async () => {
    const { url, giveUp, seen, ended, answer } = await start({ ...TSRV, concurrency: 8 });
    const [other, gone] = [await overWebSocket(url), await open(url, giveUp)];
    await other.ask(sale('AVQ1', 'first'));
    await eventually(() => seen.length === 1);
    await gone.ask(sale('AVQ1', 'second'));
    gone.leave();
    await eventually(() => ended.length === 1);
    expect(ended).toEqual(['create_sale AVQ1 BUS_TIMEOUT']);
    for (const one of seen) answer(one, null);
    await eventually(() => ended.length === 2);
    await other.ask(xReport('AVQ2'));
    await eventually(() => seen.length === 2);
    expect(seen[1]?.token).toBe('AVQ2');
  });

  test('after the login that it waits for', async () => {
    const { url, giveUp, seen, ended } = await start({
      kind: 'kassa24',
      login: 'x',
      password: 'x',
      zone: 'Asia/Almaty',
    });
    const gone = await open(url, giveUp);
    await gone.ask(xReport('AVQ1'));
    await eventually(() => seen.length === 1);
    const login = seen[0]?.path;
    gone.leave();
    await eventually(() => ended.length === 1);
    const other = await overWebSocket(url);
    await other.ask(xReport('AVQ1'));
    await eventually(() => seen.length === 2);
    expect(seen.map(({ path }) => path)).toEqual([login, login]);
  });

  test('for the rest of a fan-out', async () => {
    const { url, giveUp, seen, ended, answer, tokens } = await start(TSRV);
    const gone = await open(url, giveUp);
    await gone.ask({
      address: 'bus.reports',
      action: 'get_x_reports',
      data: { tokens: TOKENS.slice(0, 50) },
    });
    await eventually(() => seen.length === 1);
    gone.leave();
    await eventually(() => ended.length === 1);
    for (const one of seen) answer(one);
    const other = await overWebSocket(url);
    for (const token of ['AVQ60', 'AVQ61']) {
      await other.ask(xReport(token));
      await eventually(() => tokens().includes(token));
      for (const one of seen) answer(one);
    }
    expect(tokens()).toEqual(['AVQ0', 'AVQ60', 'AVQ61']);
  });
});

describe('a fan-out over all registers of an account', () => {
  test('lets another’s request in at its next turn', async () => {
    const { url, seen, ended, answer, tokens } = await start(TSRV);
    const [many, one] = [await overWebSocket(url), await overWebSocket(url)];
    await many.ask({ address: 'bus.reports', action: 'get_x_reports', data: { tokens: TOKENS } });
    await eventually(() => seen.length === 1);
    await one.ask(xReport('AVQ150'));
    await one.ask({ address: 'ik.service.app', action: 'version' });
    await eventually(() => ended.length === 1);
    for (let answered = 0; answered < 3; answered += 1) {
      const next = seen[answered];
      if (next) answer(next);
      await eventually(() => seen.length > answered + 1);
    }
    expect(tokens().indexOf('AVQ150')).toBeLessThanOrEqual(3);
  });
});
