import { describe, expect, test } from 'vitest';
import { JsonNumber } from '#core/json.ts';
import { type Log, silentLog } from '#core/log.ts';
import type { JobStep } from '#domain/job.ts';
import { complaintAbout } from '#vendors/ofd-ru/answer.ts';
import { deleteTemplate, updateTemplate } from '#vendors/ofd-ru/change-template.ts';
import { createReport } from '#vendors/ofd-ru/create-report.ts';
import { createTemplate } from '#vendors/ofd-ru/create-template.ts';
import { cancelReport, deleteReport } from '#vendors/ofd-ru/end-report.ts';
import { getAgreement } from '#vendors/ofd-ru/get-agreement.ts';
import { listKkts } from '#vendors/ofd-ru/list-kkts.ts';
import { getReport, listReports } from '#vendors/ofd-ru/list-reports.ts';
import { getTemplate, listBaseTemplates, listTemplates } from '#vendors/ofd-ru/list-templates.ts';
import type { OrderedReport } from '#vendors/ofd-ru/ordered-report.ts';
import { downloadJob, reportJob } from '#vendors/ofd-ru/report-job.ts';
import { readTemplate } from '#vendors/ofd-ru/template.ts';
import { ofdRu } from '#vendors/ofd-ru/vendor.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import {
  AGREEMENT,
  carryOut,
  changeContext,
  changeOf,
  createCall,
  createHastyClock,
  createJobContext,
  failureOf,
  HTTP,
  json,
  openCabinet,
  read,
  START,
} from './support.ts';

const ORDER = {
  date_from: '2021-11-01T00:00:00+03:00',
  date_to: '2021-11-02T23:59:59+03:00',
  report_type: 'ReceiptReport',
  name: 'Сверка',
  select_all_kkts: true,
  emails_to_notify: ['first@example.test', 'second@example.test'],
};

async function open(config: Record<string, unknown> = {}, log: Log = silentLog) {
  const clock = createHastyClock();
  const cabinet = await openCabinet(clock, { ofd_agreement_id: undefined, ...config }, log);
  await cabinet.control({ per_second: 0 });
  const change = (action: Parameters<typeof changeOf>[0], data: unknown, personalData = true) =>
    carryOut(changeOf(action, cabinet.vendor) as never, cabinet.vendor, data, personalData);
  const order = () => change(createReport, ORDER);
  return { clock, ...cabinet, change, order };
}

