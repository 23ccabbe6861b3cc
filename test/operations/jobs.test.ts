import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Exchange } from '#core/call.ts';
import { Failure } from '#core/failure.ts';
import type { JobView } from '#domain/job-view.ts';
import type { Store } from '#store/store.ts';
import { StoreError } from '#store/store-error.ts';
import { temporaryFolder } from '../store/temporary-folder.ts';
import { ModelReports, running } from './model-reports.ts';
import { START_MS } from './restartable.ts';
import { client, DAY_MS, DEADLINE_MS, RestartableJobs, settle } from './restartable-jobs.ts';

async function begin(wrap?: (store: Store) => Store, maxLive?: number) {
  const reports = new ModelReports();
  const folder = temporaryFolder();
  const bus = await new RestartableJobs(folder, () => reports.job as never, wrap, maxLive).start();
  onTestFinished(() => bus.kill());
  return { reports, bus, folder, files: join(folder, 'files') };
}

/** Jobs of one client that have not ended, where there are few. */
const MAX_LIVE = 3;
const NEVER = new AbortController().signal;
const EXCHANGE: Exchange = {
  account: 'ofd',
  request: { method: 'POST', path: '/reports', body: 'a long request', effect: 'read' },
  outcome: { status: 200, headers: {}, text: 'a long answer' },
  ms: 1,
};

const UUID = /^[0-9a-f-]{36}$/;
const DOWN = () => new Failure('VENDOR_UNAVAILABLE');

