import { describe, expect, onTestFinished, test } from 'vitest';
import type { Signal } from '#core/cancellation.ts';
import { Failure } from '#core/failure.ts';
import { silentLog } from '#core/log.ts';
import type { Job } from '#domain/job.ts';
import type { JobRecord } from '#store/job-table.ts';
import type { Store } from '#store/store.ts';
import { temporaryFolder } from '../store/temporary-folder.ts';
import { ModelReports, running } from './model-reports.ts';
import { client, DEADLINE_MS, RestartableJobs, settle } from './restartable-jobs.ts';

const DETAILS = { vendor: 'ofd-ru', account: 'ofd', status: 504, code: '504', message: 'gateway' };

async function begin(more: (reports: ModelReports) => Partial<Job> = () => ({})) {
  const reports = new ModelReports();
  const jobOf = () => ({ ...reports.job, ...more(reports) }) as never;
  const bus = await new RestartableJobs(temporaryFolder(), jobOf).start();
  onTestFinished(() => bus.kill());
  return { reports, bus };
}

const { signal } = new AbortController();
const stop = async (bus: RestartableJobs, id: string) =>
  bus.jobs.cancel(await bus.jobs.find(id, client()), signal);

describe('a job that the configuration does not suit any more', () => {
  test('fails by name after a restart, instead of standing still', async () => {
    let objectId: number | undefined = 1;
    const laneOf = () => {
      if (objectId === undefined) throw new Failure('BUS_INVALID_DATA', { details: { errors: [] } });
      return String(objectId);
    };
    const { bus, reports } = await begin(() => ({ laneOf }));
    reports.pause = new Promise(() => undefined);
    await bus.order({ tag: 'a' });
    const { job_id: id } = await bus.order({ tag: 'b' });
    await settle();
    objectId = undefined;
    await bus.restart();
    await settle();
    expect(await bus.see(id)).toMatchObject({ state: 'failed', failure: { name: 'BUS_INVALID_DATA' } });
    expect(await stop(bus, id)).toMatchObject({ state: 'failed' });
  });

  test('stays what it was where the configuration filled it in', async () => {
    let restaurant = 1;
    type Data = { tag: string; restaurant?: number };
    const whole = { complete: (data: unknown) => ({ restaurant, ...(data as Data) }) };
    const laneOf = (data: unknown) => String((data as Data).restaurant ?? restaurant);
    const { bus, reports } = await begin(() => ({ ...whole, laneOf }));
    reports.orders = ['lost'];
    reports.isSilent = true;
    const { job_id: id } = await bus.order({ id: 'op' });
    await settle();
    restaurant = 2;
    reports.isSilent = false;
    await bus.restart();
    expect(await bus.order({ id: 'op' })).toMatchObject({ job_id: id });
    await bus.pass(60_000);
    expect(await bus.see(id)).toMatchObject({ state: 'done' });
    expect(await bus.order({ id: 'op' })).toMatchObject({ job_id: id });
    expect(reports.ordered).toEqual(['a']);
  });
});

describe('what nobody expected', () => {
  test('fails the job', async () => {
    const { bus, reports } = await begin();
    reports.last = { state: 'running', progress: 1n as never, againInMs: 1000 };
    const { job_id: id } = await bus.order();
    await settle();
    expect(await bus.see(id)).toMatchObject({ state: 'failed', failure: { name: 'BUS_INTERNAL_ERROR' } });
  });
});

describe('cancelling a job whose order was lost', () => {
  test('waits until it is known what became of it, and tells the vendor', async () => {
    const { bus, reports } = await begin();
    reports.orders = ['lost'];
    reports.isSilent = true;
    const { job_id: id } = await bus.order();
    await bus.pass(10_000);
    const stopped = stop(bus, id);
    await bus.pass(10_000);
    expect(await bus.see(id)).toMatchObject({ state: 'queued' });
    reports.isSilent = false;
    await bus.pass(60_000);
    expect(await stopped).toMatchObject({ state: 'cancelled' });
    expect(reports).toMatchObject({ ordered: ['a'], cancelled: [1], looks: 0 });
  });

  test('does so in the next process too, before anything else was found out', async () => {
    const { bus, reports } = await begin();
    reports.orders = ['lost'];
    reports.isSilent = true;
    const { job_id: id } = await bus.order();
    await settle();
    await bus.restart();
    const stopped = stop(bus, id);
    await settle();
    reports.isSilent = false;
    await bus.pass(60_000);
    expect(await stopped).toMatchObject({ state: 'cancelled' });
    expect(reports).toMatchObject({ ordered: ['a'], cancelled: [1], looks: 0 });
  });

  test('orders nothing where it was surely not made', async () => {
    const { bus, reports } = await begin();
    reports.orders = ['vanished'];
    reports.isSilent = true;
    const { job_id: id } = await bus.order();
    await settle();
    const stopped = stop(bus, id);
    reports.isSilent = false;
    await bus.pass(60_000);
    expect(await stopped).toMatchObject({ state: 'cancelled' });
    expect(reports).toMatchObject({ ordered: [], cancelled: [] });
  });

  test('ends with the time of the job all the same', async () => {
    const { bus, reports } = await begin();
    reports.orders = ['lost'];
    reports.isSilent = true;
    const { job_id: id } = await bus.order();
    await settle();
    const stopped = stop(bus, id);
    for (let minutes = 0; minutes <= 60; minutes += 1) {
      bus.clock.advance(DEADLINE_MS / 60);
      await settle();
    }
    expect(await stopped).toMatchObject({ state: 'failed' });
  });
});

