import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, expect, vi } from 'vitest';
import { type App, createApp, vendors } from '#app.ts';
import { Bus } from '#bus/bus.ts';
import { Simulators } from '#cli/simulators.ts';
import { parseConfig, secretsOf, withBaseUrls } from '#config.ts';
import type { Clock } from '#core/clock.ts';
import { type Log, silentLog } from '#core/log.ts';

/** The bus's time runs so many times faster, so that time-outs cost little. */
const USUAL_SPEED = 20;

export const SECRET = 'a-secret-of-pos-1';
export const PIN = '48151623';

/** What a client may listen to. */
export const TOPIC = 'news.topic';

export const TOKENS = ['AVQ11031010703', 'KZ77505', 'KZ77506', 'IIKO12'];
export const ACCOUNTS = ['minsk', 'almaty', 'moscow', 'ofd', 'ws'];

export const MAX_MESSAGE_BYTES = 65_536;

const CONFIG = {
  listen: {
    http: { port: 0, eventbus: { pingTimeoutMs: 3_600_000, replyTimeoutMs: 20_000, legacyTransports: true } },
    avqTcp: { port: 0 },
    vertxTcp: { port: 0, replyTimeoutMs: 20_000 },
  },
  limits: { maxMessageBytes: MAX_MESSAGE_BYTES },
  shutdownMs: 2000,
  vendors: {
    minsk: { kind: 'tsrv', forward: [{ address: 'shop.prices' }] },
    almaty: { kind: 'kassa24', login: '77771112233', password: 'password-of-almaty', zone: 'Asia/Almaty' },
    moscow: {
      kind: 'iiko',
      login: 'api-user-7',
      password: 'password-of-moscow',
      zone: 'Europe/Moscow',
      currency: 'RUB',
    },
    ofd: {
      kind: 'ofd-ru',
      login: 'user@ofd.example',
      password: 'password-of-ofd',
      inn: '7841465198',
      kpp: '772501001',
    },
    ws: { kind: 'white-server', token: 'token-of-white-server', object_id: 199_990_001 },
  },
  devices: [
    { token: 'AVQ11031010703', vendor: 'minsk' },
    {
      token: 'KZ77505',
      vendor: 'almaty',
      id_kkm: 77505,
      backoffice: { vendor: 'moscow', cash_register: 12 },
    },
    {
      token: 'KZ77506',
      vendor: 'almaty',
      id_kkm: 77506,
      pin: PIN,
      login: '77772223344',
      password: 'password-of-77506',
    },
    { token: 'IIKO12', vendor: 'moscow', cash_register: 12 },
  ],
  groups: { all: TOKENS },
  clients: [
    {
      name: 'pos-1',
      secret: SECRET,
      inbound: [
        { addressRegex: 'ik\\..+|bus\\..+|iiko\\..+|kassa24\\..+|ofd_ru\\..+|white_server\\..+|shop\\..+' },
        { address: TOPIC, match: { allowed: true } },
        { addressRegex: 'test\\..+' },
      ],
      outbound: [{ addressRegex: 'jobs\\..+' }, { address: TOPIC }],
    },
    { name: 'pos-2', secret: 'a-secret-of-pos-2', inbound: [{ address: 'test.echo' }] },
  ],
  consumers: [
    { address: 'test.echo', behaviour: 'echo' },
    { address: 'test.headers', behaviour: 'echo-headers' },
    { address: 'test.hello', behaviour: 'hello' },
    { address: 'test.sink', behaviour: 'sink' },
    { address: 'test.fail', behaviour: 'fail' },
  ],
};

/** Time that runs faster, and knows how many of its timers are to fire yet. */
function createCountingClock(speed: number) {
  const startedAt = Date.now();
  const timers = new Set<NodeJS.Timeout>();
  const clock: Clock = {
    now: () => Math.round(startedAt + (Date.now() - startedAt) * speed),
    setTimeout(run, ms) {
      const timer = setTimeout(
        () => {
          timers.delete(timer);
          run();
        },
        Math.min(Math.max(0, ms) / speed, 2 ** 31 - 1),
      );
      timer.unref();
      timers.add(timer);
      return {
        cancel() {
          clearTimeout(timer);
          timers.delete(timer);
        },
      };
    },
  };
  return { clock, timers };
}

