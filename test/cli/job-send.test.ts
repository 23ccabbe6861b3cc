import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { openSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer as readBytes } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { Answer } from '#cli/bus-question.ts';
import { CommandError } from '#cli/command-error.ts';
import { followJob, jobOf } from '#cli/job-waiting.ts';
import { ProgressBar, progressLine } from '#cli/progress-bar.ts';
import { BALANCES, GENERATE, startJobBus } from '../actions/job-bus.ts';
import { temporaryFolder } from '../store/temporary-folder.ts';
import { execute, start } from './command-process.ts';

const RESULT = { rows: 1 };
const FAILURE = { name: 'VENDOR_UNAVAILABLE', description: 'поставщик недоступен' };

const job = (state: string, progress: number | null = null, more = {}): Answer => ({
  text: '',
  type: 'send',
  data: { job_id: 'j', state, progress, result: null, failure: null, ...more },
});
const DONE = job('done', 1, { result: RESULT });
const refusal = (name: string): Answer => ({ text: '', type: 'error', data: { name, description: 'нет' } });
const LOST = new CommandError('failed', 'no answer');

/** Follows a job that is asked for with these outcomes, each a second later; says what was told and shown. */
async function follow(outcomes: readonly (Answer | Error)[], { limitMs = 60_000, isShown = true } = {}) {
  const written: string[] = [];
  const losses: string[] = [];
  const pauses: number[] = [];
  const timeouts: number[] = [];
  let elapsedMs = 0;
  const queued = jobOf(job('queued'));
  if (!queued) throw new Error('this is no Job');
  const answer = await followJob(queued, {
    ask: async (_id, timeoutMs) => {
      const outcome = outcomes[timeouts.length] ?? outcomes.at(-1);
      timeouts.push(timeoutMs);
      elapsedMs += 1000;
      if (!outcome || outcome instanceof Error) throw outcome;
      return outcome;
    },
    bar: isShown ? new ProgressBar({ columns: 60, write: (text) => written.push(text) }) : undefined,
    onLost: (reason) => losses.push(reason),
    pause: async (ms) => {
      pauses.push(ms);
      elapsedMs += ms;
    },
    now: () => elapsedMs,
    limitMs,
  }).catch((error: unknown) => error);
  return { answer, losses, pauses, timeouts, written };
}

describe('following a job', () => {
  test('shows at a terminal how far it is, and ends with its result', async () => {
    const { answer, written } = await follow([job('running', 0.5), DONE]);
    expect(answer).toMatchObject({ type: 'send', data: RESULT });
    expect(written).toEqual([
      expect.stringContaining('queued, 0 s'),
      expect.stringContaining('50 %  running, 1 s'),
      '\r\u001b[2K',
    ]);
  });

  test('answers the same where nobody looks, as a Message', async () => {
    const { answer } = await follow([job('running', 0.5), DONE], { isShown: false });
    expect(answer).toEqual((await follow([DONE])).answer);
    expect(JSON.parse((answer as Answer).text)).toEqual({
      ...{ type: 'send', address: 'avq-bus.cli', reply_address: null, data: RESULT, headers: null },
    });
  });

  test.each(['failed', 'cancelled'])('answers why it has %s', async (state) => {
    const { answer } = await follow([job(state, null, { failure: FAILURE })]);
    expect(answer).toMatchObject({ type: 'error', data: FAILURE });
  });

  test('ends when the time is over, with the id of the job', async () => {
    const { answer, timeouts } = await follow([job('running')], { limitMs: 2500, isShown: false });
    expect(timeouts).toEqual([2500, 1500, 500]);
    expect(answer).toMatchObject({
      type: 'error',
      data: { name: 'BUS_TIMEOUT', details: { job_id: 'j' } },
    });
  });

  test('looks for a lost bus again, ever more slowly, and tells of it once', async () => {
    const { answer, losses, pauses } = await follow([LOST, LOST, refusal('BUS_OVERLOADED'), DONE]);
    expect(answer).toMatchObject({ data: RESULT });
    expect([losses, pauses]).toEqual([['no answer'], [250, 500, 1000]]);
  });

  test('begins with short pauses again after a bus was found', async () => {
    const { losses, pauses } = await follow([LOST, LOST, job('running'), LOST, DONE]);
    expect([losses.length, pauses]).toEqual([2, [250, 500, 250]]);
  });

  test('never pauses beyond the time there is, and ends with the loss', async () => {
    const { answer, pauses } = await follow([LOST], { limitMs: 30_000 });
    expect(answer).toBe(LOST);
    expect(pauses.slice(0, 6)).toEqual([250, 500, 1000, 2000, 4000, 5000]);
    expect(pauses.at(-1)).toBeLessThan(5000);
  });

  test('takes a refusal for an answer', async () => {
    const denied = refusal('BUS_ACCESS_DENIED');
    expect(await follow([denied, DONE])).toMatchObject({ answer: denied, losses: [] });
  });

  test('knows a Job from what looks like one', () => {
    expect(jobOf(job('lost'))).toBeUndefined();
    expect(jobOf({ ...job('done'), type: 'error' })).toBeUndefined();
  });
});