describe('a job', () => {
  test('is answered as soon as it is written down', async () => {
    const { bus, reports } = await begin();
    reports.pause = new Promise(() => undefined);
    expect(await bus.order()).toEqual({
      job_id: expect.stringMatching(UUID),
      address: 'reports',
      action: 'make',
      state: 'queued',
      progress: null,
      created: '2026-01-31T00:00:00Z',
      updated: '2026-01-31T00:00:00Z',
      expires: null,
      result: null,
      failure: null,
    });
  });

  test('is ordered, followed at the pace of its vendor, and done', async () => {
    const { bus, reports } = await begin();
    reports.steps = [
      { state: 'ordered', progress: null, againInMs: 5000 },
      running(0.25, 5000),
      running(0.75, 5000),
    ];
    const { job_id: id } = await bus.order();
    await settle();
    expect(await bus.see(id)).toMatchObject({ state: 'ordered', progress: null });
    await bus.pass(4000);
    expect(reports.looks).toBe(1);
    await bus.pass(1000);
    expect(await bus.see(id)).toMatchObject({
      state: 'running',
      progress: 0.25,
      updated: '2026-01-31T00:00:05Z',
    });
    await bus.pass(10_000);
    expect(await bus.see(id)).toMatchObject({
      state: 'done',
      progress: 1,
      result: { rows: 1 },
      failure: null,
      expires: '2026-02-07T00:00:15Z',
    });
    await bus.pass(60_000);
    expect(reports).toMatchObject({ ordered: ['a'], looks: 4 });
  });

  test('fails as its vendor says', async () => {
    const { bus, reports } = await begin();
    const details = { vendor: 'ofd-ru', account: 'ofd', status: 200, code: 'Error', message: '' };
    reports.last = { failure: new Failure('VENDOR_REJECTED', { description: 'не вышло', details }) };
    const { job_id: id } = await bus.order();
    await settle();
    expect(await bus.see(id)).toMatchObject({
      state: 'failed',
      result: null,
      failure: { name: 'VENDOR_REJECTED', description: 'не вышло', details },
    });
  });

  test('fails with what kept it from being ordered', async () => {
    const { bus, reports } = await begin();
    reports.orders = [new Failure('VENDOR_AUTH_FAILED')];
    const told = await bus.ask({ wait: true });
    expect(told).toMatchObject({ failure: { name: 'VENDOR_AUTH_FAILED' } });
    expect(reports.looks).toBe(0);
  });

  test('is looked at again, less and less often, while its vendor cannot be read', async () => {
    const { bus, reports } = await begin();
    reports.steps = [DOWN(), DOWN(), new Failure('VENDOR_BAD_RESPONSE'), new TypeError('ours')];
    const { job_id: id } = await bus.order();
    await bus.pass(2000);
    expect(reports.looks).toBe(2);
    await bus.pass(4000);
    expect(reports.looks).toBe(3);
    await bus.pass(8000);
    expect(await bus.see(id)).toMatchObject({ state: 'ordered' });
    await bus.pass(16_000);
    expect(await bus.see(id)).toMatchObject({ state: 'done' });
  });

  test('has failed when its vendor refuses to tell', async () => {
    const { bus, reports } = await begin();
    reports.steps = [new Failure('VENDOR_REJECTED')];
    const { job_id: id } = await bus.order();
    await settle();
    expect(await bus.see(id)).toMatchObject({ state: 'failed', failure: { name: 'VENDOR_REJECTED' } });
  });

  test('never goes back, whatever comes late', async () => {
    const { bus, reports } = await begin();
    reports.steps = [
      running(0.5),
      { state: 'ordered', progress: 0.1, againInMs: 1000 },
      running(null),
      running(7),
    ];
    const { job_id: id } = await bus.order();
    await bus.pass(2000);
    expect(await bus.see(id)).toMatchObject({ state: 'running', progress: 0.5 });
    await bus.pass(1000);
    expect(await bus.see(id)).toMatchObject({ state: 'running', progress: 1 });
  });

  test('fails past its deadline, in whatever state', async () => {
    const { bus, reports } = await begin();
    reports.last = running(0.5, 10_000);
    const followed = await bus.order({ tag: 'a' });
    await settle();
    reports.pause = new Promise(() => undefined);
    await bus.order({ tag: 'b' });
    await settle();
    const waiting = await bus.order({ tag: 'c' });
    await bus.pass(DEADLINE_MS);
    for (const { job_id: id } of [followed, waiting]) {
      expect(await bus.see(id)).toMatchObject({ state: 'failed', failure: { name: 'VENDOR_TIMEOUT' } });
    }
    expect(reports.ordered).toEqual(['a']);
  });

  test('is not ended by a clock that jumps', async () => {
    const { bus, reports } = await begin();
    const { clock } = bus;
    const realNow = clock.now;
    reports.last = running(0.5, 5000);
    const { job_id: id } = await bus.order();
    await settle();
    for (const jumpMs of [5 * 3_600_000, -5 * 3_600_000]) {
      clock.now = () => realNow() + jumpMs;
      await bus.pass(30_000);
      expect(await bus.see(id)).toMatchObject({ state: 'running' });
    }
    reports.last = { result: 1 };
    await bus.pass(5000);
    expect(await bus.see(id)).toMatchObject({ state: 'done', result: 1 });
  });

  test('gets no more time by a clock that was set back before a restart', async () => {
    const { bus, reports } = await begin();
    const realNow = bus.clock.now;
    reports.last = running(0.5, 5000);
    const { job_id: id } = await bus.order();
    await settle();
    await bus.kill();
    bus.clock.now = () => realNow() - 10 * DEADLINE_MS;
    await bus.start();
    await bus.pass(DEADLINE_MS);
    expect(await bus.see(id)).toMatchObject({ state: 'failed', failure: { name: 'VENDOR_TIMEOUT' } });
  });

  test('waits for an account that has left the configuration', async () => {
    const reports = new ModelReports();
    let isConfigured = true;
    const jobOf = () => (isConfigured ? (reports.job as never) : undefined);
    const bus = await new RestartableJobs(temporaryFolder(), jobOf).start();
    onTestFinished(() => bus.kill());
    reports.steps = [running(null)];
    const { job_id: id } = await bus.order();
    await settle();
    isConfigured = false;
    await bus.pass(20_000);
    expect(await bus.see(id)).toMatchObject({ state: 'running' });
    isConfigured = true;
    await bus.pass(10_000);
    expect(await bus.see(id)).toMatchObject({ state: 'done' });
  });
});