describe('a stop of the bus', () => {
  test('refuses a cancel that was not carried out, and never calls a job that goes on cancelled', async () => {
    const { bus, reports } = await begin();
    reports.last = running(0.5);
    const { job_id: id } = await bus.order();
    await settle();
    const record = await bus.jobs.find(id, client());
    await bus.jobs.close();
    await expect(bus.jobs.cancel(record, signal)).rejects.toMatchObject({ name: 'BUS_OVERLOADED' });
  });
});

test('a stop in the middle of a write leaves no timer behind', async () => {
  const reports = new ModelReports();
  const { promise, resolve } = Promise.withResolvers<void>();
  const slow = (store: Store): Store => {
    const update = async (record: JobRecord) => {
      await store.jobs.update(record);
      await promise;
    };
    return { ...store, jobs: { ...store.jobs, update } };
  };
  const bus = await new RestartableJobs(temporaryFolder(), () => reports.job as never, slow).start();
  onTestFinished(() => bus.kill());
  await bus.order();
  await settle();
  const closed = Promise.all([bus.jobs.close(), bus.operations.close()]);
  await settle();
  resolve();
  await closed;
  expect(bus.clock.pending).toBe(0);
});

test('a stop does not wait for a vendor that is slow to be told of a cancel', async () => {
  let telling: Signal | undefined;
  const { promise, reject } = Promise.withResolvers<void>();
  const { bus, reports } = await begin(() => ({
    cancel: (_ordered, { call }) => {
      telling = call.signal;
      call.signal.addEventListener('abort', () => reject(new Failure('BUS_TIMEOUT')));
      return promise;
    },
  }));
  reports.last = running(0.5);
  const { job_id: id } = await bus.order();
  await settle();
  const stopped = stop(bus, id);
  await settle();
  expect(telling?.aborted).toBe(false);
  const closed = bus.jobs.close();
  expect(telling?.aborted).toBe(true);
  await expect(stopped).rejects.toMatchObject({ name: 'BUS_TIMEOUT' });
  await closed;
  expect(await bus.store.jobs.read(id)).toMatchObject({ state: 'running' });
});

describe('an order that the vendor is slow to answer', () => {
  test('keeps no job from being cancelled where the vendor is never told', async () => {
    const { bus, reports } = await begin(() => ({ cancel: undefined as never }));
    const { promise, resolve } = Promise.withResolvers<void>();
    reports.pause = promise;
    const { job_id: id } = await bus.order();
    await settle();
    expect(await stop(bus, id)).toMatchObject({ state: 'cancelled' });
    resolve();
    await settle();
    expect(await bus.see(id)).toMatchObject({ state: 'cancelled' });
    expect(reports).toMatchObject({ ordered: ['a'], looks: 0 });
  });
});

/** Two failures cost two and four seconds. */
async function expectMadeAfterTwoPauses({ bus, reports }: Awaited<ReturnType<typeof begin>>) {
  const { job_id: id } = await bus.order();
  await bus.pass(5000);
  expect(await bus.see(id)).toMatchObject({ state: 'queued' });
  await bus.pass(1000);
  expect(await bus.see(id)).toMatchObject({ state: 'done' });
  expect(reports.ordered).toEqual(['a']);
}

describe('an order that was refused for being one too many', () => {
  test('is made when the vendor takes it', async () => {
    const begun = await begin();
    begun.reports.orders = [new Failure('VENDOR_RATE_LIMITED'), new Failure('VENDOR_RATE_LIMITED')];
    await expectMadeAfterTwoPauses(begun);
  });
});

describe('an order that could not be prepared', () => {
  /** Reports whose orders read something first, which comes to these in order; afterwards all goes well. */
  function beginReading(reads: Failure[]) {
    return begin((reports) => ({
      order: {
        ...reports.job.order,
        prepare: (async (...order: Parameters<typeof reports.job.order.prepare>) => {
          const failure = reads.shift();
          if (failure) throw failure;
          return reports.job.order.prepare(...order);
        }) as never,
      },
    }));
  }

  test.each(['VENDOR_UNAVAILABLE', 'VENDOR_TIMEOUT', 'VENDOR_BAD_RESPONSE'] as const)(
    'is made when the vendor can be read again after %s',
    async (name) => {
      await expectMadeAfterTwoPauses(await beginReading([new Failure(name), new Failure(name)]));
    },
  );

  test('fails when its time is over, and with what was met', async () => {
    const down = new Failure('VENDOR_UNAVAILABLE', { details: DETAILS });
    const { bus, reports } = await beginReading(Array.from({ length: 100 }, () => down));
    const { job_id: id } = await bus.order();
    await bus.pass(DEADLINE_MS);
    expect(await bus.see(id)).toMatchObject({
      state: 'failed',
      failure: { name: 'VENDOR_TIMEOUT', details: DETAILS },
    });
    expect(reports.ordered).toEqual([]);
  });

  test.each(['VENDOR_REJECTED', 'VENDOR_AUTH_FAILED', 'BUS_INTERNAL_ERROR'] as const)(
    'fails at once after %s',
    async (name) => {
      const { bus } = await beginReading([new Failure(name)]);
      const { job_id: id } = await bus.order();
      await settle();
      expect(await bus.see(id)).toMatchObject({ state: 'failed', failure: { name } });
    },
  );
});

