import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { WebSocketServer } from 'ws';
import { BALANCES, GENERATE, type JobBus, startJobBus } from '../actions/job-bus.ts';
import { temporaryFolder } from '../store/temporary-folder.ts';
import { eventually } from '../support/eventually.ts';
import { type CommandProcess, execute, start } from './command-process.ts';
import { startCutConnection } from './cut-connection.ts';

const [ADDRESS, ACTION, DATA] = GENERATE;
const ORDER = ['send', ADDRESS, ACTION, '--data', JSON.stringify(DATA), '--wait'];

/** A report is said to be made in four seconds: the bus does not look before. */
const SLOW = { speed: 2 };

/** A bus whose reports take a while, and a way to it that can be cut. */
async function startSlowBus() {
  const bus = await startJobBus();
  await bus.control(bus.ofd, SLOW);
  const way = await startCutConnection(Number(bus.app.listening.http?.port));
  return { bus, way, url: `http://127.0.0.1:${way.port}` };
}

async function jobsOf({ send }: Pick<JobBus, 'send'>) {
  const { data } = await send('bus.jobs', 'list_jobs', {});
  return data as unknown as { job_id: string; state: string }[];
}

/** The order has been answered, and the job is asked for: each question has a connection of its own. */
function untilFollowed(way: { readonly connections: number }): Promise<void> {
  return eventually(() => way.connections > 1);
}

/** What becomes of the report, as soon as it was ordered from the vendor. It stays so. */
async function decide({ ofd }: Pick<JobBus, 'ofd'>, state: 'Processing' | 'Done'): Promise<void> {
  const body = JSON.stringify({ report: 'last', state });
  const request = { method: 'POST', headers: { 'content-type': 'application/json' }, body };
  const tell = async () =>
    expect(await fetch(`${ofd.baseUrl}/_sandbox/state`, request)).toHaveProperty('ok', true);
  await vi.waitFor(tell, { timeout: 15_000 });
}

/** The arguments of the command that is told, as a shell would take them. */
function toldCommand(stderr: string): string[] {
  const [, command = ''] =
    /job [\da-f-]{36} goes on at the bus; to follow it: avq-bus (.*)\n/.exec(stderr) ?? [];
  return command.split(' ').map((word) => word.replace(/^'(.*)'$/, '$1'));
}

describe('a job whose bus is lost', () => {
  test('is found again, and ordered once', async () => {
    const { bus, way, url } = await startSlowBus();
    const sending = start([...ORDER, '--url', url, '--json']);
    await decide(bus, 'Processing');
    await untilFollowed(way);
    await way.cut();
    await sending.output(/looking for it again/);
    await way.mend();
    await decide(bus, 'Done');
    const { exitCode, stdout } = await sending.finished;
    const [job, ...others] = await jobsOf(bus);
    expect([exitCode, others]).toEqual([0, []]);
    const file = { url: `/files/${job?.job_id}` };
    expect(JSON.parse(stdout)).toMatchObject({ type: 'send', data: { file } });
  }, 40_000);

  test('can be followed by the command that is told when nobody comes back', async () => {
    const { bus, way, url } = await startSlowBus();
    const cwd = temporaryFolder();
    const out = ['--out', 'the report.xlsx'];
    const sending = start([...ORDER, ...out, '--timeout', '2000', '--url', url], { cwd });
    await decide(bus, 'Processing');
    await untilFollowed(way);
    await way.cut();
    const { exitCode, stdout, stderr } = await sending.finished;
    expect([exitCode, stdout]).toEqual([1, '']);
    expect(stderr).toContain('Is the bus running');
    await way.mend();
    await decide(bus, 'Done');
    const command = toldCommand(stderr.replace("'the report.xlsx'", 'report.xlsx'));
    expect((await execute(command, { cwd })).exitCode).toBe(0);
    expect(readdirSync(cwd)).toEqual(['report.xlsx']);
    expect(await jobsOf(bus)).toHaveLength(1);
  }, 40_000);
});

