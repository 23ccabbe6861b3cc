import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { createApp, vendors } from '#app.ts';
import { type Config, ConfigError, loadConfig, parseConfig, secretsOf } from '#config.ts';
import { isJsonObject } from '#core/json.ts';
import { silentLog } from '#core/log.ts';
import { fuzzedText, holds, LIMIT_MS, mutated, mutations, oddText, tellSeed } from './generators.ts';

tellSeed('configurations');

const SECRETS = [
  's+ecret-of-pos-0001',
  'p+assword-0002',
  't+oken-0003',
  'p+in-48151623',
  'k+ey-header-0005',
  'l+ogin-0006@mail.example',
];
const [SECRET, PASSWORD, TOKEN, PIN, HEADER, LOGIN] = SECRETS;

const RULES = [
  { address: 'ik.service.token.shift', actions: ['get_x_report'], tokens: ['KZ77505'], accounts: ['almaty'] },
  { addressRegex: 'jobs\\..+', match: { a: { b: 1 } }, jobs: 'all', personalData: true },
];

/** Every key there is, at least once. */
const WHOLE = {
  listen: {
    http: {
      ...{ host: '127.0.0.1', port: 0, origins: ['https://shop.example'], hosts: ['kassa.local'] },
      eventbus: {
        pingTimeoutMs: 10_000,
        replyTimeoutMs: 30_000,
        maxHandlersPerSocket: 10,
        correlatedErrors: true,
      },
    },
    avqTcp: { port: 0, legacyPing: true },
    vertxTcp: { host: '127.0.0.1', port: 0, registerAcknowledgement: true },
  },
  limits: {
    maxMessageBytes: 262_144,
    maxFragments: 64,
    maxConnections: 100,
    maxDepth: 64,
    perClientPerSecond: 50,
  },
  engine: { kind: 'local' },
  store: { path: './data', keepOperationsDays: 30 },
  jobs: { deadlineMs: 1000, keepDays: 7 },
  reconcile: { tolerance: '0.50' },
  pin: { idleMs: 1000 },
  log: { level: 'info' },
  shutdownMs: 100,
  allowAnonymous: false,
  anonymous: { inbound: RULES, outbound: [{}] },
  vendors: {
    almaty: {
      ...{
        kind: 'kassa24',
        baseUrl: 'https://fiscal.example/v1/',
        login: LOGIN,
        password: PASSWORD,
        zone: 'Asia/Almaty',
      },
      ...{
        xReport: { method: 'POST', path: '/shifts/:id/x' },
        dateZ: 'local',
        timeoutMs: 1000,
        concurrency: 2,
        perSecond: 3,
      },
      ...{ tlsVerify: false, headers: { 'x-key': HEADER } },
    },
    moscow: {
      kind: 'iiko',
      baseUrl: 'http://127.0.0.1:1',
      login: LOGIN,
      password: PASSWORD,
      zone: 'Europe/Moscow',
      currency: 'RUB',
      idleLogoutMs: 90_000,
    },
    ofd: {
      kind: 'ofd-ru',
      baseUrl: 'http://127.0.0.1:1',
      login: LOGIN,
      password: `$\{OFD_PASSWORD}`,
      inn: '7841465198',
      kpp: '772501001',
    },
    other: {
      kind: 'ofd-ru',
      baseUrl: 'http://127.0.0.1:1',
      authToken: TOKEN,
      inn: '7841465198',
      kpp: '772501001',
      ofd_agreement_id: 'aaaaaaaa-0000-4000-8000-000000000001',
    },
    ws: {
      kind: 'white-server',
      baseUrl: 'http://127.0.0.1:1',
      token: TOKEN,
      object_id: 199_990_001,
      agent_timeout: 60,
    },
    minsk: {
      kind: 'tsrv',
      baseUrl: 'http://127.0.0.1:18280',
      forward: [{ address: 'shop.prices', actions: ['get_prices'] }],
    },
  },
  devices: [
    { token: 'AVQ1', vendor: 'minsk' },
    {
      token: 'KZ77505',
      vendor: 'almaty',
      id_kkm: 77505,
      pin: PIN,
      backoffice: { vendor: 'moscow', cash_register: 12 },
    },
    {
      token: 'IIKO12',
      vendor: 'moscow',
      cash_register: 12,
      point_of_sale: 'aaaaaaaa-0000-4000-8000-0000000000a1',
      company_name: 'ООО',
      tax_number: '012',
    },
  ],
  groups: { all: ['AVQ1', 'KZ77505'] },
  clients: [{ name: 'pos-1', secret: SECRET, inbound: RULES, outbound: [] }],
  consumers: [
    { address: 'test.echo', behaviour: 'echo' },
    { address: 'test.ticks', behaviour: 'ticker', mode: 'send', everyMs: 1000, body: { a: 1 } },
  ],
};