describe('a lost order', () => {
  test('that was made is found, and not made again', async () => {
    const { bus, reports } = await begin();
    reports.orders = ['lost'];
    const { job_id: id } = await bus.order();
    await settle();
    expect(await bus.see(id)).toMatchObject({ state: 'done' });
    expect(reports.ordered).toEqual(['a']);
  });

  test('is found when the vendor can be read again', async () => {
    const { bus, reports } = await begin();
    reports.orders = ['lost'];
    reports.isSilent = true;
    const { job_id: id } = await bus.order();
    await bus.pass(30_000);
    expect(await bus.see(id)).toMatchObject({ state: 'queued' });
    reports.isSilent = false;
    await bus.pass(60_000);
    expect(await bus.see(id)).toMatchObject({ state: 'done' });
    expect(reports.ordered).toEqual(['a']);
  });

  test('that was surely not made is made once more, after a pause', async () => {
    const { bus, reports } = await begin();
    reports.orders = ['vanished'];
    const { job_id: id } = await bus.order();
    await bus.pass(1000);
    expect(await bus.see(id)).toMatchObject({ state: 'queued' });
    await bus.pass(1000);
    expect(await bus.see(id)).toMatchObject({ state: 'done' });
    expect(reports.ordered).toEqual(['a']);
  });

  test('that was surely not made twice fails, and a repeat is a new job', async () => {
    const { bus, reports } = await begin();
    reports.orders = ['vanished', 'vanished'];
    const first = await bus.order({ id: 'op' });
    await bus.pass(2000);
    expect(await bus.see(first.job_id)).toMatchObject({
      state: 'failed',
      failure: { name: 'VENDOR_UNAVAILABLE' },
    });
    const second = await bus.order({ id: 'op' });
    expect(second.job_id).not.toBe(first.job_id);
    await settle();
    expect(await bus.see(second.job_id)).toMatchObject({ state: 'done' });
    expect(await bus.see(first.job_id)).toMatchObject({ state: 'failed' });
    expect(reports.ordered).toEqual(['a']);
  });
});

describe('an order too many', () => {
  test('is refused before anything is written, until a job of that client has ended', async () => {
    const { bus, reports } = await begin(undefined, MAX_LIVE);
    reports.steps = Array.from({ length: 100 }, () => running(0.5));
    const orders = Array.from({ length: MAX_LIVE + 2 }, (_, index) => bus.ask({ tag: `${index}` }));
    const told = await Promise.all(orders);
    const refused = told.flatMap((one) => ('failure' in one ? [one.failure.name] : []));
    expect(refused).toEqual(['BUS_OVERLOADED', 'BUS_OVERLOADED']);
    const other = await bus.order({ client: { name: 'pos-2' } });
    const listed = await bus.jobs.list({}, client({ seesAllJobs: true }));
    expect(listed).toHaveLength(MAX_LIVE + 1);
    await bus.jobs.cancel(await bus.jobs.find(other.job_id, client({ name: 'pos-2' })), NEVER);
    expect(await bus.ask({})).toMatchObject({ failure: { name: 'BUS_OVERLOADED' } });
    await bus.jobs.cancel(listed.find(({ client: by }) => by === 'pos-1') as never, NEVER);
    expect(await bus.order()).toMatchObject({ state: 'queued' });
  });

  test('is none that repeats or joins a job, or meets one that has ended', async () => {
    const { bus, reports } = await begin(undefined, MAX_LIVE);
    reports.steps = Array.from({ length: 100 }, () => running(0.5));
    const first = await bus.order({ id: 'op' });
    for (let index = 1; index < MAX_LIVE; index += 1) await bus.order();
    expect(await bus.order({ id: 'op' })).toMatchObject({ job_id: first.job_id });
    const conflict = await bus.ask({ id: 'op', data: { other: true } });
    expect(conflict).toMatchObject({ failure: { name: 'BUS_OPERATION_CONFLICT' } });
    expect(await bus.ask({ id: 'new' })).toMatchObject({ failure: { name: 'BUS_OVERLOADED' } });
  });

  test('counts the jobs of an earlier process', async () => {
    const { bus, reports } = await begin(undefined, MAX_LIVE);
    reports.steps = Array.from({ length: 100 }, () => running(0.5));
    for (let index = 0; index < MAX_LIVE; index += 1) await bus.order();
    await settle();
    await bus.restart();
    expect(await bus.ask({})).toMatchObject({ failure: { name: 'BUS_OVERLOADED' } });
  });
});

describe('an order whose requester has gone', () => {
  test('is not written, and takes no place', async () => {
    const { bus, reports } = await begin(undefined, MAX_LIVE);
    for (let index = 0; index <= MAX_LIVE; index += 1) {
      const gone = await bus.ask({ id: `op-${index}`, signal: AbortSignal.abort() });
      expect(gone).toMatchObject({ failure: { name: 'BUS_TIMEOUT' } });
    }
    expect(await bus.jobs.list({}, client())).toEqual([]);
    expect(reports.ordered).toEqual([]);
    expect(await bus.order()).toMatchObject({ state: 'queued' });
  });
});