describe('a bus that is killed while a job is waited for', () => {
  test('goes on with it after a restart, and so does whoever waits', async () => {
    const { control, ofd } = await startJobBus();
    await control(ofd, SLOW);
    const cwd = temporaryFolder();
    const account = { kind: 'ofd-ru', login: 'a', password: 'b', inn: '7841465198', kpp: '772501001' };
    const serve = async (port: number): Promise<{ bus: CommandProcess; port: number }> => {
      const config = {
        listen: { http: { port }, avqTcp: false, vertxTcp: false },
        store: { path: 'store' },
        vendors: { ofd: { ...account, baseUrl: ofd.baseUrl } },
      };
      writeFileSync(join(cwd, 'avq-bus.json'), JSON.stringify(config));
      const bus = start(['serve'], { cwd });
      onTestFinished(() => bus.signal('SIGKILL'));
      const [line] = await bus.output(/.*"msg":"listening".*\n/);
      return { bus, port: Number(new URL(JSON.parse(line).listeners.http).port) };
    };
    const first = await serve(0);
    const way = await startCutConnection(first.port);
    const url = `http://127.0.0.1:${way.port}`;
    const sending = start([...ORDER, '--url', url, '--out', 'report.xlsx'], { cwd });
    await decide({ ofd }, 'Processing');
    await untilFollowed(way);
    first.bus.signal('SIGKILL');
    await first.bus.finished;
    await sending.output(/looking for it again/);
    await serve(first.port);
    await decide({ ofd }, 'Done');
    expect(await sending.finished).toMatchObject({ exitCode: 0, stdout: '' });
    expect(readFileSync(join(cwd, 'report.xlsx')).subarray(0, 2).toString()).toBe('PK');
    const listed = await execute(['send', 'bus.jobs', 'list_jobs', '--url', url]);
    expect(JSON.parse(listed.stdout)).toHaveLength(1);
  }, 60_000);
});

describe('an order that is never answered', () => {
  /** Takes what is sent, and hangs up. */
  async function startTaker(scheme: string) {
    const taken: string[] = [];
    const server: Server | WebSocketServer =
      scheme === 'ws'
        ? new WebSocketServer({ port: 0, host: '127.0.0.1' })
        : createServer().listen(0, '127.0.0.1');
    if (server instanceof WebSocketServer) {
      server.on('connection', (socket) => {
        socket.on('message', (message) => {
          taken.push(String(message));
          socket.terminate();
        });
      });
    } else {
      server.on('connection', (socket) => {
        socket
          .on('error', () => undefined)
          .on('data', (bytes) => {
            taken.push(String(bytes));
            socket.destroy();
          });
      });
    }
    await new Promise((resolve) => server.once('listening', resolve));
    onTestFinished(() => void server.close());
    return { taken, url: `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}` };
  }

  test.each(['http', 'ws', 'tcp'])('is sent once, and said to be unknown (%s)', async (scheme) => {
    const { taken, url } = await startTaker(scheme);
    const { exitCode, stdout, stderr } = await execute([...ORDER, '--url', url]);
    expect([exitCode, stdout]).toEqual([1, '']);
    expect(stderr).toContain('it is not known whether the order was taken');
    expect(stderr).toContain(`avq-bus send bus.jobs list_jobs --url ${url}`);
    expect(stderr).not.toContain('may be repeated');
    expect(taken).toHaveLength(1);
    expect(taken[0]).not.toContain('"wait"');
  });

  test('leaves the secret of the URL to whoever repeats the command', async () => {
    const { url } = await startTaker('ws');
    const secretUrl = `${url}/tsrv?access_token=hush`;
    const { exitCode, stdout, stderr } = await execute([...ORDER, '--url', secretUrl]);
    expect([exitCode, stdout]).toEqual([1, '']);
    expect(stderr).toContain(`avq-bus send bus.jobs list_jobs --url ${url}/tsrv --secret …\n`);
    expect(stderr).not.toContain('hush');
  });

  test('leaves the secret of the command to whoever repeats it', async () => {
    const { url } = await startTaker('ws');
    const { stderr } = await execute([...ORDER, '--url', url, '--secret', 'hush']);
    expect(stderr).toMatch(/avq-bus send bus.jobs list_jobs --url \S+ --secret …\n/);
    expect(stderr).not.toContain('hush');
  });

  test.each([
    ['that of the environment is found again', [], 'list_jobs --url \\S+\n'],
    ['the same by an option', ['--secret', 'hush'], 'list_jobs --url \\S+\n'],
    ['another one', ['--secret', 'hush2'], 'list_jobs --url \\S+ --secret …\n'],
    ['as a header', ['--header', 'Authorization=Bearer hush2'], 'list_jobs --url \\S+ --secret …\n'],
  ])('names the secret where the environment has another: %s', async (_case, options, told) => {
    const { url } = await startTaker('ws');
    const env = { AVQ_BUS_SECRET: 'hush' };
    const { stderr } = await execute([...ORDER, '--url', url, ...options], { env });
    expect(stderr).toMatch(new RegExp(told));
    expect(stderr).not.toContain('hush');
  });

  test('shows the secret of a header as its own, in any spelling', async () => {
    const { taken, url } = await startTaker('ws');
    const header = ['--header', 'Authorization=Bearer mine'];
    await execute([...ORDER, '--url', url, ...header], { env: { AVQ_BUS_SECRET: 'other' } });
    const { headers } = JSON.parse(taken[0] ?? '');
    expect(headers).toMatchObject({ authorization: 'Bearer mine' });
    expect(headers).not.toHaveProperty('Authorization');
  });

  test('may be repeated where it has an operation.id', async () => {
    const { url } = await startTaker('http');
    const { exitCode, stderr } = await execute([...ORDER, '--header', 'operation.id=o', '--url', url]);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/not known.*\nthe same command may be repeated/);
  });

  test('is not unknown where nobody was', async () => {
    const { url, way } = await startSlowBus();
    await way.cut();
    const { exitCode, stderr } = await execute([...ORDER, '--url', url]);
    expect([exitCode, stderr]).toEqual([1, expect.not.stringContaining('not known')]);
  });

  test('leaves the waiting to the bus where the answers of the vendor are wanted', async () => {
    const { taken, url } = await startTaker('http');
    await execute([...ORDER, '--header', 'raw=true', '--url', url]);
    expect(taken[0]).toContain('"wait":"true"');
  });
});

