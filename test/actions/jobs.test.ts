import { createHash } from 'node:crypto';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { BALANCES, GENERATE, startJobBus } from './job-bus.ts';

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
const NOBODY = '00000000-0000-4000-8000-000000000000';

const rule = (address: string, more: object = {}) => ({ address, ...more });
const OFD_RULES = [rule('ofd_ru.reports'), rule('bus.jobs')];
const EVENTS = [{ addressRegex: 'jobs\\..+' }];

/** A client that orders, another one, one that sees all jobs, and one that may order nothing. */
const CLIENTS = [
  { name: 'owner', secret: 'owner-secret', inbound: OFD_RULES, outbound: EVENTS },
  { name: 'other', secret: 'other-secret', inbound: OFD_RULES, outbound: EVENTS },
  {
    name: 'chief',
    secret: 'chief-secret',
    inbound: [rule('bus.jobs', { jobs: 'all' })],
    outbound: [{ ...EVENTS[0], jobs: 'all' }],
  },
];
const as = (name: string) => ({ authorization: `Bearer ${name}-secret` });

const nameIn = (message: unknown) => (message as { data: { name: string } }).data.name;

const when = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
};

describe('a report of OFD.ru', () => {
  test('is ordered, waited for, and its file served', async () => {
    const { http, job, send } = await startJobBus();
    const ordered = await job(...GENERATE);
    expect(ordered).toMatchObject({ state: 'queued', address: 'ofd_ru.reports', action: 'generate_report' });
    const done = await job('bus.jobs', 'wait_job', { job_id: ordered.job_id });
    expect(done).toMatchObject({ state: 'done', progress: 1, failure: null });
    const { file } = done.result as { file: Record<string, unknown> };
    expect(file).toMatchObject({
      name: 'ReceiptReport.xlsx',
      media_type: XLSX,
      url: `/files/${ordered.job_id}`,
    });

    const response = await fetch(`${http}${file.url}`);
    const bytes = Buffer.from(await response.arrayBuffer());
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': XLSX,
      'content-length': String(file.size),
      'content-disposition': `attachment; filename="ReceiptReport.xlsx"; filename*=UTF-8''ReceiptReport.xlsx`,
      'x-content-type-options': 'nosniff',
    });
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(file.sha256);
    const head = await fetch(`${http}${file.url}`, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([
      200,
      String(file.size),
      '',
    ]);
    expect(await job('bus.jobs', 'get_job', { job_id: ordered.job_id })).toEqual(done);
    expect((await send('bus.jobs', 'list_jobs', { state: 'done' })).data).toEqual([done]);
    expect((await fetch(`${http}${file.url}`, { method: 'POST' })).status).toBe(405);
  });

  test('is refused before it is a job when its data is wrong', async () => {
    const { send } = await startJobBus();
    const [address, action, data] = GENERATE;
    const wrong = { ...data, date_from: '2026-02-30T00:00:00' };
    expect(await send(address, action, wrong)).toMatchObject({
      type: 'error',
      data: { name: 'BUS_INVALID_DATA', details: { errors: [{ path: '/date_from' }] } },
    });
    expect((await send('bus.jobs', 'list_jobs', null)).data).toEqual([]);
  });

  test('tells its events to who listens', async () => {
    const { job, listen, control, ofd } = await startJobBus();
    await control(ofd, { speed: 4 });
    const { job_id: id } = await job(...GENERATE);
    const heard = await listen(`jobs.${id}`);
    await when(() => heard.at(-1)?.state === 'done');
    expect(heard.at(-1)).toMatchObject({ job_id: id, result: { file: { media_type: XLSX } } });
  }, 20_000);

  test('is cancelled at its vendor too', async () => {
    const { job, control, ofd } = await startJobBus();
    await control(ofd, { speed: 0.01 });
    const { job_id: id } = await job(...GENERATE, { 'operation.id': 'a' });
    while ((await job('bus.jobs', 'get_job', { job_id: id })).state === 'queued');
    expect(await job('bus.jobs', 'cancel_job', { job_id: id })).toMatchObject({ state: 'cancelled' });
    const response = await fetch(`${ofd.baseUrl}/_sandbox/requests`);
    expect(await response.text()).toMatch(/\/cancel/);
  });

  test('answers BUS_TIMEOUT with its id when it takes longer than its requester waits', async () => {
    const { send, job, control, ofd } = await startJobBus();
    await control(ofd, { speed: 0.01 });
    const { type, data } = await send(...GENERATE, { wait: 'true', timeout: '300' });
    expect({ type, data }).toMatchObject({ type: 'error', data: { name: 'BUS_TIMEOUT' } });
    const { job_id: id } = data.details as { job_id: string };
    const { state } = await job('bus.jobs', 'wait_job', { job_id: id }, { timeout: '100' });
    expect(['queued', 'ordered', 'running']).toContain(state);
  });

  test('five hundred at once are made, within the rate, with turns for others', async () => {
    const { send, folder } = await startJobBus();
    let made = 0;
    const answers = Promise.all(
      Array.from({ length: 500 }, async () => {
        const answer = await send(...GENERATE, { wait: 'true', timeout: '110000' });
        made += 1;
        return answer;
      }),
    );
    await when(() => made > 0);
    expect(await send('ofd_ru.reports', 'list_kkts', null)).toMatchObject({ type: 'send' });
    expect(made).toBeLessThan(500);
    const urls = (await answers).map(({ data }) => (data.file as { url?: string } | undefined)?.url);
    expect(new Set(urls).size).toBe(500);
    expect(existsSync(join(folder, 'files', urls[0]?.split('/').at(-1) ?? ''))).toBe(true);
  }, 120_000);
});