describe('a repeat', () => {
  test('is the same Job, under way, done and after a restart', async () => {
    const { bus, reports } = await begin();
    reports.steps = [running(0.5)];
    const [first, joined] = await Promise.all([bus.order({ id: 'op' }), bus.order({ id: 'op' })]);
    expect(joined.job_id).toBe(first.job_id);
    await bus.pass(2000);
    expect(await bus.order({ id: 'op' })).toMatchObject({ job_id: first.job_id, state: 'done' });
    await bus.restart();
    expect(await bus.order({ id: 'op' })).toMatchObject({ job_id: first.job_id, state: 'done' });
    expect(reports.ordered).toEqual(['a']);
  });

  test('of a job that its vendor has refused is refused the same', async () => {
    const { bus, reports } = await begin();
    reports.orders = [new Failure('VENDOR_REJECTED', { description: 'лимит' })];
    const first = await bus.order({ id: 'op' });
    await settle();
    expect(await bus.order({ id: 'op' })).toMatchObject({
      job_id: first.job_id,
      failure: { description: 'лимит' },
    });
  });

  test('with other contents is a conflict; of another client it is another operation', async () => {
    const { bus, reports } = await begin();
    await bus.order({ id: 'op' });
    await settle();
    expect(await bus.ask({ id: 'op', tag: 'b' })).toMatchObject({
      failure: { name: 'BUS_OPERATION_CONFLICT' },
    });
    await bus.order({ id: 'op', tag: 'b', client: { name: 'pos-2' } });
    await settle();
    expect(reports.ordered).toEqual(['a', 'b']);
  });

  test.each([undefined, 'lane'])(
    'shares its id with other changes of the account (lane %s)',
    async (lane) => {
      const reports = new ModelReports();
      const job = { ...reports.job, ...(lane !== undefined && { laneOf: () => lane }) };
      const bus = await new RestartableJobs(temporaryFolder(), () => job as never).start();
      onTestFinished(() => bus.kill());
      const { signal } = new AbortController();
      const call = { deadline: Number.MAX_SAFE_INTEGER, signal, exchanges: [], traceparent: undefined };
      const change = { prepare: async () => ({ answer: 1 }), send: async () => 1 };
      const name = { client: 'pos-1', address: 'reports', action: 'other', account: 'ofd', token: null };
      const other = { ...name, data: null, showPersonalData: false, change };
      await bus.operations.run({ ...other, operationId: 'one' }, call);
      expect(await bus.ask({ id: 'one' })).toMatchObject({ failure: { name: 'BUS_OPERATION_CONFLICT' } });
      await bus.order({ id: 'two' });
      await settle();
      await expect(bus.jobs.check({ ...other, operationId: 'two' })).rejects.toMatchObject({
        name: 'BUS_OPERATION_CONFLICT',
      });
      await bus.jobs.check({ ...other, operationId: 'three' });
      await bus.jobs.check({ ...other, client: 'pos-2', operationId: 'two' });
      expect(reports.ordered).toEqual(['a']);
    },
  );

  test('of an order in another lane does not wait for this one', async () => {
    const reports = new ModelReports();
    const job = { ...reports.job, laneOf: ({ tag }: { tag: string }) => tag };
    const bus = await new RestartableJobs(temporaryFolder(), () => job as never).start();
    onTestFinished(() => bus.kill());
    reports.pause = new Promise(() => undefined);
    await bus.order({ tag: 'a' });
    await settle();
    reports.pause = undefined;
    expect(await bus.ask({ tag: 'b', wait: true })).toEqual({ data: { rows: 1 } });
  });
});

