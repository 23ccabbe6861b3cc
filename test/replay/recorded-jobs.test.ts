import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type App, createApp, vendors } from '#app.ts';
import { Simulators } from '#cli/simulators.ts';
import { parseConfig, secretsOf, withBaseUrls } from '#config.ts';
import { systemClock } from '#core/clock.ts';
import { type Log, silentLog } from '#core/log.ts';
import type { Fixture } from '#replay/fixture.ts';
import { replayPaths } from '#replay/fixture-files.ts';
import { createRecorder } from '#replay/record.ts';
import { createReplayableApp } from '#replayable-app.ts';

const OPTIONS = { vendors, env: {}, folder: tmpdir(), baseUrls: 'optional' } as const;
const BALANCE = { report_date: { date: '2026-01-31' }, currency: { rid: 0 } };

describe('the recorder of jobs', () => {
  let directory: string;
  let simulators: Simulators;
  let app: App | undefined;
  let reasons: unknown[];
  let ended: Promise<void>;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'avq-bus-record-jobs-'));
    simulators = new Simulators(silentLog);
    reasons = [];
  });
  afterEach(async () => {
    await app?.stop();
    await simulators.close();
    rmSync(directory, { recursive: true });
  });

  async function start(settings: object = {}): Promise<void> {
    const config = parseConfig(
      {
        listen: { http: { port: 0 }, avqTcp: false, vertxTcp: false },
        store: { path: join(directory, 'store') },
        vendors: { ws: { kind: 'white-server', token: 'Made-Up-Token+/1', object_id: 199990001 } },
        ...settings,
      },
      OPTIONS,
    );
    await simulators.apply(config);
    const log: Log = {
      ...silentLog,
      info: (fields) => 'reason' in fields && reasons.push(fields.reason),
      error: (fields, message) => reasons.push(message, fields),
    };
    const recorder = createRecorder({
      directory: join(directory, 'fixtures'),
      config: () => config,
      defaults: parseConfig({}, OPTIONS),
      secrets: () => secretsOf(config, vendors),
      now: systemClock.now,
      log,
    });
    const jobEnded = Promise.withResolvers<void>();
    ended = jobEnded.promise;
    app = await createApp({
      config: withBaseUrls(config, simulators.baseUrls),
      log: silentLog,
      onAnswered: recorder.onAnswered,
      onJobEnded(job) {
        recorder.onJobEnded(job);
        jobEnded.resolve();
      },
    });
  }

  async function ask(address: string, action: string, data: unknown, headers: object = {}) {
    const { host, port } = app?.listening.http ?? {};
    const message = { type: 'send', address, reply_address: 'r1', data, headers: { action, ...headers } };
    const response = await fetch(`http://${host}:${port}/tsrv`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(message),
    });
    return (await response.json()) as { data: { job_id: string } };
  }

  const order = (headers: object = {}) =>
    ask('white_server.storehouse', 'get_bill_of_balance', BALANCE, headers);

  function recorded(): Fixture[] {
    const folder = join(directory, 'fixtures', 'white-server');
    return readdirSync(folder).map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')));
  }

  async function differences(): Promise<unknown[]> {
    const found: unknown[] = [];
    await replayPaths([join(directory, 'fixtures')], {
      createApp: createReplayableApp,
      onResult: (result) => found.push(...result.differences),
    });
    return found;
  }

  test('writes an order that nobody waits for when its job has ended, with all calls made for it', async () => {
    await start();
    await order();
    await ended;
    const [fixture] = recorded();
    expect(fixture?.exchanges?.length).toBeGreaterThanOrEqual(2);
    expect(fixture?.messages.at(-1)).toMatchObject({
      send: { address: 'bus.jobs', headers: { action: 'list_jobs' } },
      expect: { data: [{ job_id: { $uuid: true }, state: 'done', failure: null }] },
    });
    expect(await differences()).toEqual([]);
    expect(reasons).toEqual([]);
  });

  test('writes two orders that were joined once, for one of them ordered nothing', async () => {
    await start();
    await Promise.all([order({ wait: 'true' }), order({ wait: 'true' })]);
    expect(recorded()).toHaveLength(1);
    expect(reasons).toEqual(['the job was ordered by another message']);
    expect(await differences()).toEqual([]);
  });

  test('writes what is configured otherwise and changes the answer', async () => {
    await start({ limits: { maxResultBytes: 200, maxConnections: 77 } });
    await order({ wait: 'true' });
    const [fixture] = recorded();
    expect(fixture?.config).toMatchObject({ limits: { maxResultBytes: 200 } });
    expect(fixture?.config?.limits).not.toHaveProperty('maxConnections');
    expect(fixture?.config).not.toHaveProperty('jobs');
    expect(await differences()).toEqual([]);
  });

  test('says why it writes no job that was cancelled, nor one that the end of the bus cut short', async () => {
    await start();
    const { data } = await order();
    await ask('bus.jobs', 'cancel_job', { job_id: data.job_id });
    await ended;
    await order();
    await app?.stop();
    expect(reasons).toContain('a job is cancelled by its id, which is another one in a replay');
    expect(reasons).toContain('the job had not ended when the bus stopped');
    expect(() => recorded()).toThrow('ENOENT');
  });
});
