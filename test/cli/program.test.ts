import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { run } from '#cli/program.ts';
import { allSchemas } from '#schemas.ts';

const FIXTURES = fileURLToPath(new URL('../../fixtures', import.meta.url));

let folder: string;
let printed: string;
let told: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'avq-bus-program-'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeEach(() => {
  printed = '';
  told = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += text;
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    told += text;
    return true;
  });
});

afterEach(() => vi.restoreAllMocks());

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

describe('the command line', () => {
  test.each([
    ['an unknown command', ['srve'], 'Did you mean serve?'],
    ['an unknown option', ['serve', '--sandox'], 'Did you mean --sandbox?'],
    ['no command', [], 'Usage: avq-bus'],
    ['a missing argument', ['send', 'ik.service.app'], "missing required argument 'action'"],
    ['one argument too many', ['reload', 'now'], 'too many arguments'],
    ['bad JSON', ['send', 'a', 'b', '--data', '{x'], 'this is not JSON (line 1 column 2)'],
    [
      'a missing file of data',
      ['send', 'a', 'b', '--data', '@/no/such/file'],
      '/no/such/file cannot be read',
    ],
    ['a header without a value', ['send', 'a', 'b', '--header', 'raw'], 'expected name=value'],
    ['a time-out that is no number', ['send', 'a', 'b', '--timeout', '1s'], 'whole number'],
    ['an address of no bus', ['send', 'a', 'b', '--url', 'ftp://localhost'], 'expected http(s)://'],
    ['TCP without a port', ['send', 'a', 'b', '--url', 'tcp://localhost'], 'a port is missing'],
    ['listening over TCP', ['listen', 'a', '--url', 'tcp://localhost:1829'], 'expected ws(s)://'],
    ['a missing fixture', ['replay', '/no/such/fixture.json'], 'no such file'],
    ['a missing configuration', ['config', 'check', '--config', '/no/such/file'], '--sandbox'],
    ['the same for reload', ['reload', '--config', '/no/such/file'], 'there is no configuration'],
  ])('exits 2 at %s', async (_what, args, text) => {
    expect(await run(args)).toBe(2);
    expect(told).toContain(text);
    expect(printed).toBe('');
  });

  test.each([
    ['data', ['--data', 'HUSH']],
    ['a header', ['--header', 'Authorization: Bearer HUSH']],
    ['a header of HTTP that ends in =', ['--header', 'Authorization: Bearer HUSH==']],
    ['a header without quotes', ['--header', 'Authorization:', 'Bearer', 'HUSH']],
    ['a misspelt option', ['--secre=HUSH']],
    ['a misspelt option with lines', ['--secre=first\nHUSH']],
    ['an option in short', ['-sHUSH']],
    ['a name in the query of a URL', ['--url', 'tcp://localhost?x=1&HUSH&y=2']],
    ['the query of a URL', ['--url', 'tcp://localhost?HUSH']],
  ])('tells nothing of %s that cannot be read, which may be a secret', async (_what, args) => {
    expect(await run(['send', 'a', 'b', ...args])).toBe(2);
    expect(told).not.toContain('HUSH');
  });

  test.each(['serve', 'sandbox', 'send', 'listen', 'replay', 'config check', 'reload', 'schemas'])(
    'shows an example of %s',
    async (command) => {
      expect(await run([...command.split(' '), '--help'])).toBe(0);
      expect(printed).toMatch(new RegExp(`Examples:\n {2}\\$ avq-bus ${command}`));
    },
  );

  test.each([
    ['an address of no bus', ['send', 'a', 'b', '--url', 'ftp://me:hush@localhost/?x=hush']],
    ['no address at all', ['send', 'a', 'b', '--url', 'hush@localhost?access_token=hush']],
    ['no address, a secret in two parts', ['send', 'a', 'b', '--url', 'http://me:hush?hush@localhost']],
    ['a secret behind no address', ['send', 'a', 'b', '--url', 'http://localhost:99999#access_token=hush']],
    ['a password in it', ['send', 'a', 'b', '--url', 'http://me:hush@localhost']],
    ['TCP without a port', ['send', 'a', 'b', '--url', 'tcp://localhost?access_token=hush']],
    ['listening over TCP', ['listen', 'a', '--url', 'tcp://localhost:1829?access_token=hush']],
    ['nobody there', ['send', 'a', 'b', '--url', 'ws://127.0.0.1:1/tsrv?x=1&access_token=hush']],
    ['nobody to follow', ['send', 'a', 'b', '--wait', '--url', 'http://127.0.0.1:1/tsrv?access_token=hush']],
    ['nobody to listen to', ['listen', 'a', '--url', 'ws://127.0.0.1:1/tsrv?access_token=hush']],
  ])('tells no secret of the address it was given: %s', async (_case, parameters) => {
    expect(await run(parameters)).not.toBe(0);
    expect(told).toMatch(/[*]{3}|--secret/);
    expect(told + printed).not.toContain('hush');
  });

  test.each(['send', 'listen'])('leaves out what stands behind the address (%s)', async (command) => {
    const action = command === 'send' ? ['b'] : [];
    expect(await run([command, 'a', ...action, '--url', 'ws://127.0.0.1:1/#hush'])).toBe(1);
    expect(told).toContain('no answer from ws://127.0.0.1:1/tsrv:');
    expect(told + printed).not.toContain('hush');
  });

  test('never shows the secret of the environment', async () => {
    vi.stubEnv('AVQ_BUS_SECRET', 'open sesame');
    await run(['send', '--help']);
    vi.unstubAllEnvs();
    expect(printed).toContain('AVQ_BUS_SECRET');
    expect(printed).not.toContain('sesame');
  });
});

