import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { defaultSandboxConfig } from '#config.ts';
import { encodeFrame, LengthPrefixDecoder } from '#protocol/length-prefix.ts';
import { type CommandProcess, execute, start } from './command-process.ts';

const PIN = '482159';

const CONFIG = {
  ...defaultSandboxConfig,
  listen: { http: { port: 0 }, avqTcp: { port: 0 }, vertxTcp: false },
  devices: [
    { token: 'AVQ11031010703', vendor: 'minsk' },
    { token: 'KZ77505', vendor: 'almaty', id_kkm: 77505, pin: PIN },
  ],
  groups: {},
  anonymous: { inbound: [{}], outbound: [{ addressRegex: 'news\\..+' }] },
};

const X_REPORT = ['ik.service.token.shift', 'get_x_report', '--token', 'AVQ11031010703'];

type Listening = {
  readonly listeners: { readonly http: string; readonly avqTcp: string };
  readonly simulators: { readonly tsrv: string };
  readonly store: string;
  readonly paste: string;
};

let folder: string;
let bus: CommandProcess;
let listening: Listening;

function writeConfig(config: unknown): void {
  writeFileSync(join(folder, 'avq-bus.json'), JSON.stringify(config));
}

/** Once as often as the log says it. */
async function logged(message: string, times: number): Promise<Record<string, unknown>> {
  const [text] = await bus.output(new RegExp(`(?:"msg":"${message}"[\\s\\S]*?){${times}}\\n`));
  return JSON.parse(text.trimEnd().split('\n').at(-1) ?? '');
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'avq-bus-serve-'));
  writeConfig(CONFIG);
  bus = start(['serve', '--sandbox', '--record', 'recorded'], { cwd: folder });
  const [line] = await bus.output(/.*"msg":"listening".*\n/);
  listening = JSON.parse(line);
});

afterAll(async () => {
  bus.signal('SIGKILL');
  await bus.finished;
  rmSync(folder, { recursive: true, force: true });
});

function urls(): { http: string; websocket: string; tcp: string } {
  const { http, avqTcp } = listening.listeners;
  return { http, websocket: http.replace('http', 'ws'), tcp: avqTcp };
}

async function send(...args: string[]) {
  return execute(['send', ...args, ...(args.includes('--url') ? [] : ['--url', urls().http])], {
    cwd: folder,
  });
}

describe('serve --sandbox', () => {
  test('prints where everything is, and a line to paste that works', async () => {
    const [banner] = await bus.output(/^curl .*$/m);
    expect(banner).toBe(listening.paste);
    for (const url of [listening.listeners.http, listening.listeners.avqTcp, listening.simulators.tsrv]) {
      expect(bus.stderr).toContain(url);
    }
    const [, header = '', url = ''] = /^curl -s -X POST -H "token: (\S+)" (\S+)$/.exec(banner) ?? [];
    const response = await fetch(url, { method: 'POST', headers: { token: header } });
    expect(await response.json()).toMatchObject({
      type: 'send',
      data: { number: 159, device_id: 131010703 },
    });
  });

  test('says sandbox wherever somebody looks', async () => {
    expect(await (await fetch(`${urls().http}/healthz`)).json()).toMatchObject({ sandbox: true });
    expect(bus.stderr).toContain('sandbox');
    const lines = bus.stdout.trim().split('\n');
    expect(lines.filter((line) => JSON.parse(line).sandbox !== true)).toEqual([]);
  });
});

