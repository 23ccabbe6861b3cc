import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type App, createApp, vendors } from '#app.ts';
import { Simulators } from '#cli/simulators.ts';
import { parseConfig, secretsOf, withBaseUrls } from '#config.ts';
import type { Exchange } from '#core/call.ts';
import { systemClock } from '#core/clock.ts';
import { type Log, silentLog } from '#core/log.ts';
import type { Fixture } from '#replay/fixture.ts';
import { type FixtureResult, replayPaths } from '#replay/fixture-files.ts';
import { createRecorder, type Recorder } from '#replay/record.ts';
import { createReplayableApp } from '#replayable-app.ts';

const SECRETS = {
  phone: '77771112233',
  kassa24: 'kAssa-Паро"ль/1',
  iiko: 'iiko secret & 2',
  pin: '4821',
};
const CONFIG = {
  listen: { http: { port: 0 }, avqTcp: { port: 0 }, vertxTcp: false },
  vendors: {
    almaty: { kind: 'kassa24', login: SECRETS.phone, password: SECRETS.kassa24, zone: 'Asia/Almaty' },
    moscow: { kind: 'iiko', login: 'api', password: SECRETS.iiko, zone: 'Europe/Moscow', currency: 'RUB' },
    minsk: { kind: 'tsrv' },
  },
  devices: [
    { token: 'KZ77505', vendor: 'almaty', id_kkm: 77505 },
    { token: 'KZ-PIN', vendor: 'almaty', id_kkm: 77506, pin: SECRETS.pin },
    { token: 'RU12', vendor: 'moscow', cash_register: 12 },
    { token: 'AVQ11031010703', vendor: 'minsk' },
  ],
  groups: { all: ['KZ77505', 'RU12'] },
};

type Logged = { readonly level: string; readonly fields: object; readonly message: string };