describe('an order', () => {
  test('is answered with the report, without our tag, in our words', async () => {
    const { order, requests } = await open();
    expect(await order()).toMatchObject({
      id: expect.any(String),
      status: 'Todo',
      name: 'Сверка',
      report_type: 'ReceiptReport',
      date_from: '2021-11-01T00:00:00+03:00',
      date_to: '2021-11-02T23:59:59+03:00',
      c_date_utc: expect.stringMatching(/^2021-11-15T13:14:\d\d\+03:00$/),
      kkt_count: 3,
      emails_to_notify: ['first@example.test', 'second@example.test'],
    });
    const sent = (await requests()).find(
      ({ method, path }) => method === 'POST' && path.endsWith('/reports'),
    );
    expect(sent?.body).toMatchObject({
      Name: expect.stringMatching(/^Сверка #[0-9a-f]{12}$/),
      DateFrom: '2021-11-01T00:00:00.000+03:00',
      EmailsToNotify: 'first@example.test;second@example.test',
    });
  });

  test('whose answer was lost is found again and not sent twice', async () => {
    const { vendor, fault, control } = await open();
    const change = changeOf(createReport, vendor);
    const context = changeContext(vendor);
    const prepared = await change.prepare(ORDER, context, undefined);
    if (!('evidence' in prepared)) throw new Error('nothing to send');
    await fault({ method: 'POST', path: '/api/customer/reports', fault: 'lost_answer' });
    expect((await failureOf(change.send(ORDER, prepared.evidence, context))).name).toBe(
      'VENDOR_OUTCOME_UNKNOWN',
    );

    expect(await change.settle?.(prepared.evidence, context)).toMatchObject({ answer: { name: 'Сверка' } });
    expect((await control({})).reports).toHaveLength(1);
  });

  test('that never arrived is surely not done, and keeps its tag when it is sent again', async () => {
    const { vendor } = await open();
    const change = changeOf(createReport, vendor);
    const context = changeContext(vendor);
    const prepared = await change.prepare(ORDER, context, undefined);
    if (!('evidence' in prepared)) throw new Error('nothing to send');
    expect(await change.settle?.(prepared.evidence, context)).toBe('not_done');
    expect(await change.prepare(ORDER, context, prepared.evidence)).toEqual(prepared);
  });

  test('that may be on another page of the list is undecidable', async () => {
    const { vendor, order, control } = await open();
    for (let index = 0; index < 3; index += 1) await order();
    await control({ always_paged: true, page_size: 2 });
    const change = changeOf(createReport, vendor);
    const prepared = await change.prepare(ORDER, changeContext(vendor), undefined);
    if (!('evidence' in prepared)) throw new Error('nothing to send');
    expect(await change.settle?.(prepared.evidence, changeContext(vendor))).toBe('undecidable');
  });

  test.each([
    ['DateFromGreaterThanDateTo', { ...ORDER, date_from: '2021-12-01T00:00:00' }, {}],
    ['ReportSizeError', { ...ORDER, date_from: '2001-12-01T00:00:00' }, {}],
    ['LimitExhausted', ORDER, { limit: 0 }],
    ['OfdAgreementNotFound', { ...ORDER, ofd_agreement_id: AGREEMENT }, {}],
  ])('is refused by its name: %s', async (code, data, state) => {
    const { change, control } = await open();
    await control(state);
    const { name, details } = await failureOf(change(createReport, data));
    expect({ name, details }).toMatchObject({ name: 'VENDOR_REJECTED', details: { code, status: 400 } });
  });
});

describe('the list', () => {
  test('has every report, and one of them by its id', async () => {
    const { vendor, order } = await open();
    const first = await order();
    await order();
    expect(await read(listReports, vendor)).toMatchObject({
      ofd_agreement_limit: 500_000,
      consumed_limit: 2,
      total_count: 2,
      list: [{ status: 'Todo' }, { id: first.id }],
    });
    expect(await read(getReport, vendor, { id: first.id })).toMatchObject({ id: first.id, name: 'Сверка' });
    const missing = await failureOf(read(getReport, vendor, { id: AGREEMENT }));
    expect(missing).toMatchObject({ name: 'VENDOR_REJECTED', details: { code: 'ReportNotFound' } });
  });

  test('may come without an envelope and with blanks in its keys', async () => {
    const { vendor, order } = await open({ inn: undefined, kpp: undefined });
    await order();
    expect(await read(listReports, vendor)).toMatchObject({ total_count: 1, list: [{ name: 'Сверка' }] });
  });

  test('masks people for those who may not see them', async () => {
    const { vendor, order } = await open();
    await order();
    const { list } = await read(listReports, vendor, null, { personalData: false });
    expect(list).toMatchObject([
      {
        account_email: expect.stringMatching(/^\*+test$/),
        emails_to_notify: [expect.stringMatching(/^\*+test$/), expect.any(String)],
      },
    ]);
  });
});

describe('the agreement', () => {
  test('is asked for by INN and KPP, once, until it is to be forgotten', async () => {
    const { vendor, order, requests } = await open();
    const lookUps = async () =>
      (await requests()).filter(({ method, path }) => method === 'GET' && path.endsWith('/reports')).length;
    await order();
    await order();
    expect(await lookUps()).toBe(1);
    vendor.forgetAgreement();
    await order();
    expect(await lookUps()).toBe(2);
  });

  test('is told with its limits, those always anew', async () => {
    const { vendor, order } = await open();
    await order();
    expect(await read(getAgreement, vendor, {})).toMatchObject({
      ofd_agreement_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      consumed_limit: 1,
    });
    const unknown = await failureOf(read(getAgreement, vendor, { inn: '7700000000' }));
    expect(unknown).toMatchObject({ name: 'VENDOR_REJECTED', details: { code: 'OfdAgreementNotFound' } });
  });
});

describe('ending a report', () => {
  test.each([
    ['deleted', deleteReport, 'DELETE'],
    ['cancelled', cancelReport, 'GET'],
  ])('%s: done, and done when it is gone already', async (_name, action, method) => {
    const { order, change, requests } = await open();
    const { id } = await order();
    expect(await change(action, { id })).toMatchObject({ id, status: 'Deleted', name: 'Сверка' });
    expect(await change(action, { id })).toMatchObject({ id, status: 'Deleted' });
    expect(await change(action, { id: AGREEMENT })).toEqual({ id: AGREEMENT, status: 'Deleted' });
    const ends = (await requests()).filter(({ path }) => path.startsWith(`/api/customer/reports/${id}`));
    expect(ends.map((request) => request.method)).toEqual([method]);
  });

  test('is done when it vanished between the look and the request', async () => {
    const { order, change, fault } = await open();
    const { id } = await order();
    const body = { Errors: ['ReportNotFound'], Status: 'Failed', Elapsed: '0' };
    await fault({ method: 'DELETE', status: 400, body });
    expect(await change(deleteReport, { id })).toEqual({ id, status: 'Deleted' });
  });

  test('a ready report is not cancelled', async () => {
    const { order, change, control, requests } = await open();
    const { id } = await order();
    await control({ report: 'last', state: 'Done' });
    expect(await failureOf(change(cancelReport, { id }))).toMatchObject({
      name: 'VENDOR_REJECTED',
      details: { code: 'report_ended' },
    });
    expect((await requests()).some(({ path }) => path.endsWith('/cancel'))).toBe(false);
  });
});

describe('templates', () => {
  const TEMPLATE = {
    name: 'Мой',
    fields: ['KktName', 'TotalSumm'],
    base_report_type: 'All',
    description: 'd',
  };

  test('are made, found by name, changed and deleted', async () => {
    const { vendor, change } = await open();
    await change(createTemplate, TEMPLATE);
    const made = await change(createTemplate, TEMPLATE);
    expect(made).toMatchObject({
      name: 'Мой',
      custom_fields: ['KktName', 'TotalSumm'],
      base_report_type: 'All',
    });
    expect(made.c_date_utc).toMatch(/^2021-11-15T13:14:\d\d\+03:00$/);
    const list = (await read(listTemplates, vendor)) as unknown as { id: string }[];
    expect(list.map(({ id }) => id).indexOf(String(made.id))).toBe(1);

    expect(await change(updateTemplate, { ...TEMPLATE, id: made.id, name: 'Иной' })).toMatchObject({
      status: 'Success',
    });
    expect(await read(getTemplate, vendor, { id: made.id })).toMatchObject({ id: made.id, name: 'Иной' });
    expect(await change(deleteTemplate, { id: made.id })).toMatchObject({ status: 'Success' });
    expect(await change(deleteTemplate, { id: made.id })).toEqual({ status: 'Success', elapsed: null });
    expect(await read(listTemplates, vendor)).toHaveLength(1);
  });

  test.each([
    ['create_template', createTemplate, 'POST', {}],
    ['update_template', updateTemplate, 'PUT', { name: 'Иной' }],
    ['delete_template', deleteTemplate, 'DELETE', undefined],
  ])('%s is settled by the list when its answer was lost', async (_name, action, method, changes) => {
    const { vendor, change, fault } = await open();
    const { id } = await change(createTemplate, TEMPLATE);
    const isNew = action === createTemplate;
    const data = changes ? { ...TEMPLATE, ...changes, ...(isNew ? {} : { id }) } : { id };
    const [steps, context] = [changeOf(action, vendor), changeContext(vendor)];
    const prepared = await steps.prepare(data, context, undefined);
    if (!('evidence' in prepared)) throw new Error('nothing to send');
    expect(await steps.settle?.(prepared.evidence, context)).toBe('not_done');
    await fault({ method, path: '/api/customer/reports/custom*', fault: 'lost_answer' });
    expect((await failureOf(steps.send(data, prepared.evidence, context))).name).toBe(
      'VENDOR_OUTCOME_UNKNOWN',
    );
    expect(await steps.settle?.(prepared.evidence, context)).toMatchObject({ answer: expect.any(Object) });
  });

  test('are refused where an id is no text, which no answer of ours could tell', () => {
    const complain = complaintAbout(json(null), HTTP);
    const Id = new JsonNumber('12345678901234567890');
    expect(() => readTemplate({ Id, Name: 'Мой' }, complain)).toThrow(
      expect.objectContaining({ name: 'VENDOR_BAD_RESPONSE' }),
    );
  });

  test('base templates and cash registers are listed', async () => {
    const { vendor } = await open();
    const base = (await read(listBaseTemplates, vendor)) as unknown as unknown[];
    expect(base).toHaveLength(10);
    expect(base[0]).toMatchObject({
      report_type: 'KKTReport',
      fields: [{ display_field: 'Касса', optional: false }, {}],
    });
    const kkts = (await read(listKkts, vendor, {})) as unknown as unknown[];
    expect(kkts).toHaveLength(3);
    expect(kkts[0]).toMatchObject({ id: expect.any(String), kkt_reg_id: '0000000000001000' });
  });
});

describe('the session', () => {
  test('logs in again when the token is refused, and gives up when that does not help', async () => {
    const { vendor, control, requests } = await open();
    await read(listReports, vendor);
    await control({ expire_tokens: true });
    await read(listReports, vendor);
    await control({ locked: true });
    expect(await failureOf(read(listReports, vendor))).toMatchObject({
      name: 'VENDOR_AUTH_FAILED',
      details: { code: 'AccessDenied', status: 403 },
    });
    const logins = (await requests()).filter(({ path }) => path.endsWith('CreateAuthToken'));
    expect(logins).toHaveLength(3);
  });

  test('refused: a wrong password', async () => {
    const { vendor, fault } = await open();
    await fault({ path: '/api/Authorization/CreateAuthToken', status: 403, body: {} });
    expect((await failureOf(read(listReports, vendor))).name).toBe('VENDOR_AUTH_FAILED');
  });

  test('needs no login with a token of the configuration', async () => {
    const { vendor, requests } = await open({ login: undefined, password: undefined, authToken: 'f00d' });
    await read(listReports, vendor);
    expect((await requests()).map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /api/customer/reports',
    ]);
  });

  test('shows the token neither in the log nor in a failure', async () => {
    const lines: unknown[] = [];
    const keep = (...line: unknown[]) => lines.push(line);
    const { vendor, control } = await open(
      { authToken: 'topsecrettoken' },
      { ...silentLog, debug: keep, warn: keep, info: keep, error: keep },
    );
    await read(listReports, vendor);
    await control({ locked: true });
    const failure = await failureOf(read(listReports, vendor));
    expect(lines.length).toBeGreaterThan(0);
    expect(JSON.stringify([lines, failure.toData()])).not.toContain('topsecret');
  });
});

