import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ConfigError, formatComplaint, loadConfig } from '#config.ts';
import { vendors } from './config/fake-vendors.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'config-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

function load(text: string, options: { name?: string; env?: Record<string, string> } = {}) {
  const path = write(options.name ?? 'given.yaml', text);
  return loadConfig({ path, cwd: '/', env: options.env ?? {}, vendors });
}

function failureOf(run: () => unknown): ConfigError {
  try {
    run();
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('no complaint');
}

function complaintsOf(text: string, options: { name?: string; env?: Record<string, string> } = {}): string[] {
  return failureOf(() => load(text, options)).complaints.map(formatComplaint);
}

const EVERYTHING = `
listen:
  http: { host: 0.0.0.0, port: 8080, origins: [https://till.example], hosts: [bus.local] }
  avqTcp: { port: 0, legacyPing: true }
  vertxTcp: false
limits: { maxDepth: 32, perClientPerSecond: 50 }
engine: { kind: local }
store: { path: ./state, keepOperationsDays: 5 }
jobs: { deadlineMs: 60000, keepDays: 2 }
reconcile: { tolerance: "0.01" }
pin: { idleMs: 60000 }
log: { level: debug }
shutdownMs: 500
allowAnonymous: true
anonymous: { outbound: [ { addressRegex: "news\\\\..+" } ] }
vendors:
  minsk: { kind: tsrv, baseUrl: http://127.0.0.1:18280, forward: [ { address: other.service } ], headers: { X-Key: "\${KEY}" } }
  almaty: { kind: kassa24, login: "\${LOGIN}", password: "\${file:password.txt}", zone: Asia/Almaty, dateZ: local }
  office:
    kind: iiko
    baseUrl: https://office.example:443/
    login: api
    password: "prefix-\${KEY}-suffix"
    zone: Europe/Moscow
    currency: RUB
    timeoutMs: "\${TIMEOUT}"
    tlsVerify: "\${VERIFY}"
    perSecond: 0.5
devices:
  - { token: AVQ11031010703, vendor: minsk }
  - token: KZ77505
    vendor: almaty
    id_kkm: "\${ID_KKM}"
    pin: "\${PIN}"
    company_name: Shop
    tax_number: "012345678901"
    backoffice: { vendor: office, cash_register: 12 }
groups: { all: [AVQ11031010703, KZ77505] }
clients:
  - { name: pos-1, secret: "\${KEY}", inbound: [ { address: ik.service.token.shift, tokens: [KZ77505] } ], personalData: true }
consumers:
  - { address: test.echo, behaviour: echo }
  - { address: test.tick, behaviour: ticker }
`;

const ENV = {
  KEY: `\${NOT_AGAIN}`,
  LOGIN: '77010000000',
  TIMEOUT: '5000',
  VERIFY: 'false',
  ID_KKM: '77505',
  PIN: '0042',
};

/** Six lines would do to fill any memory; these stand for a few thousand values. */
const ALIAS_BOMB = `a: &a [1, 1, 1, 1, 1, 1]
b: &b [*a, *a, *a, *a, *a, *a]
c: &c [*b, *b, *b, *b, *b, *b]
d: [*c, *c, *c, *c]`;

describe('a configuration file', () => {
  test('with everything in it becomes one complete value', () => {
    write('password.txt', 'of a file\n');
    const config = load(EVERYTHING, { env: ENV });

    expect(config).toMatchObject({
      listen: {
        http: { host: '0.0.0.0', port: 8080, origins: ['https://till.example'], hosts: ['bus.local'] },
        avqTcp: { host: '127.0.0.1', port: 0, legacyPing: true },
        vertxTcp: false,
      },
      limits: { maxDepth: 32, perClientPerSecond: 50, maxFragments: 64 },
      store: { path: join(folder, 'state'), keepOperationsDays: 5 },
      anonymous: { inbound: [], outbound: [{ addressRegex: 'news\\..+' }], personalData: false },
      clients: [{ name: 'pos-1', outbound: [], personalData: true }],
      consumers: [
        { address: 'test.echo', behaviour: 'echo' },
        { address: 'test.tick', behaviour: 'ticker', mode: 'publish', everyMs: 1000 },
      ],
    });
    expect(config.vendors.minsk).toEqual({
      kind: 'tsrv',
      baseUrl: 'http://127.0.0.1:18280',
      timeoutMs: 60_000,
      concurrency: 4,
      tlsVerify: true,
      headers: { 'X-Key': `\${NOT_AGAIN}` },
      forward: [{ address: 'other.service' }],
    });
    expect(config.vendors.office).toMatchObject({
      baseUrl: 'https://office.example:443',
      concurrency: 1,
      perSecond: 0.5,
    });
    expect(config.devices[1]?.backoffice).toEqual({ vendor: 'office', cash_register: 12 });
  });

  test('takes texts from the environment and from files, once, and numbers where numbers are wanted', () => {
    write('password.txt', 'of a file\n');
    const { vendors, devices } = load(EVERYTHING, { env: ENV });
    expect(vendors.almaty).toMatchObject({ login: '77010000000', password: 'of a file' });
    expect(vendors.office).toMatchObject({
      password: `prefix-\${NOT_AGAIN}-suffix`,
      timeoutMs: 5000,
      tlsVerify: false,
    });
    expect(devices[1]).toMatchObject({ id_kkm: 77505, pin: '0042', tax_number: '012345678901' });
  });

  test('is frozen at every depth', () => {
    const config = load('listen: { http: { port: 1 } }');
    expect(() => Object.assign(config.listen.http, { port: 2 })).toThrow(TypeError);
  });

  test('may be JSON, indented with tabs', () => {
    const config = load('{\n\t"listen": {\n\t\t"http": false\n\t}\n}\n', { name: 'given.json' });
    expect(config.listen.http).toBe(false);
  });

  test('may repeat itself with anchors', () => {
    const rules = 'anonymous: { inbound: &rules [ { address: a } ], outbound: *rules }';
    expect(load(rules).anonymous?.outbound).toEqual([{ address: 'a' }]);
  });
});

describe('finding the file', () => {
  const options = { env: {}, vendors };

  test('prefers avq-bus.yaml to avq-bus.json in the working folder', () => {
    const cwd = mkdtempSync(join(folder, 'cwd-'));
    writeFileSync(join(cwd, 'avq-bus.json'), '{"shutdownMs": 2}');
    expect(loadConfig({ cwd, ...options }).shutdownMs).toBe(2);
    writeFileSync(join(cwd, 'avq-bus.yaml'), 'shutdownMs: 1');
    expect(loadConfig({ cwd, ...options }).shutdownMs).toBe(1);
  });

  test('names the places it looked at, and --sandbox', () => {
    const cwd = mkdtempSync(join(folder, 'cwd-'));
    const { kind, message } = failureOf(() => loadConfig({ cwd, ...options }));
    expect(kind).toBe('missing');
    expect(message).toContain(join(cwd, 'avq-bus.yaml'));
    expect(message).toContain(join(cwd, 'avq-bus.json'));
    expect(message).toContain('--sandbox');
  });

  test('does not fall back when the named file is missing', () => {
    const cwd = mkdtempSync(join(folder, 'cwd-'));
    writeFileSync(join(cwd, 'avq-bus.yaml'), '{}');
    const { kind, message } = failureOf(() => loadConfig({ path: 'other.yaml', cwd, ...options }));
    expect(kind).toBe('missing');
    expect(message).toContain(join(cwd, 'other.yaml'));
  });

  test('complains of a file that cannot be read', () => {
    const { kind, message } = failureOf(() => loadConfig({ path: folder, cwd: '/', ...options }));
    expect(kind).toBe('invalid');
    expect(message).toContain('EISDIR');
  });
});

describe('complaints about a file', () => {
  test('come all at once, in its order, each with its line and path', () => {
    const text = [
      'lisen: {}',
      'listen:',
      '  http:',
      '    port: yes',
      '    host: 0.0.0.0',
      'vendors:',
      '  almaty:',
      '    kind: kassa24',
      `    login: "\${NOBODY}"`,
      '    zone: Mars/Base',
      '    idd: 1',
      'devices:',
      '  - token: A',
      '    vendor: almaty',
      '  - { token: A, vendor: almati, id_kkm: 5 }',
      'groups:',
      '  all: [A, B]',
    ].join('\n');
    expect(complaintsOf(text)).toEqual([
      'line 1: lisen: unknown key; did you mean listen?',
      'line 4: listen.http.port: expected a whole number (TCP port; 0 takes a free one)',
      'line 5: listen.http.host: beyond loopback the bus needs clients, or allowAnonymous: true',
      'line 7: vendors.almaty.password: is missing',
      'line 9: vendors.almaty.login: the environment variable NOBODY is not set',
      'line 10: vendors.almaty.zone: expected a time zone of the IANA database, such as Asia/Almaty',
      'line 11: vendors.almaty.idd: unknown key',
      'line 13: devices[0].id_kkm: is missing',
      'line 15: devices[1].vendor: no account of this name under vendors; did you mean almaty?',
      'line 15: devices[1].token: devices[0] has this token already',
      'line 17: groups.all[1]: no device has this token',
    ]);
  });

  test('find the line behind an alias', () => {
    const text = 'anonymous:\n  inbound: &rules\n    - adress: a\n  outbound: *rules\n';
    expect(complaintsOf(text)).toEqual([
      'line 3: anonymous.inbound[0].adress: unknown key; did you mean address?',
      'line 3: anonymous.outbound[0].adress: unknown key; did you mean address?',
    ]);
  });

  test.each([
    ['a key given twice', 'shutdownMs: 1\nshutdownMs: 2', 'line 2, column 1: this key was given before'],
    ['a tab', 'log:\n\tlevel: info', 'line 2, column 1: a tab; indent with spaces'],
    [
      'an open quote',
      'store: { path: "x }',
      'line 1, column 20: a quote, bracket, comma or colon is missing',
    ],
    [
      'a second document',
      'log: {}\n---\nlog: {}',
      'line 2, column 1: a second document begins here; a configuration is one',
    ],
    ['an unknown tag', 'log: !secret x', 'line 1, column 6: not a known value or tag; put text in quotes'],
    ['a list as a key', '? [a]\n: 1', 'line 1, column 3: a key must be plain text'],
    [
      'a bare *',
      'a: *hunter2',
      'line 1, column 4: an alias that cannot be resolved; put text that begins with * in quotes',
    ],
    [
      'an alias inside what it stands for',
      'log: {}\nvendors: &a { x: *a }',
      'line 2, column 18: an alias inside what it stands for',
    ],
    [
      'aliases that multiply',
      ALIAS_BOMB,
      'line 4, column 17: aliases of aliases, which stand for far too much; write out what is meant',
    ],
    ['a thousand brackets', '['.repeat(20_000), /^line 1, column \d+: nested too deeply$/],
    [
      `a bare \${}`,
      `store: { path: \${HOME} }`,
      'line 1, column 17: not expected here; put text with brackets, braces or commas in quotes',
    ],
  ])('tell syntax errors by line and column: %s', (_case, text, complaint) => {
    expect(complaintsOf(text)[0]).toMatch(complaint);
  });

  test('go on behind a key that was given twice', () => {
    expect(complaintsOf('shutdownMs: 1\nshutdownMs: 2\nlimit: {}')).toEqual([
      'line 2, column 1: this key was given before',
      'line 3: limit: unknown key; did you mean limits?',
    ]);
  });

  test('tell syntax errors in JSON', () => {
    expect(complaintsOf('{\n  "log": info\n}', { name: 'given.json' })).toEqual([
      'line 2, column 10: not a known value or tag; put text in quotes',
    ]);
  });

  test('tell an empty file', () => {
    expect(complaintsOf('# nothing yet\n')).toHaveLength(1);
  });

  test('never hold a secret', () => {
    const secret = 'hunter2hunter2';
    const text = `
vendors:
  a: { kind: "${secret}", password: "${secret}" }
  b: { kind: kassa24, login: [${secret}], password: { x: ${secret} }, zone: ${secret}, headers: { a: "${secret}\\n" } }
  c: { kind: tsrv, baseUrl: "http://user:${secret}@host?x=${secret}", ca: ${secret}, timeoutMs: "\${NUMBER}" }
devices:
  - { token: a, vendor: c, pin: "${secret}" }
  - { token: a, vendor: ${secret}, tax_number: ${secret} }
groups: { all: [${secret}] }
clients:
  - { name: anonymous, secret: "${secret} with space", inbound: [ { addressRegex: "(${secret}" } ] }
  - { name: b, secret: "\${SECRET}" }
  - { name: b, secret: "\${SECRET}", certificate: true }
consumers: [ { address: a, behaviour: ${secret} } ]
`;
    const { message, complaints } = failureOf(() => load(text, { env: { SECRET: secret, NUMBER: secret } }));
    expect(complaints.length).toBeGreaterThan(14);
    expect(message).not.toContain('hunter2');
    expect(failureOf(() => load(`${text}\nx: *${secret}\ny: [ "${secret}`)).message).not.toContain('hunter2');
  });
});
