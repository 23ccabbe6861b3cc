/**
 * One process of the bus: orders a report of the server behind a URL, and kills itself at the moment it is given.
 * Arguments: folder of the store, URL of the server, moment.
 */
import { systemClock } from '#core/clock.ts';
import { silentLog } from '#core/log.ts';
import type { Job } from '#domain/job.ts';
import { Jobs } from '#operations/jobs.ts';
import { Operations } from '#operations/operations.ts';
import { openSqliteStore } from '#store/sqlite-store.ts';
import { ORDER, reportAt } from './http-reports.ts';

const [folder = '', url = '', fatalMoment] = process.argv.slice(2);
const store = openSqliteStore(folder);
const job = reportAt(url) as unknown as Job;
const die = (moment: string) => {
  if (moment === fatalMoment) process.kill(process.pid, 'SIGKILL');
};
const around = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
  die(`before ${what}`);
  const done = await work();
  die(`after ${what}`);
  return done;
};
const { clock, log } = { clock: systemClock, log: silentLog };
const operations = new Operations({
  ...{ table: store.operations, clock, log, keepMs: 86_400_000, probe: die },
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
  table: {
    ...store.jobs,
    insert: (record) => around('queued', () => store.jobs.insert(record)),
    update: (record) => around(record.state, () => store.jobs.update(record)),
  },
  files: {
    ...store.jobFiles,
    async create(id) {
      const file = await store.jobFiles.create(id);
      return { ...file, finish: () => around('file', () => file.finish()) };
    },
  },
  jobOf: () => job,
  publish() {},
});
// The timers of the bus keep no process alive.
setInterval(() => undefined, 1000);
await operations.start();
await jobs.start();
const record = await jobs.order({ ...ORDER, job });
await jobs.wait(record, new AbortController().signal);
process.stdout.write('done');
process.exit();