describe('send', () => {
  test.each(['http', 'ws', 'tcp'])('says what to check when nobody is there (%s)', async (scheme) => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    expect(await run(['send', 'a', 'b', '--url', `${scheme}://127.0.0.1:${port}`])).toBe(1);
    expect(told).toContain(`${scheme}://127.0.0.1:${port}`);
    expect(told).toContain('Is the bus running');
  });

  test('sends what it is told, every digit of it, and tells a bus from another server', async () => {
    const bodies: string[] = [];
    const server = createServer((request, response) => {
      request.setEncoding('utf8').on('data', (chunk) => bodies.push(chunk));
      request.on('end', () => response.end('<html>'));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const options = ['--token', 'T', '--account', 'A', '--header', 'tokens.refresh=true', '--timeout', '500'];
    const data = ['--data', '{"sum":12345678901234567890.10}', '--wait', '--secret', 's'];
    expect(await run(['send', 'x.y', 'z', ...options, ...data, '--url', `http://127.0.0.1:${port}`])).toBe(1);
    expect(told).toContain('no avq-bus');
    expect(bodies.join('')).toBe(
      '{"type":"send","address":"x.y","reply_address":"avq-bus.cli","data":{"sum":12345678901234567890.10},"headers":' +
        '{"action":"z","token":"T","account":"A","timeout":"500","authorization":"Bearer s","tokens.refresh":"true"}}',
    );
    await new Promise((resolve) => server.close(resolve));
  });
});

describe('config check', () => {
  test('exits 1 with every complaint', async () => {
    const path = file('wrong.yaml', 'shutdownMs: soon\nvendors:\n  a: { kind: nobody }\n');
    expect(await run(['config', 'check', '--config', path])).toBe(1);
    expect(told).toMatch(/line 1: shutdownMs: .*\nline 3: vendors\.a\.kind: /);
    expect(await run(['config', 'check', '--config', path, '--json'])).toBe(1);
    expect(JSON.parse(printed)).toMatchObject({
      ok: false,
      complaints: [{ path: 'shutdownMs', line: 1 }, {}],
    });
  });

  test('exits 0 when there is nothing to complain of', async () => {
    expect(await run(['config', 'check', '--config', file('good.yaml', 'shutdownMs: 5\n')])).toBe(0);
    expect(printed).toContain('can be used');
  });
});

describe('replay', () => {
  test('prints a line a fixture and the differences of one that fails', async () => {
    const good = readFileSync(join(FIXTURES, 'tsrv', 'open-shift-success.json'), 'utf8');
    const fixtures = join(folder, 'fixtures');
    mkdirSync(fixtures);
    file('fixtures/good.json', good);
    expect(await run(['replay', fixtures])).toBe(0);
    expect(printed).toMatch(/^ok {4}.*good\.json {2}tsrv: .*\n1 passed, 0 failed\n$/);
    file('fixtures/wrong.json', good.replace('"Ok"', '"No"'));
    expect(await run(['replay', fixtures])).toBe(1);
    expect(printed).toMatch(/\nFAIL {2}.*wrong\.json .*\n {6}\S/);
    expect(printed).toContain('1 passed, 1 failed');
  });

  test('exits 2 where there is no fixture', async () => {
    const empty = mkdtempSync(join(folder, 'empty-'));
    expect(await run(['replay', empty])).toBe(2);
    expect(told).toContain('no fixture');
  });
});

describe('reload', () => {
  test('exits 1 when no bus runs with the store', async () => {
    const path = file('with-store.yaml', 'store: { path: ./elsewhere }\nvendors: { broken: $ENV }\n');
    expect(await run(['reload', '--config', path])).toBe(1);
    expect(told).toContain(join(folder, 'elsewhere'));
    expect(await run(['reload', '--config', file('no.yaml', 'store: { path: [')])).toBe(1);
    expect(told).toContain('line 1');
  });
});

describe('schemas', () => {
  test('writes every schema to the folder', async () => {
    const target = join(folder, 'deep', 'schemas');
    expect(await run(['schemas', target])).toBe(0);
    expect(readdirSync(target).toSorted()).toEqual([...allSchemas().keys()].toSorted());
  });
});