describe('waiting', () => {
  test('for the order is answered with the result', async () => {
    const { bus, reports } = await begin();
    reports.steps = [running(0.5)];
    const told = bus.ask({ wait: true });
    await bus.pass(1000);
    expect(await told).toEqual({ data: { rows: 1 } });
  });

  test('ends with the failure of a job that was cancelled', async () => {
    const { bus, reports } = await begin();
    reports.last = running(0.5);
    const { job_id: id } = await bus.order({ id: 'op' });
    await settle();
    const told = bus.ask({ id: 'op', wait: true });
    await settle();
    await bus.jobs.cancel(await bus.jobs.find(id, client()), new AbortController().signal);
    expect(await told).toMatchObject({
      failure: { name: 'VENDOR_REJECTED', description: 'задание отменено' },
    });
  });

  test('ends with the time, and the job goes on', async () => {
    const { bus, reports } = await begin();
    reports.last = running(0.5);
    const told = bus.ask({ wait: true, timeoutMs: 5000 });
    await bus.pass(5000);
    const { failure } = (await told) as { failure: Failure };
    expect(failure).toMatchObject({ name: 'BUS_TIMEOUT', details: { job_id: expect.stringMatching(UUID) } });
    reports.last = { result: 2 };
    await bus.pass(1000);
    const { job_id: id } = failure.details as { job_id: string };
    expect(await bus.see(id)).toMatchObject({ state: 'done', result: 2 });
  });

  test('ends when the bus stops, and the job goes on in the next process', async () => {
    const { bus, reports } = await begin();
    reports.last = running(0.5);
    const told = bus.ask({ wait: true });
    await bus.pass(1000);
    bus.stopping.abort();
    expect(await told).toMatchObject({
      failure: { name: 'BUS_TIMEOUT', details: { job_id: expect.stringMatching(UUID) } },
    });
  });

  test('is done by whoever records, until the job has ended or the bus stops', async () => {
    const { bus, reports } = await begin();
    const told: (string | null)[][] = [];
    bus.onJobEnded = ({ view }) => void told.push([view.job_id, view.state]);
    const { job_id: ended } = await bus.order();
    await settle();
    reports.last = running(0.5);
    const { job_id: id } = await bus.order({ tag: 'b' });
    await bus.pass(1000);
    expect(told).toEqual([[ended, 'done']]);
    bus.stopping.abort();
    await settle();
    expect(told.slice(1)).toEqual([[id, 'running']]);
  });

  test('takes two minutes when nothing is said', async () => {
    const { bus, reports } = await begin();
    reports.last = running(0.5, 60_000);
    let told: unknown;
    void bus.ask({ wait: true }).then((it) => {
      told = it;
    });
    await bus.pass(119_000);
    expect(told).toBeUndefined();
    await bus.pass(1000);
    expect(told).toMatchObject({ failure: { name: 'BUS_TIMEOUT' } });
  });

  test('gets to see the calls to the vendor', async () => {
    const { bus, reports } = await begin();
    reports.last = async (_ordered, { call }) => {
      call.exchanges.push(EXCHANGE);
      return { result: 1 };
    };
    const exchanges: Exchange[] = [];
    await bus.ask({ wait: true, raw: true, exchanges });
    expect(exchanges).toEqual([EXCHANGE]);
    const counted: Exchange[] = [];
    await bus.ask({ tag: 'b', wait: true, exchanges: counted });
    expect(counted).toMatchObject([{ account: 'ofd', ms: 1, outcome: { status: 200, text: '' } }]);
    expect(JSON.stringify(counted)).not.toContain('long');
  });
});

describe('cancelling', () => {
  const stop = async (bus: RestartableJobs, id: string) =>
    bus.jobs.cancel(await bus.jobs.find(id, client()), new AbortController().signal);

  test('tells the vendor, and ends the job', async () => {
    const { bus, reports } = await begin();
    reports.last = running(0.5);
    const { job_id: id } = await bus.order();
    await settle();
    expect(await stop(bus, id)).toMatchObject({ state: 'cancelled' });
    expect(await bus.see(id)).toMatchObject({
      state: 'cancelled',
      failure: { name: 'VENDOR_REJECTED' },
      expires: '2026-02-07T00:00:00Z',
    });
    await bus.pass(10_000);
    expect(reports).toMatchObject({ cancelled: [1], looks: 1 });
    expect(await stop(bus, id)).toMatchObject({ state: 'cancelled' });
  });

  test('sends nothing for a job whose turn has not come', async () => {
    const { bus, reports } = await begin();
    const { promise, resolve } = Promise.withResolvers<void>();
    reports.pause = promise;
    await bus.order({ tag: 'a' });
    const { job_id: id } = await bus.order({ tag: 'b' });
    await settle();
    expect(await stop(bus, id)).toMatchObject({ state: 'cancelled' });
    resolve();
    await settle();
    expect(reports).toMatchObject({ ordered: ['a'], cancelled: [] });
  });

  test('waits for an order that was sent, and cancels that', async () => {
    const { bus, reports } = await begin();
    const { promise, resolve } = Promise.withResolvers<void>();
    reports.pause = promise;
    const { job_id: id } = await bus.order();
    await settle();
    const stopped = stop(bus, id);
    await settle();
    resolve();
    expect(await stopped).toMatchObject({ state: 'cancelled' });
    expect(reports).toMatchObject({ ordered: ['a'], cancelled: [1] });
  });

  test('is refused while the vendor cannot be told, and the job goes on', async () => {
    const { bus, reports } = await begin();
    reports.last = running(0.5);
    reports.cancels = [DOWN()];
    const { job_id: id } = await bus.order();
    await settle();
    await expect(stop(bus, id)).rejects.toMatchObject({ name: 'VENDOR_UNAVAILABLE' });
    reports.last = { result: 1 };
    await bus.pass(1000);
    expect(await bus.see(id)).toMatchObject({ state: 'done' });
    expect(await stop(bus, id)).toMatchObject({ state: 'done' });
  });

  test('is done when the vendor says that there is nothing to cancel', async () => {
    const { bus, reports } = await begin();
    reports.last = running(0.5);
    reports.cancels = [new Failure('VENDOR_REJECTED')];
    const { job_id: id } = await bus.order();
    await settle();
    expect(await stop(bus, id)).toMatchObject({ state: 'cancelled' });
  });
});