describe('send', () => {
  test.each(['http', 'websocket', 'tcp'] as const)('asks over %s and prints the data', async (way) => {
    const { exitCode, stdout } = await send(...X_REPORT, '--url', urls()[way]);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ number: 159, company_name: 'ИП Моров А.М.' });
    expect(stdout).toContain('\n  "number": 159');
  });

  test('says what went wrong and what to try, and exits 1', async () => {
    const { exitCode, stdout, stderr } = await send(
      'ik.service.token.shift',
      'get_x_report',
      '--token',
      'nope',
    );
    expect([exitCode, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^TSRV_TOKEN_NOT_FOUND: касса nope не найдена.*\nhint: .*get_tokens\n$/);
  });

  test('prints the whole Message in one line with --json, be it a failure', async () => {
    const { exitCode, stdout } = await send('ik.service.token', 'no_such_action', '--json');
    expect(exitCode).toBe(1);
    expect(stdout.trimEnd()).not.toContain('\n');
    expect(JSON.parse(stdout)).toMatchObject({ type: 'error', address: 'avq-bus.cli', headers: null });
  });

  test('takes the data from stdin or a file, and writes the answer to a file', async () => {
    const authority = ['ik.service.token.authority', 'authorize', '--token', 'KZ77505', '--url', urls().http];
    const options = { cwd: folder, input: JSON.stringify({ pin: '000000' }) };
    const refused = await execute(['send', ...authority, '--data', '-'], options);
    expect([refused.exitCode, refused.stderr]).toEqual([
      1,
      expect.stringContaining('AVQFR_BAD_KEY_AUTH_DATA'),
    ]);
    writeFileSync(join(folder, 'pin.json'), JSON.stringify({ pin: PIN }));
    const accepted = await send(...authority, '--data', '@pin.json', '--out', 'answer.json');
    expect([accepted.exitCode, accepted.stdout]).toEqual([0, '']);
    expect(JSON.parse(readFileSync(join(folder, 'answer.json'), 'utf8'))).toEqual({ result: 'Ok' });
  });
});

describe('listen', () => {
  test('prints each delivery, and ends with a signal', async () => {
    const listener = start(['listen', 'news.today', '--json', '--url', urls().http]);
    await listener.output(/listening to news\.today/);
    const socket = new WebSocket(`${urls().websocket}/tsrv`);
    await new Promise((resolve) => socket.addEventListener('open', resolve));
    socket.send(JSON.stringify({ type: 'publish', address: 'news.today', data: { headline: 'open' } }));
    const [line] = await listener.output(/.*headline.*\n/);
    expect(JSON.parse(line)).toMatchObject({
      type: 'publish',
      address: 'news.today',
      data: { headline: 'open' },
    });
    socket.close();
    listener.signal('SIGTERM');
    expect((await listener.finished).exitCode).toBe(0);
  });

  test('exits 1 when the bus refuses', async () => {
    const { exitCode, stderr } = await execute(['listen', 'secret.news', '--url', urls().websocket]);
    expect([exitCode, stderr]).toEqual([1, expect.stringMatching(/^BUS_ACCESS_DENIED: /)]);
  });
});

describe('the configuration', () => {
  const tokens = async () => {
    const { stdout } = await send('ik.service.token', 'get_tokens');
    return JSON.parse(stdout).map(({ serial }: { serial: string }) => serial);
  };
  const withDevice = (token: string) => ({
    ...CONFIG,
    devices: [...CONFIG.devices, { token, vendor: 'moscow', cash_register: 12 }],
  });

  test('is taken over by reload, and what needs a restart is named', async () => {
    writeConfig({ ...withDevice('IIKO12'), log: { level: 'warn' } });
    const { exitCode, stdout } = await execute(['reload', '--store', listening.store], { cwd: folder });
    expect([exitCode, stdout]).toEqual([0, 'reloaded; needs a restart: log\n']);
    expect(await tokens()).toContain('IIKO12');
    expect((await send('ik.service.token.shift', 'get_x_report', '--token', 'IIKO12')).exitCode).toBe(0);
  });

  test('stays when the new one has complaints', async () => {
    writeConfig({ ...CONFIG, devices: [{ token: 'X', vendor: 'nobody' }] });
    const { exitCode, stderr } = await execute(['reload', '--store', listening.store], { cwd: folder });
    expect([exitCode, stderr]).toEqual([1, expect.stringMatching(/^line 1: devices\[0\]\.vendor: /)]);
    expect(await tokens()).toContain('IIKO12');
  });

  test('is taken over at SIGHUP', async () => {
    writeConfig(withDevice('IIKO13'));
    bus.signal('SIGHUP');
    await logged('configuration reloaded', 2);
    expect(await tokens()).toContain('IIKO13');
  });

  test('is reloaded by nobody who cannot read the store, and by no web page', async () => {
    const file = join(listening.store, 'control.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const { url, token } = JSON.parse(readFileSync(file, 'utf8'));
    const post = (headers: Record<string, string>) => fetch(`${url}/reload`, { method: 'POST', headers });
    expect((await post({})).status).toBe(403);
    expect((await post({ authorization: 'Bearer guess' })).status).toBe(403);
    expect((await post({ authorization: `Bearer ${token}`, origin: 'http://localhost' })).status).toBe(403);
    expect((await fetch(`${url}/reload`, { headers: { authorization: `Bearer ${token}` } })).status).toBe(
      403,
    );
    expect((await post({ authorization: `Bearer ${token}` })).status).toBe(200);
  });
});

describe('serve --record', () => {
  test('writes fixtures that replay', async () => {
    const { exitCode, stdout } = await execute(['replay', 'recorded'], { cwd: folder });
    expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/\d+ passed, 0 failed\n$/)]);
  });
});