describe('a balance of White Server', () => {
  test('is the answer to who waits for it', async () => {
    const { send, control, ws } = await startJobBus();
    await control(ws, { object_id: 199_990_001, answer_after_ms: 0 });
    const { type, data } = await send(...BALANCES, { wait: 'true' });
    expect({ type, data }).toMatchObject({ type: 'send', data: { lines: expect.any(Array) } });
  });

  test('is a file when it is too large for a message', async () => {
    const { send, http, control, ws } = await startJobBus({ limits: { maxResultBytes: 100 } });
    await control(ws, { object_id: 199_990_001, answer_after_ms: 0 });
    const { data } = await send(...BALANCES, { wait: 'true' });
    const { file } = data as { file: { url: string; name: string } };
    expect(file.name).toBe('get_bill_of_balance.json');
    expect(await (await fetch(`${http}${file.url}`)).json()).toHaveProperty('lines');
  });

  test('is ordered once for all who ask for the same, each with a job of his own', async () => {
    const { job, ws, control } = await startJobBus();
    await control(ws, { object_id: 199_990_001, answer_after_ms: 500 });
    const jobs = await Promise.all([job(...BALANCES), job(...BALANCES), job(...BALANCES)]);
    expect(new Set(jobs.map(({ job_id: id }) => id)).size).toBe(3);
    for (const { job_id: id } of jobs) {
      expect(await job('bus.jobs', 'wait_job', { job_id: id })).toMatchObject({ state: 'done' });
    }
    const requests = await (await fetch(`${ws.baseUrl}/_sandbox/requests`)).text();
    expect(requests.match(/"taskType":\s*"ShRepBillOfBalance"/g)).toHaveLength(1);
  });
});

describe('a job of somebody else', () => {
  test('does not exist, nor its events, nor its file; unless a rule says so', async () => {
    const { http, job, send, listen, control, ofd } = await startJobBus({ clients: CLIENTS });
    await control(ofd, { speed: 4 });
    const { job_id: id } = await job(...GENERATE, as('owner'));
    const [mine, others, chiefs] = await Promise.all(
      ['owner', 'other', 'chief'].map((name) => listen(`jobs.${id}`, `${name}-secret`)),
    );
    const done = await job('bus.jobs', 'wait_job', { job_id: id }, as('owner'));
    expect(done.state).toBe('done');
    await when(() => mine?.at(-1)?.state === 'done' && chiefs?.at(-1)?.state === 'done');
    expect(others).toEqual([]);

    for (const action of ['get_job', 'wait_job', 'cancel_job']) {
      expect(await send('bus.jobs', action, { job_id: id }, as('other'))).toMatchObject({
        type: 'error',
        data: { name: 'BUS_JOB_NOT_FOUND' },
      });
    }
    expect((await send('bus.jobs', 'list_jobs', {}, as('other'))).data).toEqual([]);
    expect((await send('bus.jobs', 'list_jobs', {}, as('chief'))).data).toMatchObject([{ job_id: id }]);

    const get = async (name: string, path = `/files/${id}`) => {
      const response = await fetch(`${http}${path}`, { headers: as(name) });
      const isJson = response.headers.get('content-type')?.startsWith('application/json');
      return [response.status, isJson ? nameIn(await response.json()) : (await response.blob()).size];
    };
    expect(await get('owner')).toEqual([200, expect.any(Number)]);
    expect(await get('chief')).toEqual([200, expect.any(Number)]);
    expect(await get('other')).toEqual([404, 'BUS_JOB_NOT_FOUND']);
    expect(await get('owner', `/files/${NOBODY}`)).toEqual([404, 'BUS_JOB_NOT_FOUND']);
    expect(await get('owner', '/files/..%2Favq-bus.sqlite')).toEqual([404, 'BUS_JOB_NOT_FOUND']);
    expect(await get('stranger')).toEqual([401, 'BUS_NOT_AUTHENTICATED']);
    const anonymous = await fetch(`${http}/files/${id}`);
    expect([anonymous.status, anonymous.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
  }, 20_000);

  test('is not given to its owner when the rules do not permit its action any more', async () => {
    const bus = await startJobBus({ clients: CLIENTS });
    const { job_id: id } = await bus.job(...GENERATE, as('owner'));
    await bus.job('bus.jobs', 'wait_job', { job_id: id }, as('owner'));
    const { parseConfig } = await import('#config.ts');
    const { vendors } = await import('#app.ts');
    const [owner] = CLIENTS;
    const config = {
      vendors: {},
      clients: [{ ...owner, inbound: [rule('bus.jobs')] }],
      store: { path: bus.folder },
    };
    bus.app.reload(parseConfig(config, { vendors, env: {}, folder: bus.folder }));
    const response = await fetch(`${bus.http}/files/${id}`, { headers: as('owner') });
    expect([response.status, nameIn(await response.json())]).toEqual([403, 'BUS_ACCESS_DENIED']);
  });
});

describe('a file', () => {
  test('that was cut or has gone on the disk is never taken for a whole one', async () => {
    const { http, send, folder, control, ws } = await startJobBus({ limits: { maxResultBytes: 100 } });
    await control(ws, { object_id: 199_990_001, answer_after_ms: 0 });
    const { data } = await send(...BALANCES, { wait: 'true' });
    const { url } = (data as { file: { url: string } }).file;
    writeFileSync(join(folder, url), 'short');
    await expect(fetch(`${http}${url}`).then((response) => response.arrayBuffer())).rejects.toThrow();
    rmSync(join(folder, url));
    expect((await fetch(`${http}${url}`)).status).toBe(404);
  }, 20_000);
});