describe('the recorder', () => {
  let directory: string;
  let simulators: Simulators;
  let app: App;
  let logged: Logged[];
  let recorder: Recorder;
  let baseUrls: Readonly<Record<string, string>>;
  let configured: unknown;
  let exchanges: readonly Exchange[];

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'avq-bus-record-'));
    logged = [];
    const note = (level: string) => (fields: object, message: string) =>
      logged.push({ level, fields, message });
    const log: Log = {
      debug() {},
      info: note('info'),
      warn: note('warn'),
      error: note('error'),
      child: () => log,
    };
    const config = parseConfig(CONFIG, { vendors, env: {}, folder: directory, baseUrls: 'optional' });
    configured = config;
    simulators = new Simulators(silentLog);
    await simulators.apply(config);
    ({ baseUrls } = simulators);
    recorder = createRecorder({
      directory,
      config: () => configured,
      defaults: config,
      secrets: () => secretsOf(config, vendors),
      now: systemClock.now,
      log,
    });
    app = await createApp({
      config: withBaseUrls(config, baseUrls),
      log: silentLog,
      onAnswered: (answered) => {
        exchanges = answered.exchanges;
        recorder.onAnswered(answered);
      },
    });
  });
  afterEach(async () => {
    await app.stop();
    await simulators.close();
    rmSync(directory, { recursive: true });
  });

  async function ask(address: string, action: string, headers: object = {}, data: unknown = null) {
    const { host, port } = app.listening.http ?? {};
    const message = { type: 'send', address, reply_address: 'r1', data, headers: { action, ...headers } };
    const response = await fetch(`http://${host}:${port}/tsrv`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(message),
    });
    return (await response.json()) as { type: string; data: { name?: string } };
  }

  const report = (token: string, headers: object = {}) =>
    ask('ik.service.token.shift', 'get_x_report', { token, ...headers });

  async function disturb(account: string, fault: object) {
    await fetch(`${baseUrls[account]}/_sandbox/faults`, { method: 'POST', body: JSON.stringify(fault) });
  }

  function files(): string[] {
    return readdirSync(directory, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.json'))
      .sort();
  }

  function read(name: string): Fixture {
    return JSON.parse(readFileSync(join(directory, name), 'utf8'));
  }

  async function replayAll(): Promise<void> {
    const failed: FixtureResult[] = [];
    await replayPaths([directory], {
      createApp: createReplayableApp,
      onResult: (result) => {
        if (!result.ok) failed.push(result);
      },
    });
    expect(failed.map(({ path, differences }) => [path, ...differences].join('\n'))).toEqual([]);
  }

  test('writes one file a message that replays green unedited, whatever was remembered before', async () => {
    await report('KZ77505');
    await report('KZ77505', { raw: 'true' });
    await report('RU12');
    await report('RU12');
    await report('AVQ11031010703');
    await report('nobody');
    await ask('ik.service.token', 'get_token_by_serial', { token: 'KZ77505' });
    await ask('ik.service.token', 'get_tokens', { 'tokens.refresh': 'true' });
    await ask('ik.service.token', 'get_tokens');
    await ask('ik.service.app', 'version');
    await ask('my.nowhere', 'version');
    await ask('ik.service.app', '../../etc/passwd');
    expect(logged.filter(({ level }) => level === 'error')).toEqual([]);
    expect(files()).toEqual([
      'bus/get-tokens-success-2.json',
      'bus/get-tokens-success.json',
      'bus/get-x-report-tsrv-token-not-found.json',
      'bus/version-bus-unknown-address.json',
      'bus/version-success.json',
      'iiko/get-x-report-success-2.json',
      'iiko/get-x-report-success.json',
      'kassa24/get-token-by-serial-success.json',
      'kassa24/get-x-report-success-2.json',
      'kassa24/get-x-report-success.json',
      'tsrv/etc-passwd-tsrv-unknown-action.json',
      'tsrv/get-x-report-success.json',
    ]);
    await replayAll();
  });

  test('takes no login of an account that the message did not touch', async () => {
    await report('KZ77505');
    await ask('ik.service.token.sales.retail', 'create_sale', { token: 'AVQ11031010703' }, { sale: {} });
    const recorded = files().filter((name) => name.startsWith('tsrv/create-sale'));
    expect(recorded).toHaveLength(1);
    for (const name of recorded) {
      expect(read(name).exchanges?.map(({ vendor }) => vendor)).toEqual(['minsk']);
    }
    await replayAll();
  });

  test('expects nothing of a text that was cut short, which may end amid a secret', () => {
    const half = Buffer.from(`api:${SECRETS.iiko}`).toString('base64').slice(0, -4);
    const data = { name: 'VENDOR_BAD_RESPONSE', details: { message: `said ${half}…`, code: '1' } };
    recorder.onAnswered({
      via: 'http',
      client: 'anonymous',
      at: systemClock.now(),
      request: JSON.stringify({ type: 'send', address: 'ik.service.app', headers: { action: 'version' } }),
      answer: JSON.stringify({ type: 'error', address: null, reply_address: null, data, headers: null }),
      exchanges: [],
    });
    const [step] = read('bus/version-vendor-bad-response.json').messages;
    expect(step).toMatchObject({ expect: { data: { details: { message: { $any: true }, code: '1' } } } });
    expect(JSON.stringify(step)).not.toContain(half);
  });

  test('keeps only what the message touched', async () => {
    await report('RU12');
    const { config, exchanges } = read('iiko/get-x-report-success.json');
    expect(Object.keys(config?.vendors ?? {})).toEqual(['moscow']);
    expect(config?.devices).toEqual([{ token: 'RU12', vendor: 'moscow', cash_register: 12 }]);
    expect(exchanges?.map(({ vendor }) => vendor)).toEqual(['moscow', 'moscow']);
  });

  test('leaves no configured secret in any file', async () => {
    await report('KZ77505');
    await report('RU12');
    await ask(
      'ik.service.token.authority',
      'authorize',
      { token: 'KZ-PIN', authorization: 'Bearer x' },
      { pin: SECRETS.pin },
    );
    await ask('ik.service.token', 'get_tokens', { 'tokens.refresh': 'true' });
    const text = files()
      .map((name) => readFileSync(join(directory, name), 'utf8'))
      .join('\n');
    for (const secret of [...Object.values(SECRETS), 'Bearer x']) {
      expect(text).not.toContain(secret);
      expect(text).not.toContain(JSON.stringify(secret).slice(1, -1));
      expect(text).not.toContain(encodeURIComponent(secret));
      expect(text).not.toContain(createHash('sha1').update(secret).digest('hex'));
      expect(text).not.toContain(Buffer.from(secret).toString('base64'));
    }
  });

  test('shows PIN sessions, with what was said before', async () => {
    const at = { token: 'KZ-PIN' };
    const authorize = (pin: string) => ask('ik.service.token.authority', 'authorize', at, { pin });
    await report('KZ-PIN');
    await authorize('0000');
    await authorize(SECRETS.pin);
    await authorize(SECRETS.pin);
    await report('KZ-PIN');
    await ask('ik.service.token.authority', 'logout', at);
    for (let wrong = 0; wrong < 6; wrong += 1) await authorize('1111');
    expect(logged.filter(({ level }) => level === 'error')).toEqual([]);
    expect(files()).toEqual([
      'kassa24/authorize-avqfr-bad-key-auth-data.json',
      'kassa24/authorize-avqfr-session-already-authorized.json',
      'kassa24/authorize-bus-rate-limited.json',
      'kassa24/authorize-success.json',
      'kassa24/get-x-report-avqfr-session-not-authorized.json',
      'kassa24/get-x-report-success.json',
      'kassa24/logout-success.json',
    ]);
    expect(JSON.stringify(read('kassa24/get-x-report-success.json').config)).not.toContain('pin');
    await replayAll();
  });

  test('shows faults: resets, answers cut short, time-outs', async () => {
    await report('KZ77505');
    await disturb('almaty', { path: '/kkms/*', fault: 'reset', times: 3 });
    expect((await report('KZ77505')).data.name).toBe('VENDOR_UNAVAILABLE');
    await disturb('almaty', { path: '/kkms/*', fault: 'truncate', times: 1 });
    expect((await report('KZ77505')).data.name).toBe('VENDOR_BAD_RESPONSE');
    await disturb('almaty', { path: '/kkms/*', fault: 'hang', times: 1 });
    expect((await report('KZ77505', { timeout: '300' })).data.name).toBe('VENDOR_TIMEOUT');
    await disturb('almaty', { path: '/kkms/*', status: 503, times: 1 });
    expect((await report('KZ77505')).type).toBe('send');
    expect(files()).toContain('kassa24/get-x-report-vendor-unavailable.json');
    await replayAll();
  });

  test('jumps over what took long', async () => {
    await disturb('almaty', { path: '/kkms/*', fault: 'hang', times: 1 });
    await report('KZ77505', { timeout: '1500' });
    const { messages } = read('kassa24/get-x-report-vendor-timeout.json');
    expect(messages.map((step) => Object.keys(step))).toEqual([
      ['send', 'via'],
      ['advance_ms'],
      ['expect', 'via'],
    ]);
    await replayAll();
  });

  test('does not write the same twice, nor after it was started anew', async () => {
    await ask('ik.service.app', 'version');
    await ask('ik.service.app', 'version');
    const again = createRecorder({
      directory,
      config: () => CONFIG,
      defaults: CONFIG,
      secrets: () => [],
      now: systemClock.now,
      log: silentLog,
    });
    const { messages } = read('bus/version-success.json');
    const [{ send, expect: answer } = {}] = messages;
    const about = { via: 'http', client: 'anonymous', at: systemClock.now(), exchanges: [] };
    const texts = {
      request: JSON.stringify({ ...(send as object), reply_address: 'another' }),
      answer: JSON.stringify({ ...(answer as object), address: 'another' }),
    };
    again.onAnswered({ ...about, ...texts });
    expect(files()).toEqual(['bus/version-success.json']);
    again.onAnswered({ ...about, ...texts, answer: texts.answer.replace('"version":"', '"version":"9') });
    expect(files()).toEqual(['bus/version-success-2.json', 'bus/version-success.json']);
  });

  /** A report, answered with nothing, for which these calls were made. */
  function answered(token: string, calls: readonly Exchange[]): void {
    const headers = { action: 'get_x_report', token };
    recorder.onAnswered({
      via: 'http',
      client: 'anonymous',
      at: systemClock.now(),
      request: JSON.stringify({ type: 'send', address: 'ik.service.token.shift', headers }),
      answer: JSON.stringify({ type: 'send', address: null, reply_address: null, data: {}, headers: null }),
      exchanges: calls,
    });
  }

  test('goes by a reloaded configuration, and still knows the logins from before', async () => {
    await report('RU12');
    const [login, shifts] = exchanges;
    if (!login || !shifts) throw new Error('a report takes a login and a question');
    expect(login.request.effect).toBe('login');
    configured = { ...CONFIG, devices: [{ token: 'RU13', vendor: 'moscow', cash_register: 13 }] };
    answered('RU13', [shifts]);
    const recorded = read('iiko/get-x-report-success-2.json');
    expect(recorded.config?.devices).toEqual([{ token: 'RU13', vendor: 'moscow', cash_register: 13 }]);
    expect(recorded.exchanges?.map(({ optional }) => optional)).toEqual([true, undefined]);
  });

  test('does not record a file that was downloaded, and says so', () => {
    const file = { extension: 'xlsx', mediaType: 'application/vnd.ms-excel' };
    const download: Exchange = {
      account: 'moscow',
      request: { method: 'GET', path: '/file', effect: 'read' },
      outcome: { status: 200, headers: {}, text: '', file },
      ms: 1,
    };
    answered('RU12', [download]);
    expect(files()).toEqual([]);
    expect(logged).toMatchObject([
      { fields: { reason: 'a file that is downloaded is not kept' }, message: 'a message was not recorded' },
    ]);
    answered('RU12', []);
    expect(read('iiko/get-x-report-success.json').exchanges).toBeUndefined();
  });

  test.each([
    [
      'an open breaker',
      { type: 'error', answer: { details: { code: 'breaker_open' }, name: 'VENDOR_UNAVAILABLE' } },
    ],
    ['a limit', { type: 'error', answer: { name: 'BUS_OVERLOADED' } }],
  ])('says why it does not record %s', (_case, { type, answer }) => {
    recorder.onAnswered({
      via: 'http',
      client: 'anonymous',
      at: 0,
      request: JSON.stringify({ address: 'ofd_ru.reports', headers: { action: 'create_report' } }),
      answer: JSON.stringify({ type, address: null, reply_address: null, data: answer, headers: null }),
      exchanges: [],
    });
    expect(files()).toEqual([]);
    expect(logged).toEqual([
      {
        level: 'info',
        fields: expect.objectContaining({ reason: expect.any(String) }),
        message: 'a message was not recorded',
      },
    ]);
  });

  test('writes nothing when a secret would stay, and says so without it', () => {
    const secret = 'ik.service.app';
    const log: Log = {
      ...silentLog,
      error: (fields, message) => logged.push({ level: 'error', fields, message }),
    };
    const weak = createRecorder({
      directory,
      config: () => CONFIG,
      defaults: CONFIG,
      secrets: () => [secret],
      now: systemClock.now,
      log,
    });
    const request = { address: secret, headers: { action: 'version' } };
    const answer = { type: 'send', address: null, reply_address: null, data: {}, headers: null };
    weak.onAnswered({
      via: 'tcp',
      client: 'anonymous',
      at: 0,
      request: JSON.stringify(request),
      answer: JSON.stringify(answer),
      exchanges: [],
    });
    expect(files()).toEqual([]);
    expect(logged).toMatchObject([
      { level: 'error', message: 'a secret would have stayed in a recording, it was not written' },
    ]);
  });
});
