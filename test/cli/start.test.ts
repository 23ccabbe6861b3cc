import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { defaultSandboxConfig } from '#config.ts';
import { execute, start } from './command-process.ts';

let folder: string;
let occupant: Server;
let takenPort: number;

function write(name: string, config: unknown): string {
  writeFileSync(join(folder, name), JSON.stringify(config, null, 1));
  return name;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'avq-bus-start-'));
  occupant = createServer();
  await new Promise<void>((resolve) => occupant.listen(0, '127.0.0.1', resolve));
  takenPort = (occupant.address() as AddressInfo).port;
});

afterAll(() => {
  occupant.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('serve', () => {
  test('never plays a vendor unasked: without a configuration it exits 2 and names --sandbox', async () => {
    const { exitCode, stdout, stderr } = await execute(['serve'], { cwd: folder });
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toContain('avq-bus.yaml');
    expect(stderr).toContain('--sandbox');
  });

  test('exits 2 with every complaint, each with its line and path', async () => {
    const file = write('wrong.json', { listen: { http: { port: 'many' } }, shutdownMs: -1 });
    const { exitCode, stderr } = await execute(['serve', '--config', file], { cwd: folder });
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/line 4: listen\.http\.port: .*\nline 7: shutdownMs: /);
  });

  test('exits 1 at a taken port and names listener, port and key', async () => {
    const listen = { http: { port: takenPort }, avqTcp: false, vertxTcp: false };
    const file = write('taken.json', { listen });
    const { exitCode, stderr } = await execute(['serve', '--config', file], { cwd: folder });
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(
      new RegExp(`^http: 127\\.0\\.0\\.1:${takenPort} is taken; .*listen\\.http\\.port`),
    );
  });

  test('exits 1 at a Unix socket that cannot be made and names its key', async () => {
    const path = join(folder, 'missing/bus.sock');
    const listen = { http: false, avqTcp: false, vertxTcp: { path } };
    const { exitCode, stderr } = await execute(['serve', '--config', write('socket.json', { listen })], {
      cwd: folder,
    });
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`vertxTcp: ${path} cannot be bound`);
    expect(stderr).toContain('listen.vertxTcp.path');
  });

  test('exits 1 at a store where there are no new folders', async () => {
    const listen = { http: false, avqTcp: false, vertxTcp: false };
    const file = write('nowhere.json', { listen, store: { path: '/proc/nope' } });
    const { exitCode, stderr } = await execute(['serve', '--config', file], { cwd: folder });
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/the store in \/proc\/nope cannot be used: ENOENT/);
  });
});