describe('events', () => {
  test('tell of every change, of one job at most once a second, and of the last one always', async () => {
    const { bus, reports } = await begin();
    reports.steps = [0.1, 0.2, 0.3, 0.4, 0.5].map((progress) => running(progress, 300));
    await bus.order();
    for (let ms = 0; ms < 4000; ms += 100) {
      bus.clock.advance(100);
      await settle();
    }
    const seen = bus.events.map(({ at, job }) => [at, job.state, job.progress]);
    expect(seen[0]).toEqual([expect.any(Number), 'ordered', null]);
    expect(seen.at(-1)).toMatchObject([expect.any(Number), 'done', 1]);
    const pauses = bus.events.slice(1).map(({ at }, index) => at - (bus.events[index]?.at ?? 0));
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(1000);
    expect(bus.events.at(-1)?.job).toMatchObject({ result: { rows: 1 }, expires: expect.any(String) });
  });

  test('are for those who see the job, masked unless they see people', async () => {
    const { bus, reports } = await begin();
    reports.last = { result: { email: 'anna@example.com' } };
    const { job_id: id } = await bus.order({ client: { seesPersonalData: true } });
    await bus.pass(1000);
    const masked = { result: { email: expect.stringMatching(/^\*+.com$/) } };
    expect(bus.events.at(-1)?.job).toMatchObject(masked);
    const seen = (more: object) => bus.jobs.eventFor(id, client(more));
    expect(seen({ seesPersonalData: true })).toMatchObject({ result: { email: 'anna@example.com' } });
    expect(seen({})).toMatchObject(masked);
    expect(seen({ name: 'pos-2' })).toBeUndefined();
    expect(seen({ name: 'pos-2', seesAllJobs: true })).toMatchObject(masked);
  });
});

describe('others', () => {
  test('do not see a job, unless a rule says so', async () => {
    const { bus } = await begin();
    const { job_id: id } = await bus.order();
    await settle();
    const other = client({ name: 'pos-2' });
    await expect(bus.see(id, other)).rejects.toMatchObject({ name: 'BUS_JOB_NOT_FOUND' });
    expect(await bus.jobs.list({}, other)).toEqual([]);
    expect(await bus.see(id, client({ name: 'pos-2', seesAllJobs: true }))).toMatchObject({ job_id: id });
    await expect(bus.see('42')).rejects.toMatchObject({ name: 'BUS_JOB_NOT_FOUND' });
  });
});

