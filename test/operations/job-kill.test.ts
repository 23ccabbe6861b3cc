import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { systemClock } from '#core/clock.ts';
import { silentLog } from '#core/log.ts';
import type { Job } from '#domain/job.ts';
import { Jobs } from '#operations/jobs.ts';
import { Operations } from '#operations/operations.ts';
import { openSqliteStore } from '#store/sqlite-store.ts';
import { temporaryFolder } from '../store/temporary-folder.ts';
import { ORDER, reportAt, serveReports } from './http-reports.ts';

const CHILD = fileURLToPath(new URL('job-kill-child.ts', import.meta.url));

/** What is written in the life of a job, its order's own steps among them. */
const WRITES = ['queued', 'write', 'mark_sent', 'answer', 'ordered', 'running', 'file', 'done'];
const MOMENTS = WRITES.flatMap((write) => [`before ${write}`, `after ${write}`]);

/** Another process of the bus takes up what there is, and is asked again. */
async function askAgain(folder: string, url: string) {
  const store = openSqliteStore(folder);
  const job = reportAt(url) as unknown as Job;
  const { clock, log } = { clock: systemClock, log: silentLog };
  const operations = new Operations({
    ...{ table: store.operations, clock, log, keepMs: 86_400_000 },
    changeOf: () => job.order,
    settleAfterMs: () => 100,
  });
  const jobs = new Jobs({
    ...{
      operations,
      clock,
      log,
      deadlineMs: 60_000,
      maxLivePerClient: 1000,
      keepMs: 86_400_000,
      maxResultBytes: 1000,
    },
    ...{ table: store.jobs, files: store.jobFiles, jobOf: () => job, publish() {} },
  });
  await operations.start();
  await jobs.start();
  const ended = await jobs.wait(await jobs.order({ ...ORDER, job }), new AbortController().signal);
  const live = await store.jobs.readLive();
  await Promise.all([jobs.close(), operations.close()]);
  await store.close();
  expect(live).toEqual([]);
  return ended;
}

test.concurrent.for(MOMENTS)(
  'killed %s, the next process finishes the one report',
  { timeout: 60_000 },
  async (moment, { onTestFinished }) => {
    const server = await serveReports();
    onTestFinished(server.close);
    const folder = temporaryFolder(onTestFinished);
    const child = spawn(process.execPath, [CHILD, folder, server.url, moment], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    child.stdout.on('data', (text) => {
      said += text;
    });
    const [, signal] = await once(child, 'exit');
    expect({ signal, said }).toEqual({ signal: 'SIGKILL', said: '' });

    const first = await askAgain(folder, server.url);
    expect(first).toMatchObject({ state: 'done', failure: null });
    expect(await askAgain(folder, server.url)).toEqual(first);
    expect(server.ordered).toEqual(['op-1']);
    expect(readdirSync(join(folder, 'files'))).toEqual([first.id]);
    expect(readFileSync(join(folder, 'files', first.id), 'utf8')).toBe('report 1');
  },
);