describe('a folder that is none', () => {
  const useless = (path: string, reason: string) =>
    new RegExp(`^${path} cannot be used as a folder \\(.*${reason}.*\\)\\n$`);

  test('is refused by serve --record before anything is opened', async () => {
    const file = write('occupied.json', {});
    const { exitCode, stdout, stderr } = await execute(['serve', '--sandbox', '--record', file], {
      cwd: folder,
    });
    expect([exitCode, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(useless(file, 'it is a file'));
  });

  test.each([
    ['a file', 'occupied.json', 'it is a file'],
    ['below a file', 'occupied.json/schemas', 'ENOTDIR'],
    ['where there are no new folders', '/proc/nope', 'ENOENT'],
  ])('is refused by schemas in one sentence: %s', async (_case, path, reason) => {
    write('occupied.json', {});
    const { exitCode, stdout, stderr } = await execute(['schemas', path], { cwd: folder });
    expect([exitCode, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(useless(path, reason));
  });

  test('is made where it is only missing', async () => {
    const { exitCode } = await execute(['schemas', 'made/for/it'], { cwd: folder });
    expect([exitCode, existsSync(join(folder, 'made/for/it/config.json'))]).toEqual([0, true]);
  });

  test('nor can a file in it be written that is a folder', async () => {
    mkdirSync(join(folder, 'odd/config.json'), { recursive: true });
    const { exitCode, stderr } = await execute(['schemas', 'odd'], { cwd: folder });
    expect([exitCode, stderr]).toEqual([
      1,
      expect.stringMatching(/^odd\/config\.json cannot be written \(EISDIR/),
    ]);
  });
});

describe('serve and config check', () => {
  test('complain of aliases that never end, by line and path', async () => {
    writeFileSync(join(folder, 'loop.yaml'), 'log: {}\nvendors: &a { x: *a }\n');
    const complaint =
      /^.*loop\.yaml cannot be used:\nline 2, column 18: an alias inside what it stands for\n$/;
    const checked = await execute(['config', 'check', '--config', 'loop.yaml'], { cwd: folder });
    expect([checked.exitCode, checked.stderr]).toEqual([1, expect.stringMatching(complaint)]);
    const served = await execute(['serve', '--config', 'loop.yaml'], { cwd: folder });
    expect([served.exitCode, served.stderr]).toEqual([2, expect.stringMatching(complaint)]);
  });
});

describe('a running bus', () => {
  const listen = { http: { port: 0 }, avqTcp: false, vertxTcp: false };
  const account = {
    kind: 'iiko',
    login: 'x',
    password: 'correct horse battery',
    zone: 'UTC',
    currency: 'RUB',
  };

  test('logs what nobody expected, without the secret in it, and exits 1', async () => {
    const vendors = { office: { ...account, baseUrl: 'http://127.0.0.1:9' } };
    const file = write('surprise.json', { listen, vendors });
    const surprise = `process.on('SIGUSR2',()=>Promise.reject(new Error('at correct horse battery')))`;
    const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(surprise)}` };
    const bus = start(['serve', '--config', file], { cwd: folder, env });
    await bus.output(/"msg":"listening"/);
    expect(bus.stderr).toBe('');
    bus.signal('SIGUSR2');
    const { exitCode, stdout } = await bus.finished;
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({
      level: 'error',
      error: { message: 'at [secret]' },
    });
  });

  test('exits 0 within shutdownMs although a vendor hangs', async () => {
    const file = write('hang.json', { ...defaultSandboxConfig, listen, shutdownMs: 400 });
    const bus = start(['serve', '--sandbox', '--config', file], { cwd: folder });
    const [line] = await bus.output(/.*"msg":"listening".*\n/);
    const { listeners, simulators } = JSON.parse(line);
    const hang = { method: 'POST', body: JSON.stringify({ fault: 'hang', times: 0 }) };
    await fetch(`${simulators.tsrv}/_sandbox/faults`, hang);
    const headers = { token: 'AVQ11031010703' };
    const ask = { method: 'POST', headers };
    const answered = fetch(`${listeners.http}/tsrv/ik.service.token.shift/get_x_report`, ask).then(
      (response) => response.json(),
    );
    await expect.poll(() => requestsOf(simulators.tsrv)).toBe(1);
    bus.signal('SIGTERM');
    const [{ exitCode, stdout }, answer] = await Promise.all([bus.finished, answered]);
    expect(exitCode).toBe(0);
    expect(answer).toMatchObject({ type: 'error', data: { name: 'VENDOR_TIMEOUT' } });
    const [stopping, stopped] = stdout
      .trimEnd()
      .split('\n')
      .slice(-2)
      .map((text) => Date.parse(JSON.parse(text).time));
    expect((stopped ?? 0) - (stopping ?? 0)).toBeLessThan(2_000);
  });
});

describe('a bus whose log nobody reads any more', () => {
  const listen = { http: { port: 0 }, avqTcp: false, vertxTcp: false };
  const report = '/tsrv/ik.service.token.shift/get_x_report';

  async function startSandbox(...abandoned: ('stdout' | 'stderr')[]) {
    const file = write('unread.json', { ...defaultSandboxConfig, listen });
    const bus = start(['serve', '--sandbox', '--config', file], { cwd: folder });
    const [line] = await bus.output(/.*"msg":"listening".*\n/);
    await bus.output(/^curl .*\n/m);
    bus.abandon(...abandoned);
    const { listeners } = JSON.parse(line);
    const headers = { token: 'AVQ11031010703' };
    const ask = async () => (await fetch(`${listeners.http}${report}`, { method: 'POST', headers })).status;
    return { bus, ask };
  }

  test('ends at SIGTERM although it has nothing to do', async () => {
    const { bus } = await startSandbox('stdout', 'stderr');
    bus.signal('SIGTERM');
    expect((await bus.finished).exitCode).toBe(0);
  });

  test('goes on answering, and ends at SIGTERM', async () => {
    const { bus, ask } = await startSandbox('stdout', 'stderr');
    // Many times what is gathered before it is written.
    for (let index = 0; index < 200; index += 1) expect(await ask()).toBe(200);
    bus.signal('SIGTERM');
    expect((await bus.finished).exitCode).toBe(0);
  });

  test('says so once on stderr', async () => {
    const { bus, ask } = await startSandbox('stdout');
    for (let index = 0; index < 200; index += 1) await ask();
    await bus.output(/the log cannot be written: .*EPIPE.*\n/);
    bus.signal('SIGTERM');
    const { exitCode, stderr } = await bus.finished;
    expect(exitCode).toBe(0);
    expect(stderr.split('the log cannot be written')).toHaveLength(2);
  });
});

describe('serve --sandbox', () => {
  test('has a register whose back office agrees', async () => {
    const listen = { http: { port: 0 }, avqTcp: false, vertxTcp: false };
    const file = write('sandbox.json', { ...defaultSandboxConfig, listen });
    const bus = start(['serve', '--sandbox', '--config', file], { cwd: folder });
    const [line] = await bus.output(/.*"msg":"listening".*\n/);
    const { http } = JSON.parse(line).listeners;
    const ask = async (path: string, data: unknown, headers: Record<string, string> = {}) => {
      const body = JSON.stringify(data);
      const json = { ...headers, 'content-type': 'application/json' };
      return (await fetch(`${http}/tsrv/${path}`, { method: 'POST', headers: json, body })).json();
    };
    expect(await ask('bus.reports/reconcile_shift', null, { token: 'KZ77505' })).toMatchObject({
      type: 'send',
      data: {
        matched: true,
        currency: 'KZT',
        fiscal: { vendor: 'almaty', report: { device_id: 77505 } },
        backoffice: { vendor: 'office', report: { device_id: 77 } },
        figures: expect.arrayContaining([
          expect.objectContaining({
            figure: 'sales_sum',
            fiscal: '100.00',
            backoffice: '100.00',
            matched: true,
          }),
        ]),
      },
    });
    // No account sees the other's shifts.
    expect(await ask('bus.reports/get_x_reports', { group: 'all' })).toMatchObject({
      data: { complete: true },
    });
    bus.signal('SIGTERM');
    expect((await bus.finished).exitCode).toBe(0);
  });

  test('goes round a taken port, and ends at once at a second signal', async () => {
    const listen = { http: { port: takenPort }, avqTcp: false, vertxTcp: false };
    const file = write('sandbox.json', { ...defaultSandboxConfig, listen });
    const bus = start(['serve', '--sandbox', '--config', file], { cwd: folder });
    const [line] = await bus.output(/.*"msg":"listening".*\n/);
    const { listeners, simulators, store } = JSON.parse(line);
    expect(bus.stdout).toMatch(
      new RegExp(`"level":"warn".*"listener":"http","address":"127.0.0.1:${takenPort}"`),
    );
    expect(new URL(listeners.http).port).not.toBe(String(takenPort));
    expect((await fetch(`${listeners.http}/readyz`)).status).toBe(200);

    const hang = { method: 'POST', body: JSON.stringify({ fault: 'hang', times: 0 }) };
    expect((await fetch(`${simulators.tsrv}/_sandbox/faults`, hang)).status).toBe(201);
    const headers = { token: 'AVQ11031010703' };
    const lost = fetch(`${listeners.http}/tsrv/ik.service.token.shift/get_x_report`, {
      method: 'POST',
      headers,
    });
    await expect.poll(() => requestsOf(simulators.tsrv)).toBe(1);
    bus.signal('SIGTERM');
    await bus.output(/"msg":"stopping"/);
    // A signal that comes at once is taken for the first one again, so it is sent until it counts.
    const impatience = setInterval(() => bus.signal('SIGTERM'), 20);
    const [{ exitCode }] = await Promise.all([bus.finished, expect(lost).rejects.toThrow('fetch failed')]);
    clearInterval(impatience);
    expect(exitCode).toBe(1);
    expect(existsSync(store)).toBe(false);
  });
});

describe('sandbox', () => {
  test('runs the simulators alone until a signal', async () => {
    const sandbox = start(['sandbox', '--json'], { cwd: folder });
    const [line] = await sandbox.output(/.*\n/);
    const addresses: { kind: string; baseUrl: string }[] = JSON.parse(line);
    const tsrv = addresses.find(({ kind }) => kind === 'tsrv');
    const message = { type: 'send', address: 'ik.service.app', headers: { action: 'version' } };
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify(message);
    const response = await fetch(`${tsrv?.baseUrl}/tsrv`, { method: 'POST', headers, body });
    expect(await response.json()).toMatchObject({ type: 'send' });
    sandbox.signal('SIGINT');
    expect((await sandbox.finished).exitCode).toBe(0);
  });
});

async function requestsOf(simulator: string): Promise<number> {
  const answer = (await (await fetch(`${simulator}/_sandbox/requests`)).json()) as { requests: unknown[] };
  return answer.requests.length;
}