describe('the list', () => {
  test('is newest first, filtered, page by page', async () => {
    const { bus, reports } = await begin();
    const ids: string[] = [];
    for (const tag of ['a', 'b', 'c', 'd']) {
      reports.orders = tag === 'b' ? [new Failure('VENDOR_REJECTED')] : [];
      ids.unshift((await bus.order({ tag, account: tag })).job_id);
      await bus.pass(1000);
    }
    const list = async (filter: object, by = client()) =>
      (await bus.jobs.list(filter, by)).map(({ id }) => id);
    expect(await list({})).toEqual(ids);
    expect(await list({ state: 'failed' })).toEqual([ids[2]]);
    expect(await list({ limit: 2 })).toEqual(ids.slice(0, 2));
    expect(await list({ limit: 2, before: ids[1] })).toEqual(ids.slice(2));
    expect(await list({ before: new Date(START_MS + 2000).toISOString() })).toEqual(ids.slice(2));
    expect(await list({ action: 'none' })).toEqual([]);
    expect(await list({ address: 'reports', action: 'make' })).toEqual(ids);
    expect(await list({ before: ids[1]?.toUpperCase() })).toEqual(ids.slice(2));
    expect(await bus.see(String(ids[0]).toUpperCase())).toMatchObject({ job_id: ids[0] });
    for (const before of ['yesterday', '2030', '1', '30 Nov 2030', '2030-01-01', '2030-02-30T00:00:00Z']) {
      await expect(list({ before })).rejects.toMatchObject({ name: 'BUS_INVALID_DATA' });
    }
  });

  test('ends a page where it would be too large, and never empty', async () => {
    const { bus, reports } = await begin();
    reports.last = { result: 'x'.repeat(900) };
    for (const tag of ['a', 'b', 'c']) await bus.order({ tag, account: tag });
    await settle();
    expect(await bus.jobs.list({}, client())).toHaveLength(1);
  });
});

describe('a file', () => {
  test('is what a look has made, described in the result', async () => {
    const { bus, reports, files } = await begin();
    reports.last = async (_ordered, { openFile }) => {
      const sink = await openFile();
      await sink.write(Buffer.from('PK'));
      await sink.write(Buffer.from('data'));
      return { result: { report: 1 }, file: await sink.finish('отчёт.xlsx', 'application/x') };
    };
    const { job_id: id } = await bus.order();
    const { result } = await bus.until(id, ({ state }) => state === 'done');
    expect(result).toEqual({
      report: 1,
      file: {
        name: 'отчёт.xlsx',
        size: 6,
        sha256: '83e0aef9febff917681c2e4f778358628857b570ea28a486dd9611ccca73d7aa',
        media_type: 'application/x',
        url: `/files/${id}`,
      },
    });
    expect(readFileSync(join(files, id), 'utf8')).toBe('PKdata');
  });

  test('is made of a result that is too large', async () => {
    const { bus, reports, files } = await begin();
    const large = { lines: ['я'.repeat(600)] };
    reports.last = { result: large };
    const { job_id: id } = await bus.order();
    const { result } = await bus.until(id, ({ state }) => state === 'done');
    expect(result).toMatchObject({ file: { name: 'make.json', media_type: 'application/json' } });
    expect(result).not.toHaveProperty('lines');
    expect(JSON.parse(readFileSync(join(files, id), 'utf8'))).toEqual(large);
  });

  test('that does not fit on the disk fails the job by name, and leaves nothing', async () => {
    const { bus, reports, files } = await begin((store) => ({
      ...store,
      jobFiles: {
        ...store.jobFiles,
        create: async (id) => {
          const file = await store.jobFiles.create(id);
          const full = async () => {
            await file.discard();
            throw new StoreError('full', 'no room');
          };
          return { ...file, write: full };
        },
      },
    }));
    reports.last = { result: 'x'.repeat(2000) };
    const { job_id: id } = await bus.order();
    const { failure } = await bus.until(id, ({ state }) => state === 'failed');
    expect(failure).toMatchObject({
      name: 'BUS_INTERNAL_ERROR',
      description: expect.stringContaining('не осталось места'),
    });
    expect(readdirSync(files)).toEqual([]);
  });

  test('that was begun and not ended is dropped', async () => {
    const { bus, reports, files } = await begin();
    reports.last = async (_ordered, { openFile }) => {
      await (await openFile()).write(Buffer.from('half'));
      throw new Failure('VENDOR_REJECTED');
    };
    const { job_id: id } = await bus.order();
    await bus.until(id, ({ state }) => state === 'failed');
    expect(readdirSync(files)).toEqual([]);
  });
});