/** A log that keeps what nobody may ever see there. */
export function createWatchfulLog(secrets: () => readonly string[]) {
  const complaints: string[] = [];
  const look = (level: string) => (fields: object, message: string) => {
    const line = `${level} ${message} ${inspect(fields, { depth: 6 })}`;
    // Why a vendor did not answer is told as an error, too.
    const isError = level === 'error' && !/(outcome: '|error: \[?)VENDOR_|: played\n/.test(line);
    if (isError || secrets().some((secret) => line.includes(secret))) complaints.push(line.slice(0, 2000));
  };
  const log: Log = {
    ...silentLog,
    debug: look('debug'),
    info: look('info'),
    warn: look('warn'),
    error: look('error'),
    child: () => log,
  };
  return { log, complaints };
}

export type FuzzedBus = {
  readonly app: App;
  /** What is shared by all connections of the app. */
  readonly bus: Bus;
  readonly httpPort: number;
  readonly avqPort: number;
  readonly vertxPort: number;
  /** Lines of the log that are errors or hold a secret. */
  readonly complaints: string[];
  readonly secrets: readonly string[];
};

async function start(speed: number): Promise<FuzzedBus & { stop(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'avq-bus-fuzz-'));
  const settings = parseConfig(
    { ...CONFIG, store: { path: folder } },
    { vendors, env: {}, folder, baseUrls: 'optional' },
  );
  const simulators = new Simulators(silentLog);
  await simulators.apply(settings);
  const config = withBaseUrls(settings, simulators.baseUrls);
  // Its own a client may misplace, in an address or a name; what is the vendors' it never knew.
  const secrets = secretsOf(config, vendors).filter((secret) => ![SECRET, PIN].includes(secret));
  const { log, complaints } = createWatchfulLog(() => secrets);
  const { clock, timers } = createCountingClock(speed);
  const opened = vi.spyOn(Bus.prototype, 'open');
  const app = await createApp({ config, log, clock });
  const { http, avqTcp, vertxTcp } = app.listening;
  const httpPort = http?.port ?? 0;
  await fetch(`http://127.0.0.1:${httpPort}/tsrv`, {
    method: 'POST',
    body: '{}',
    headers: { 'content-type': 'application/json' },
  });
  const [bus] = opened.mock.contexts as Bus[];
  opened.mockRestore();
  if (!bus) throw new Error('no connection was opened');
  return {
    ...{ app, bus, httpPort, complaints, secrets },
    avqPort: avqTcp?.port ?? 0,
    vertxPort: vertxTcp?.port ?? 0,
    async stop() {
      await app.stop();
      await until(
        () => timers.size === 0,
        () => `${timers.size} timers are left of a bus that has stopped`,
      );
      await simulators.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** One bus for all tests of a file, over simulated vendors, with clients, rules, a PIN and every listener. */
export function useFuzzedBus(speed = USUAL_SPEED): () => FuzzedBus {
  let running: Awaited<ReturnType<typeof start>> | undefined;
  beforeAll(async () => {
    running = await start(speed);
  });
  afterAll(async () => {
    await running?.stop();
  });
  return () => {
    if (!running) throw new Error('the bus does not run');
    return running;
  };
}

/** Waits, in real time, until it is so; fails with what it is instead. */
export async function until(isSo: () => boolean, otherwise: () => string, limitMs = 15_000): Promise<void> {
  const endsAt = Date.now() + limitMs;
  while (!isSo()) {
    if (Date.now() > endsAt) throw new Error(otherwise());
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** Nothing is left of connections that are gone: no session, no request, no registration; and the log is clean. */
export async function expectNothingLeft({ bus, app, complaints }: FuzzedBus): Promise<void> {
  await until(
    () => bus.connections === 0 && bus.inFlight === 0,
    () => `${bus.connections} connections and ${bus.inFlight} requests are left`,
  );
  expect(app.engine.has(TOPIC)).toBe(false);
  expect(complaints.splice(0)).toEqual([]);
}