const folder = mkdtempSync(join(tmpdir(), 'avq-bus-fuzz-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const OPTIONS = { vendors, env: { OFD_PASSWORD: PASSWORD } };

/** A configuration, or the complaints, which are worth reading and tell no secret. */
function judged(read: () => Config): Config | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    expect(error.kind).toBe('invalid');
    expect(error.complaints).not.toEqual([]);
    for (const { path, message } of error.complaints) {
      expect(typeof path).toBe('string');
      expect(message).not.toBe('');
    }
    const told = SECRETS.find((secret) => error.message.includes(secret));
    if (told !== undefined) throw new Error(`${told} is told: ${error.message}`);
    return undefined;
  }
}

describe('any configuration', () => {
  test(
    'as a value is accepted, or complained of without its secrets',
    async () => {
      const property = fc.property(mutations, (changes) => {
        const value: unknown = JSON.parse(mutated(WHOLE, changes));
        const config = judged(() => parseConfig(value, { ...OPTIONS, folder }));
        if (config) secretsOf(config, vendors);
      });
      await holds(property, 250);
    },
    LIMIT_MS,
  );

  test(
    'as a file is accepted, or complained of without its secrets',
    async () => {
      const yaml = fc
        .tuple(
          fuzzedText([WHOLE]),
          fc.constantFrom('', '# a\n', '%YAML 1.1\n---\n', '---\n', '&a ', '!!binary ', '- ', '? ', '*a'),
          oddText,
        )
        .map(([text, before, after]) => before + text + (after.length % 3 === 0 ? after : ''));
      const property = fc.property(yaml, fc.constantFrom('json', 'yaml'), (text, extension) => {
        const path = join(folder, `avq-bus.${extension}`);
        writeFileSync(path, text);
        const config = judged(() => loadConfig({ ...OPTIONS, path, cwd: folder }));
        if (config) secretsOf(config, vendors);
      });
      await holds(property, 120);
    },
    LIMIT_MS,
  );

  test(
    'that was accepted starts a bus',
    async () => {
      let started = 0;
      const property = fc.asyncProperty(mutations, async (changes) => {
        const store = mkdtempSync(join(folder, 'store-'));
        const value: unknown = JSON.parse(mutated(WHOLE, changes));
        // The surroundings of the test, whatever else was changed.
        const bound = (listener: unknown) =>
          isJsonObject(listener) ? { ...listener, host: '127.0.0.1', port: 0, path: undefined } : listener;
        const config = judged(() => parseConfig(value, { ...OPTIONS, folder }));
        if (!config) return;
        const listen = Object.fromEntries(
          Object.entries(config.listen).map(([name, listener]) => [name, bound(listener)]),
        );
        const app = await createApp({
          config: { ...config, listen: listen as Config['listen'], store: { ...config.store, path: store } },
          log: silentLog,
        });
        started += 1;
        await app.kill();
      });
      await holds(property, 40);
      expect(started).toBeGreaterThan(0);
    },
    LIMIT_MS,
  );

  test('does not tell a secret whose colon was forgotten, or the space behind it', () => {
    const path = join(folder, 'avq-bus.yaml');
    for (const written of ['password:hunter2', 'password=hunter2', 'password hunter2']) {
      writeFileSync(path, `vendors: { almaty: { kind: kassa24, ${written} } }`);
      const read = () => loadConfig({ ...OPTIONS, path, cwd: folder });
      expect(read).toThrow(/vendors\.almaty\.password…: unknown key/);
      expect(read).not.toThrow(/hunter2/);
    }
  });

  test('may name an account by something that cannot be made text', () => {
    const odd = { toString: 1 };
    const device = { token: 'A', vendor: odd, id_kkm: odd, pin: '1', backoffice: { vendor: odd } };
    const listen = { http: { host: odd, port: 1 }, avqTcp: { host: odd, port: 1 } };
    expect(judged(() => parseConfig({ devices: [device, device], listen }, { ...OPTIONS, folder }))).toBe(
      undefined,
    );
  });
});