describe('a job that has ended', () => {
  test('is gone with its file when it has expired', async () => {
    const { bus, reports, files } = await begin();
    reports.last = { result: 'x'.repeat(2000) };
    const { job_id: id } = await bus.order({ id: 'op' });
    await bus.until(id, ({ state }) => state === 'done');
    bus.clock.advance(7 * DAY_MS - 1);
    await settle();
    expect(await bus.see(id)).toMatchObject({ state: 'done' });
    expect(existsSync(join(files, id))).toBe(true);
    bus.clock.advance(1);
    await expect(bus.see(id)).rejects.toMatchObject({ name: 'BUS_JOB_NOT_FOUND' });
    expect(await bus.jobs.list({}, client())).toEqual([]);
    bus.clock.advance(3_600_000);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(existsSync(join(files, id))).toBe(false);
  });

  test('keeps nothing of what was asked for', async () => {
    const { bus } = await begin();
    const { job_id: id } = await bus.order();
    await settle();
    expect(await bus.store.jobs.read(id)).toMatchObject({ data: 'null', state: 'done' });
  });
});

describe('five hundred jobs at once', () => {
  test('all finish, each ordered once', async () => {
    const { bus, reports } = await begin();
    reports.last = async ({ report }) => ({ result: report });
    const tags = Array.from({ length: 500 }, (_, index) => `t${index}`);
    const told = await Promise.all(tags.map((tag) => bus.ask({ tag, wait: true })));
    expect(new Set(told.map((it) => ('data' in it ? it.data : it.failure))).size).toBe(500);
    expect(reports.ordered.toSorted()).toEqual(tags.toSorted());
    expect(bus.clock.pending).toBeLessThan(510);
    await bus.pass(2000);
    expect(bus.clock.pending).toBe(2);
  }, 30_000);
});

describe('a restart', () => {
  const STATES: Readonly<Record<string, (reports: ModelReports) => void>> = {
    queued: (reports) => {
      reports.pause = new Promise(() => undefined);
    },
    ordered: (reports) => {
      reports.last = { state: 'ordered', progress: null, againInMs: 5000 };
    },
    running: (reports) => {
      reports.last = running(0.5, 5000);
    },
  };

  test.each(Object.entries(STATES))('of a job that is %s takes it up', async (state, arrange) => {
    const { bus, reports } = await begin();
    arrange(reports);
    const { job_id: id } = await bus.order();
    await settle();
    const before: JobView = await bus.see(id);
    expect(before.state).toBe(state);
    reports.pause = undefined;
    reports.last = { result: 'whole' };
    await bus.restart();
    await bus.pass(5000);
    expect(await bus.see(id)).toMatchObject({ state: 'done', result: 'whole', created: before.created });
    expect(reports.ordered).toEqual(['a']);
  });

  test.each(['done', 'failed', 'cancelled'])('leaves a job that is %s as it is', async (state) => {
    const { bus, reports } = await begin();
    if (state === 'failed') reports.last = { failure: new Failure('VENDOR_REJECTED') };
    if (state === 'cancelled') reports.last = running(0.5);
    const { job_id: id } = await bus.order();
    await settle();
    if (state === 'cancelled') {
      await bus.jobs.cancel(await bus.jobs.find(id, client()), new AbortController().signal);
    }
    const before = await bus.see(id);
    expect(before.state).toBe(state);
    const { looks } = reports;
    await bus.restart();
    await bus.pass(10_000);
    expect(await bus.see(id)).toEqual(before);
    expect(reports.looks).toBe(looks);
  });
});

describe('closing', () => {
  test('writes down nothing of a look that ends after it', async () => {
    const { bus, reports } = await begin();
    const { promise, resolve } = Promise.withResolvers<{ result: number }>();
    reports.last = () => promise;
    const { job_id: id } = await bus.order();
    await settle();
    const closed = bus.jobs.close();
    resolve({ result: 1 });
    await closed;
    expect(await bus.store.jobs.read(id)).toMatchObject({ state: 'ordered', result: null });
  });

  test('ends a look, writes nothing more, and goes on in the next process', async () => {
    const { bus, reports } = await begin();
    reports.last = (_ordered, { call }) =>
      new Promise((_resolve, reject) => {
        call.signal.addEventListener('abort', () => reject(new Failure('BUS_TIMEOUT')), { once: true });
      });
    const { job_id: id } = await bus.order();
    await settle();
    await bus.jobs.close();
    expect(await bus.store.jobs.read(id)).toMatchObject({ state: 'ordered' });
    expect(await bus.ask({ tag: 'b' })).toMatchObject({ failure: { name: 'BUS_OVERLOADED' } });
    reports.last = { result: 1 };
    await bus.restart();
    await settle();
    expect(await bus.see(id)).toMatchObject({ state: 'done' });
  });
});
