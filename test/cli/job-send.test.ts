import { createHash } from 'node:crypto';
import { existsSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Answer, waitForJob } from '#cli/job-waiting.ts';
import { outFilePlaces } from '#cli/out-file.ts';
import { ProgressBar, progressLine } from '#cli/progress-bar.ts';
import { BALANCES, GENERATE, startJobBus } from '../actions/job-bus.ts';
import { temporaryFolder } from '../store/temporary-folder.ts';
import { execute } from './command-process.ts';

const job = (state: string, progress: number | null): Answer => ({
  text: '',
  type: 'send',
  data: { job_id: 'j', state, progress },
});
const RESULT: Answer = { text: '', type: 'send', data: { rows: 1 } };

/** Waits for a job whose states are these, each a second long; says what was asked for and what was shown. */
async function wait(first: Answer, asked: readonly Answer[], limitMs = 60_000) {
  const done: string[] = [];
  const written: string[] = [];
  let seconds = 0;
  const answer = await waitForJob({
    order: async (waits) => {
      done.push(waits ? 'result' : 'order');
      return waits ? RESULT : first;
    },
    ask: async (id) => {
      seconds += 1;
      done.push(id);
      return asked[seconds - 1] ?? job('running', 0.5);
    },
    bar: new ProgressBar({ columns: 60, write: (text) => written.push(text) }),
    now: () => seconds * 1000,
    limitMs,
  });
  return { answer, done, written };
}

describe('waiting at a terminal', () => {
  test('shows how far the job is, and ends with its result', async () => {
    const { answer, done, written } = await wait(job('queued', null), [job('running', 0.5), job('done', 1)]);
    expect(answer).toBe(RESULT);
    expect(done).toEqual(['order', 'j', 'j', 'result']);
    expect(written).toEqual([
      expect.stringContaining('queued, 0 s'),
      expect.stringContaining('50 %  running, 1 s'),
      '\r\u001b[2K',
    ]);
  });

  test('shows nothing for what is no job', async () => {
    const failure = { text: '', type: 'error', data: { name: 'BUS_INVALID_DATA' } };
    expect(await wait(failure, [])).toEqual({ answer: failure, done: ['order'], written: [] });
  });

  test('leaves it to the bus where nobody may ask for jobs', async () => {
    const denied = { text: '', type: 'error', data: { name: 'BUS_ACCESS_DENIED' } };
    expect((await wait(job('queued', null), [denied])).done).toEqual(['order', 'j', 'result']);
  });

  test.each(['failed', 'cancelled'])('never orders again what is %s', async (state) => {
    const failure = { name: 'VENDOR_UNAVAILABLE', description: 'поставщик недоступен' };
    const { data } = job(state, null);
    const ended = { text: '', type: 'send', data: { ...(data as object), failure } };
    const { answer, done } = await wait(job('queued', null), [ended]);
    expect(done).toEqual(['order', 'j']);
    expect(answer).toMatchObject({ type: 'error', data: failure });
  });

  test('never orders again when the time is over', async () => {
    const { answer, done } = await wait(job('queued', null), [], 3000);
    expect(done).toEqual(['order', 'j', 'j', 'j']);
    expect(answer).toMatchObject({
      type: 'error',
      data: { name: 'BUS_TIMEOUT', details: { job_id: 'j' } },
    });
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

describe('send --wait --out', () => {
  const args = ([address, action, data]: readonly [string, string, object]) => [
    ...['send', address, action, '--data', JSON.stringify(data), '--wait'],
  ];

  test('saves the file of a job', async () => {
    const { http } = await startJobBus();
    const cwd = temporaryFolder();
    const command = [...args(GENERATE), '--url', http, '--out', 'report.xlsx', '--json'];
    const { exitCode, stdout } = await execute(command, { cwd });
    expect(exitCode).toBe(0);
    const { file } = JSON.parse(stdout).data;
    const saved = readFileSync(join(cwd, 'report.xlsx'));
    expect(createHash('sha256').update(saved).digest('hex')).toBe(file.sha256);
    expect(existsSync(join(cwd, 'report.xlsx.part'))).toBe(false);
  }, 20_000);

  test.each([
    ['a folder', '.', 'it is a folder'],
    ['in a folder that is missing', 'missing/report.xlsx', 'ENOENT'],
  ])('asks for nothing when --out is %s', async (_case, out, reason) => {
    // Nobody listens there: it is not even tried.
    const command = [...args(GENERATE), '--url', 'http://127.0.0.1:9', '--out', out];
    const { exitCode, stderr } = await execute(command, { cwd: temporaryFolder() });
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining(reason)]);
  });

  test('follows a link to the file, and replaces nothing that is no file', () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'real.xlsx'), 'old');
    symlinkSync(join(cwd, 'real.xlsx'), join(cwd, 'link.xlsx'));
    const real = join(realpathSync(cwd), 'real.xlsx');
    expect(outFilePlaces(join(cwd, 'link.xlsx'))).toEqual({ half: `${real}.part`, whole: real });
    expect(outFilePlaces('/dev/null')).toEqual({ half: '/dev/null', whole: '/dev/null' });
    const fresh = join(cwd, 'fresh.xlsx');
    expect(outFilePlaces(fresh)).toEqual({ half: `${fresh}.part`, whole: fresh });
  });

  test('saves the data of a job without a file, and says what keeps it from a file', async () => {
    const { http, app } = await startJobBus();
    const cwd = temporaryFolder();
    const data = await execute([...args(BALANCES), '--url', http, '--out', 'balance.json'], { cwd });
    expect(data.exitCode).toBe(0);
    expect(JSON.parse(readFileSync(join(cwd, 'balance.json'), 'utf8'))).toHaveProperty('lines');
    const tcp = `tcp://127.0.0.1:${app.listening.avqTcp?.port}`;
    const refused = await execute([...args(GENERATE), '--url', tcp, '--out', 'report.xlsx'], { cwd });
    expect([refused.exitCode, refused.stderr]).toEqual([2, expect.stringContaining('over HTTP')]);
    expect(existsSync(join(cwd, 'report.xlsx'))).toBe(false);
  }, 40_000);
});