describe('one request a second', () => {
  test('holds for logins, calls and jobs, and for the first one of a new process', async () => {
    const clock = createFakeClock(START);
    const { vendor, requests } = await openCabinet(clock, { perSecond: 1 });
    const call = createCall(clock);
    const reads = [1, 2, 3].map(() => vendor.listReports(true, call));
    let isOver = false;
    const all = Promise.all(reads).finally(() => {
      isOver = true;
    });
    const times: number[] = [];
    while (!isOver) {
      const before = (await requests()).length;
      clock.advance(250);
      // Real time for what has left to arrive; nothing waits for it but what is under way.
      for (let turn = 0; turn < 5; turn += 1) await requests();
      const now = (await requests()).length;
      for (let count = before; count < now; count += 1) times.push((clock.now() - START) / 1000);
    }
    await all;
    expect(times).toHaveLength(4);
    for (const [index, time] of times.entries()) expect(time).toBeGreaterThanOrEqual(1 + index);
  });
});

describe('a job', () => {
  async function run(follow: () => Promise<JobStep<unknown>>, clock: { advance(ms: number): void }) {
    const states: string[] = [];
    for (;;) {
      const step = await follow();
      if (!('state' in step)) return { step, states };
      if (states.at(-1) !== step.state) states.push(step.state);
      clock.advance(step.againInMs);
    }
  }

  test('orders, follows and downloads a real workbook', async () => {
    const { vendor, clock } = await open();
    const job = reportJob(vendor);
    const ordered = (await carryOut(job.order as never, vendor, ORDER)) as unknown as OrderedReport;
    expect(JSON.parse(JSON.stringify(ordered))).toEqual(ordered);
    const context = createJobContext(vendor);
    const { step, states } = await run(() => job.follow(ordered, context), clock);
    expect(states[0]).toBe('ordered');
    expect(step).toMatchObject({
      result: { report: { status: 'Done', name: 'Сверка' } },
      file: { name: 'Сверка.xlsx' },
    });
    expect(context.finished[0]?.media_type).toContain('spreadsheetml.sheet');
    expect(context.bytes.subarray(0, 4).toString('hex')).toBe('504b0304');
  });

  test('goes through running when the vendor is slower than it said', async () => {
    const { vendor, clock, control } = await open();
    const job = reportJob(vendor);
    const ordered = (await carryOut(job.order as never, vendor, ORDER)) as unknown as OrderedReport;
    await control({ report: 'last', state: 'Processing' });
    clock.advance(60_000);
    expect(await job.follow(ordered, createJobContext(vendor))).toMatchObject({
      state: 'running',
      progress: 0.95,
    });
    await control({ report: 'last', state: 'Done' });
    expect(await job.follow(ordered, createJobContext(vendor))).toHaveProperty('file');
  });

  test.each(['Error', 'Deleted'])('fails with the report: %s', async (state) => {
    const { vendor, clock, control } = await open();
    const job = reportJob(vendor);
    const ordered = (await carryOut(job.order as never, vendor, ORDER)) as unknown as OrderedReport;
    await control({ report: 'last', state });
    clock.advance(60_000);
    expect(await job.follow(ordered, createJobContext(vendor))).toMatchObject({
      failure: { name: 'VENDOR_REJECTED', details: { code: state } },
    });
  });

  test('cancelled is cancelled at the vendor, once', async () => {
    const { vendor, control } = await open();
    const job = reportJob(vendor);
    const ordered = (await carryOut(job.order as never, vendor, ORDER)) as unknown as OrderedReport;
    await job.cancel?.(ordered, createJobContext(vendor));
    await job.cancel?.(ordered, createJobContext(vendor));
    expect((await control({})).reports).toMatchObject([{ Status: 'Deleted' }]);
  });

  test('of a download fails when there is no such report', async () => {
    const { vendor, clock } = await open();
    const job = downloadJob(vendor);
    const ordered = (await carryOut(job.order as never, vendor, {
      id: AGREEMENT,
    })) as unknown as OrderedReport;
    const { step } = await run(() => job.follow(ordered, createJobContext(vendor)), clock);
    expect(step).toMatchObject({ failure: { name: 'VENDOR_REJECTED', details: { code: 'ReportNotFound' } } });
  });

  test('of a download fetches what is there', async () => {
    const { vendor, order, control, clock } = await open();
    const { id } = await order();
    await control({ report: 'last', state: 'Done' });
    const job = downloadJob(vendor);
    const ordered = (await carryOut(job.order as never, vendor, { id })) as unknown as OrderedReport;
    const { step } = await run(() => job.follow(ordered, createJobContext(vendor)), clock);
    expect(step).toMatchObject({ file: { name: 'Сверка.xlsx' } });
  });
});

describe('the kind', () => {
  test('has every action of its service once', () => {
    expect(ofdRu.actions.map(({ action }) => action).toSorted()).toEqual(
      [
        ...[
          'get_agreement',
          'create_report',
          'list_reports',
          'get_report',
          'download_report',
          'cancel_report',
        ],
        ...['delete_report', 'generate_report', 'list_kkts', 'list_base_templates', 'list_templates'],
        ...['get_template', 'create_template', 'update_template', 'delete_template'],
      ].toSorted(),
    );
  });
});