/** Each answers with how many answers came once the connection ended. */
const CLIENTS: Record<
  string,
  (count: number, message: string) => { accepted: Promise<void>; answers: Promise<number> }
> = {
  http: (count, message) => {
    const headers = { 'content-type': 'application/json' };
    const post = () => fetch(`${urls().http}/tsrv`, { method: 'POST', headers, body: message });
    const answers = Array.from(
      { length: count },
      async () => ((await (await post()).json()) as { type: string }).type,
    );
    return {
      accepted: Promise.resolve(),
      answers: Promise.all(answers).then((types) => types.filter((type) => type === 'send').length),
    };
  },
  websocket: (count, message) => {
    const socket = new WebSocket(`${urls().websocket}/tsrv`);
    let answered = 0;
    const accepted = new Promise<void>((resolve) => {
      socket.addEventListener('open', () => {
        for (let index = 0; index < count; index += 1) socket.send(message);
        socket.send('{"type":"ping"}');
      });
      socket.addEventListener('message', ({ data }) => {
        if (JSON.parse(data).type === 'pong') resolve();
        if (JSON.parse(data).type === 'send') answered += 1;
      });
    });
    const answers = new Promise<number>((resolve) =>
      socket.addEventListener('close', () => resolve(answered)),
    );
    return { accepted, answers };
  },
  tcp: (count, message) => {
    const { hostname, port } = new URL(urls().tcp);
    const socket = connect({ host: hostname, port: Number(port) });
    const decoder = new LengthPrefixDecoder(1_000_000);
    let answered = 0;
    for (let index = 0; index < count; index += 1) socket.write(encodeFrame(message));
    socket.write(encodeFrame('{"type":"ping"}'));
    const accepted = new Promise<void>((resolve) => {
      socket.on('data', (chunk) =>
        decoder.push(chunk, (frame) => {
          const { type } = JSON.parse(frame.toString());
          if (type === 'pong') resolve();
          if (type === 'send') answered += 1;
        }),
      );
    });
    const answers = new Promise<number>((resolve) => socket.on('close', () => resolve(answered)));
    return { accepted, answers };
  },
};

describe('SIGTERM', () => {
  test('answers every request that was accepted, and exits 0', async () => {
    const message = JSON.stringify({
      address: 'ik.service.token.shift',
      headers: { action: 'get_x_report', token: 'AVQ11031010703' },
    });
    await fetch(`${listening.simulators.tsrv}/_sandbox/faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ delay_ms: 700, times: 0 }),
    });
    const before = bus.stdout.split('"msg":"message"').length;
    const clients = Object.values(CLIENTS).map((load) => load(40, message));
    await Promise.all(clients.map(({ accepted }) => accepted));
    // Two round trips after everything was sent: what lay in a socket by then has been read.
    for (let trip = 0; trip < 2; trip += 1) await fetch(`${urls().http}/healthz`);
    bus.signal('SIGTERM');

    expect(await Promise.all(clients.map(({ answers }) => answers))).toEqual([40, 40, 40]);
    const { exitCode, stdout } = await bus.finished;
    expect(exitCode).toBe(0);
    expect(stdout.split('"msg":"message"').length - before).toBe(120);
    expect(stdout.trimEnd().split('\n').at(-1)).toContain('"msg":"stopped"');
    expect(() => statSync(listening.store)).toThrow('ENOENT');
  });

  test('leaves a log without a secret', () => {
    expect(bus.stdout).toContain('KZ77505');
    for (const secret of [PIN, 'simulated-password', 'simulated-cashier'])
      expect(bus.stdout).not.toContain(secret);
  });
});