describe('the bar', () => {
  test.each([
    [0, `[${'.'.repeat(30)}]   0 %  running, 7 s`],
    [0.5, `[${'#'.repeat(15)}${'.'.repeat(15)}]  50 %  running, 7 s`],
    [1, `[${'#'.repeat(30)}] 100 %  running, 7 s`],
    [null, `[${'.'.repeat(7)}#${'.'.repeat(22)}]        running, 7 s`],
  ])('of %s', (progress, line) => {
    expect(progressLine({ state: 'running', progress, seconds: 7 })).toBe(line);
  });

  test('never breaks the line of a narrow terminal', () => {
    const written: string[] = [];
    const bar = new ProgressBar({ columns: 20, write: (text) => written.push(text) });
    bar.show({ state: 'running', progress: 0.5, seconds: 1 });
    expect(written[0]?.replace('\r\u001b[2K', '')).toHaveLength(19);
  });
});

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

type OfferedResult = { readonly file: { readonly sha256: string } };

const args = ([address, action, data]: readonly [string, string, object]) => [
  ...['send', address, action, '--data', JSON.stringify(data), '--wait'],
];

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** What a command writes to its stdout: a file, or else a pipe. */
async function stdoutOf(command: readonly string[], file: string | undefined): Promise<Buffer> {
  const stdout = file === undefined ? 'pipe' : openSync(file, 'w');
  const child = spawn(process.execPath, [MAIN, ...command], { stdio: ['ignore', stdout, 'inherit'] });
  const ended = once(child, 'close');
  const piped = child.stdout ? await readBytes(child.stdout) : undefined;
  await ended;
  return piped ?? readFileSync(String(file));
}

describe('send --wait --out', () => {
  test('saves the file of a job', async () => {
    const { http } = await startJobBus();
    const cwd = temporaryFolder();
    const command = [...args(GENERATE), '--url', http, '--out', 'report.xlsx', '--json'];
    const { exitCode, stdout } = await execute(command, { cwd });
    expect(exitCode).toBe(0);
    const { file } = JSON.parse(stdout).data;
    expect(sha256(readFileSync(join(cwd, 'report.xlsx')))).toBe(file.sha256);
    expect(readdirSync(cwd)).toEqual(['report.xlsx']);
  }, 20_000);

  test.each([
    ['an option', ['--secret', 'hush-hush-hush-hush']],
    ['a header', ['--header', 'Authorization=Bearer hush-hush-hush-hush']],
  ])(
    'shows the secret to follow the job and to fetch the file: %s',
    async (_case, given) => {
      const rights = [{ addressRegex: '.*' }];
      const clients = [{ name: 'shop', secret: 'hush-hush-hush-hush', inbound: rights }];
      const { http } = await startJobBus({ clients });
      const cwd = temporaryFolder();
      const command = [...args(GENERATE), '--url', http, '--out', 'report.xlsx', ...given];
      expect(await execute(command, { cwd })).toMatchObject({ exitCode: 0 });
      expect(readdirSync(cwd)).toEqual(['report.xlsx']);
    },
    20_000,
  );

  test('saves the data of a job without a file, and says what keeps it from a file', async () => {
    const { http, app } = await startJobBus();
    const cwd = temporaryFolder();
    const data = await execute([...args(BALANCES), '--url', http, '--out', 'balance.json'], { cwd });
    expect(data.exitCode).toBe(0);
    expect(JSON.parse(readFileSync(join(cwd, 'balance.json'), 'utf8'))).toHaveProperty('lines');
    const tcp = `tcp://127.0.0.1:${app.listening.avqTcp?.port}`;
    const refused = await execute([...args(GENERATE), '--url', tcp, '--out', 'report.xlsx'], { cwd });
    expect([refused.exitCode, refused.stderr]).toEqual([
      1,
      expect.stringMatching(
        /over HTTP.*\njob [\da-f-]{36} is done; .* get_job .* --wait --out report\.xlsx /,
      ),
    ]);
    expect(readdirSync(cwd)).toEqual(['balance.json']);
  }, 40_000);

  test.each(['pipe', 'file'])(
    'of - gives the bytes of the file to stdout alone, a %s',
    async (kind) => {
      const { http, send } = await startJobBus();
      const file = kind === 'file' ? join(temporaryFolder(), 'stdout') : undefined;
      const bytes = await stdoutOf([...args(GENERATE), '--url', http, '--out', '-'], file);
      const [made] = (await send('bus.jobs', 'list_jobs', {})).data as unknown as { result: OfferedResult }[];
      expect(sha256(bytes)).toBe(made?.result.file.sha256);
    },
    20_000,
  );

  test('of - ends with a reader that has seen enough', async () => {
    const { http } = await startJobBus();
    const sending = start([...args(GENERATE), '--url', http, '--out', '-']);
    sending.abandon('stdout');
    const { exitCode, stderr } = await sending.finished;
    expect([exitCode, stderr]).toEqual([0, '']);
  }, 20_000);

  test.each([
    ['a folder that is missing', ['--out', 'missing/report.xlsx'], 'ENOENT'],
    ['a folder', ['--out', '.'], 'it is a folder'],
    ['two things for stdout', ['--out', '-', '--json'], '--json'],
  ])('asks for nothing when it is %s', async (_case, given, reason) => {
    // Nobody listens there: it is not even tried.
    const command = [...args(GENERATE), '--url', 'http://127.0.0.1:9', ...given];
    const { exitCode, stderr } = await execute(command, { cwd: temporaryFolder() });
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining(reason)]);
  });
});