describe('a signal while a job is waited for', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)(
    '%s says that the job goes on, and how to follow it',
    async (signal) => {
      const { bus, way, url } = await startSlowBus();
      const cwd = temporaryFolder();
      const sending = start([...ORDER, '--url', url, '--out', 'report.xlsx'], { cwd });
      await untilFollowed(way);
      sending.signal(signal);
      const { exitCode, stdout, stderr } = await sending.finished;
      // It has ended by the signal.
      expect([exitCode, stdout, readdirSync(cwd)]).toEqual([null, '', []]);
      const [job] = await jobsOf(bus);
      expect(toldCommand(stderr)).toEqual([
        ...['send', 'bus.jobs', 'get_job', '--data', JSON.stringify({ job_id: job?.job_id })],
        ...['--wait', '--out', 'report.xlsx', '--url', `${url}/tsrv`],
      ]);
    },
    40_000,
  );
});

describe('a job that does not get done', () => {
  test('is told when the time is over, with the command to follow it', async () => {
    const { bus, url } = await startSlowBus();
    const { exitCode, stdout, stderr } = await execute([
      ...ORDER,
      '--timeout',
      '500',
      '--url',
      url,
      '--json',
    ]);
    const [job] = await jobsOf(bus);
    expect([exitCode, JSON.parse(stdout)]).toMatchObject([
      1,
      { type: 'error', data: { name: 'BUS_TIMEOUT', details: { job_id: job?.job_id } } },
    ]);
    expect(toldCommand(stderr)).toContain(JSON.stringify({ job_id: job?.job_id }));
  }, 20_000);

  test('fails with the failure of the job, and nothing to follow', async () => {
    const { bus, way, url } = await startSlowBus();
    const sending = start([...ORDER, '--url', url]);
    await untilFollowed(way);
    const [job] = await jobsOf(bus);
    await bus.send('bus.jobs', 'cancel_job', { job_id: job?.job_id });
    const { exitCode, stdout, stderr } = await sending.finished;
    const { data } = await bus.send('bus.jobs', 'get_job', { job_id: job?.job_id });
    expect([exitCode, stdout]).toEqual([1, '']);
    expect(stderr).toContain((data.failure as { name: string }).name);
    expect(stderr).not.toContain('get_job --data');
  }, 20_000);
});

test('what is no job is the answer itself', async () => {
  const { bus, way, url } = await startSlowBus();
  const [address, , data] = BALANCES;
  const options = ['--data', JSON.stringify(data), '--wait', '--url', url];
  const refused = await execute(['send', address, 'no_such_action', ...options]);
  expect([refused.exitCode, refused.stderr]).toEqual([1, expect.stringContaining('BUS_UNKNOWN_ACTION')]);
  const answered = await execute(['send', 'ik.service.app', 'version', '--wait', '--url', url]);
  expect([answered.exitCode, JSON.parse(answered.stdout)]).toMatchObject([
    0,
    { version: expect.any(String) },
  ]);
  expect([way.connections, await jobsOf(bus)]).toEqual([2, []]);
});