describe('an order that is lost again and again', () => {
  test('fails with what the vendor has said, soon where its state proves enough at once', async () => {
    let sent = 0;
    const lines: unknown[] = [];
    const order = {
      settlesAtOnce: true as const,
      prepare: async () => ({ evidence: {} }),
      send: async () => {
        sent += 1;
        throw new Failure('VENDOR_BAD_RESPONSE', {
          details: { ...DETAILS, status: 502 },
          cause: new SyntaxError('not JSON'),
        });
      },
      settle: async () => 'not_done' as const,
    };
    const { bus } = await begin(() => ({ order }));
    bus.settleAfterMs = 30_000;
    bus.log = { ...silentLog, error: (...line: unknown[]) => void lines.push(line) };
    await bus.restart();
    const { job_id: id } = await bus.order();
    await bus.pass(4000);
    expect(sent).toBe(2);
    expect(await bus.see(id)).toMatchObject({
      state: 'failed',
      failure: { name: 'VENDOR_BAD_RESPONSE', details: { status: 502 } },
    });
    expect(lines).toEqual([]);
  });

  test('is made once more, and no more', async () => {
    let sent = 0;
    const order = {
      prepare: async () => ({ evidence: {} }),
      send: async () => {
        sent += 1;
        throw new Failure('VENDOR_TIMEOUT', { details: { ...DETAILS, status: null, code: 'timeout' } });
      },
      settle: async () => 'not_done' as const,
    };
    const { bus } = await begin(() => ({ order }));
    bus.settleAfterMs = 30_000;
    const { job_id: id } = await bus.order();
    await bus.pass(300_000);
    expect(sent).toBe(2);
    expect(await bus.see(id)).toMatchObject({
      state: 'failed',
      failure: { name: 'VENDOR_TIMEOUT', details: { code: 'timeout' } },
    });
  });
});

describe('a vendor that cannot be read', () => {
  test('is named when the time is over', async () => {
    const { bus, reports } = await begin();
    reports.last = async () => {
      throw new Failure('VENDOR_UNAVAILABLE', { details: DETAILS });
    };
    const { job_id: id } = await bus.order();
    await bus.pass(DEADLINE_MS);
    const { failure } = await bus.see(id);
    expect(failure).toMatchObject({ name: 'VENDOR_TIMEOUT', details: DETAILS });
    expect(failure?.description).toContain('VENDOR_UNAVAILABLE');
  });

  test('is not named when it was read since', async () => {
    const { bus, reports } = await begin();
    reports.steps = [new Failure('VENDOR_UNAVAILABLE', { details: DETAILS })];
    reports.last = running(0.5, 60_000);
    const { job_id: id } = await bus.order();
    await bus.pass(DEADLINE_MS);
    const { failure } = await bus.see(id);
    expect(failure).toMatchObject({ name: 'VENDOR_TIMEOUT' });
    expect(failure).not.toHaveProperty('details');
  });

  test('is asked seldom when it does not accept the credentials', async () => {
    const { bus, reports } = await begin();
    const details = { ...DETAILS, status: 401, code: 'AccessDenied' };
    reports.last = async () => {
      throw new Failure('VENDOR_AUTH_FAILED', { details });
    };
    const { job_id: id } = await bus.order();
    await bus.pass(DEADLINE_MS);
    expect(reports.looks).toBeLessThanOrEqual(7);
    expect(await bus.see(id)).toMatchObject({
      state: 'failed',
      failure: { name: 'VENDOR_TIMEOUT', details },
    });
  });

  test('is asked again soon when it did not accept the credentials once', async () => {
    const { bus, reports } = await begin();
    const refused = new Failure('VENDOR_AUTH_FAILED', { details: { ...DETAILS, status: 401, code: '401' } });
    reports.steps = [refused, running(0.5, 1000), refused, running(0.5, 1000), refused];
    await bus.order();
    await bus.pass(60_000);
    expect(reports.looks).toBeGreaterThan(5);
  });

  test('is asked seldom when it did not accept them twice, whatever else was met between', async () => {
    const { bus, reports } = await begin();
    const refused = new Failure('VENDOR_AUTH_FAILED');
    reports.steps = [refused, new Failure('VENDOR_UNAVAILABLE'), refused];
    await bus.order();
    await bus.pass(300_000);
    expect(reports.looks).toBe(3);
  });
});
