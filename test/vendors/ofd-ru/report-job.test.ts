import { describe, expect, test } from 'vitest';
import { Failure } from '#core/failure.ts';
import type { HttpRequest, HttpResponse } from '#core/http.ts';
import { createReport } from '#vendors/ofd-ru/create-report.ts';
import { cancelReport, deleteReport } from '#vendors/ofd-ru/end-report.ts';
import { getReport } from '#vendors/ofd-ru/list-reports.ts';
import type { OrderedReport } from '#vendors/ofd-ru/ordered-report.ts';
import { downloadJob, reportJob } from '#vendors/ofd-ru/report-job.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import {
  AGREEMENT,
  carryOut,
  changeContext,
  changeOf,
  createCall,
  createJobContext,
  createScriptedHttp,
  createVendor,
  failed,
  json,
  query,
  read,
  START,
} from './support.ts';

const ID = 'a0e5354a-709c-41de-ba48-63e7b7e05ee7';
const PATH = `/api/customer/reports/${ID}`;
const ORDERED: OrderedReport = {
  id: ID,
  ofd_agreement_id: AGREEMENT,
  is_own: true,
  since_ms: START,
  due_ms: null,
};
const XLSX = { extension: 'xlsx', mediaType: 'application/x' };

const row = (changes: Record<string, unknown> = {}) => ({
  Id: ID.toUpperCase(),
  Status: 'Done',
  Name: 'Сверка #0123456789ab',
  ...changes,
});
const list = (...rows: unknown[]) => json({ OfdAgreementId: AGREEMENT, List: rows, TotalCount: rows.length });
const file: HttpResponse = { status: 200, headers: {}, text: 'PK', file: XLSX };

function open(answer: (request: HttpRequest, count: number) => HttpResponse | Failure, config = {}) {
  const clock = createFakeClock(START);
  const http = createScriptedHttp(answer);
  const warned: unknown[] = [];
  const log = {
    debug() {},
    info() {},
    error() {},
    child: () => log,
    warn: (fields: object) => void warned.push(fields),
  };
  const vendor = createVendor(http, clock, config, log);
  clock.advance(1000);
  const context = createJobContext(vendor);
  const follow = (ordered = ORDERED) => reportJob(vendor).follow(ordered, context);
  const asked = () => http.sent.filter(({ effect }) => effect !== 'login');
  return { clock, vendor, context, follow, asked, warned };
}

const isDownload = ({ path }: HttpRequest) => path.toLowerCase() === PATH;

describe('following a report', () => {
  test('asks nobody before the report is due, and tells how far it may be', async () => {
    const { follow, asked, clock } = open(() => list());
    const ordered = { ...ORDERED, due_ms: START + 60_000 };
    clock.advance(29_000);
    expect(await follow(ordered)).toEqual({ state: 'ordered', progress: 0.5, againInMs: 5000 });
    clock.advance(28_000);
    expect(await follow(ordered)).toEqual({ state: 'ordered', progress: 0.95, againInMs: 2000 });
    expect(asked()).toEqual([]);
  });

  test('looks for a report that is due in years, and after the clock was set back', async () => {
    const { follow, asked, clock } = open(() => list(row({ Status: 'Processing' })));
    const late = { ...ORDERED, due_ms: START + 365 * 24 * 3_600_000 };
    clock.advance(598_000);
    expect(await follow(late)).toMatchObject({ state: 'ordered', againInMs: 1000 });
    clock.advance(1000);
    expect(await follow(late)).toMatchObject({ state: 'running', progress: 0 });
    const ahead = { ...ORDERED, since_ms: START + 3_600_000, due_ms: START + 3_660_000 };
    expect(await follow(ahead)).toMatchObject({ state: 'running' });
    expect(asked().length).toBeGreaterThan(0);
  });

  test('looks less and less often, at least once a minute', async () => {
    const { follow, clock } = open(() => list(row({ Status: 'Processing' })));
    expect(await follow()).toEqual({ state: 'running', progress: null, againInMs: 5000 });
    clock.advance(39_000);
    expect(await follow()).toMatchObject({ againInMs: 10_000 });
    clock.advance(3_600_000);
    expect(await follow()).toMatchObject({ againInMs: 60_000 });
  });

  test('takes an unknown state for a running one, and says so once', async () => {
    const { follow, warned } = open(() => list(row({ Status: 'Paused' })));
    expect(await follow()).toMatchObject({ state: 'running' });
    await follow();
    expect(warned).toEqual([{ status: 'Paused' }]);
  });

  test('takes a report that is missing twice for gone, once for late', async () => {
    const { follow, clock } = open((request) => (isDownload(request) ? failed('ReportNotDone') : list()));
    expect(await follow()).toMatchObject({ state: 'running' });
    clock.advance(5000);
    expect(await follow()).toMatchObject({
      failure: { name: 'VENDOR_REJECTED', details: { code: 'ReportNotFound' } },
    });
  });

  test('of two jobs of one report takes it for late, whoever of them looks first', async () => {
    const { follow, asked, clock } = open((request, count) =>
      isDownload(request) ? file : count === 1 ? list() : list(row()),
    );
    const other = { ...ORDERED, since_ms: START + 1 };
    expect(await follow()).toMatchObject({ state: 'running' });
    expect(await follow(other)).toMatchObject({ state: 'running' });
    expect(asked()).toHaveLength(1);
    clock.advance(5000);
    for (const ordered of [ORDERED, other]) {
      expect(await follow(ordered)).toMatchObject({ file: { name: 'Сверка.xlsx' } });
    }
  });

  test('counts a report as missing once as long as the second look comes too soon', async () => {
    const { vendor, clock, context } = open((request) =>
      isDownload(request) ? failed('ReportNotDone') : list(),
    );
    await reportJob(vendor).follow(ORDERED, context);
    clock.advance(1000);
    // Ordered after that list was asked for, so that it sees another one.
    const later = { ...ORDERED, since_ms: clock.now() };
    clock.advance(1);
    expect(await reportJob(vendor).follow(later, context)).toMatchObject({ state: 'running' });
  });

  test('forgets that a report was missing when nobody looks for it for long', async () => {
    const { follow, clock } = open((request) => (isDownload(request) ? failed('ReportNotDone') : list()));
    await follow();
    clock.advance(180_000);
    expect(await follow()).toMatchObject({ state: 'running' });
  });

  test('does not take a report that is missing in a part of the list for gone', async () => {
    const { follow } = open((request) =>
      isDownload(request) ? failed('ReportNotDone') : json({ List: [row({ Id: AGREEMENT })], TotalCount: 9 }),
    );
    for (let look = 0; look < 4; look += 1) expect(await follow()).toMatchObject({ state: 'running' });
  });

  test('looks where the report is: with INN and KPP for the account’s own agreement only', async () => {
    const { follow, asked } = open(() => list(row({ Status: 'Todo' })));
    await follow();
    await follow({ ...ORDERED, is_own: false });
    expect(asked().map(query)).toMatchObject([
      { Inn: '7841465198', Kpp: '772501001', SkipPageFilter: 'true' },
      { SkipPageFilter: 'true' },
    ]);
    expect(query(asked()[1])).not.toHaveProperty('Inn');
  });

  test('is rejected when the vendor cannot be read, to be asked again', async () => {
    const { follow } = open(() => new Failure('VENDOR_UNAVAILABLE'));
    await expect(follow()).rejects.toMatchObject({ name: 'VENDOR_UNAVAILABLE' });
  });
});

describe('the lists that looks share', () => {
  const OTHER = '1577b8bc-a384-4f1d-ad00-b0c2440601ef';

  test('are one for all agreements that are not the account’s own', async () => {
    const { follow, asked } = open(() => list(row({ Status: 'Todo' }), row({ Id: OTHER, Status: 'Todo' })));
    await follow({ ...ORDERED, is_own: false });
    await follow({ ...ORDERED, id: OTHER, ofd_agreement_id: OTHER, is_own: false });
    expect(asked()).toHaveLength(1);
  });

  test('are dropped before the next look, and by themselves', async () => {
    const { follow, asked, clock } = open(() => list(row({ Status: 'Todo' })));
    const timers = clock.pending;
    await follow();
    expect(clock.pending).toBe(timers + 1);
    clock.advance(5000);
    expect(clock.pending).toBe(timers);
    await follow();
    expect(asked()).toHaveLength(2);
  });

  test('go on when the first who asked leaves', async () => {
    const { vendor, context, clock } = open(() => list());
    const answer = Promise.withResolvers<HttpResponse>();
    let lists = 0;
    vendor.session.send = (_request, call) => {
      lists += 1;
      return new Promise((resolve, reject) => {
        call.signal.addEventListener('abort', () => reject(new Failure('BUS_TIMEOUT')));
        answer.promise.then(resolve, reject);
      });
    };
    const leaving = new AbortController();
    const job = reportJob(vendor);
    const first = job.follow(ORDERED, {
      ...context,
      call: { ...createCall(clock), signal: leaving.signal },
    });
    const second = job.follow({ ...ORDERED, id: OTHER }, context);
    leaving.abort();
    await expect(first).rejects.toMatchObject({ name: 'BUS_TIMEOUT' });
    answer.resolve(list(row({ Id: OTHER, Status: 'Processing' })));
    expect(await second).toMatchObject({ state: 'running' });
    expect(lists).toBe(1);
  });
});

describe('downloading', () => {
  test('names the file by the report and its content', async () => {
    const { follow, context } = open((request) =>
      isDownload(request) ? file : list(row({ Name: 'a/b:"c" #0123456789ab' })),
    );
    expect(await follow()).toMatchObject({
      result: { report: { name: 'a/b:"c"', status: 'Done' } },
      file: { name: 'a_b_c_.xlsx', size: 2, media_type: 'application/x' },
    });
    expect(context.discarded).toBe(0);
  });

  test('goes on whatever the vendor says of times', async () => {
    const times = { CDateUtc: '', AssumptiveCompleteTime: '00:01:00', ExpiredDate: 'завтра', DateFrom: 5 };
    const { follow } = open((request) => (isDownload(request) ? file : list(row(times))));
    expect(await follow()).toMatchObject({
      result: { report: { assumptive_complete_time: '00:01:00', expired_date: 'завтра' } },
      file: { name: 'Сверка.xlsx' },
    });
  });

  test('follows the vendor’s URL only where it leads to this report', async () => {
    const urls = [
      `${PATH}?OfdAgreementId=theirs`,
      `${PATH}/cancel?ofdAgreementId=theirs`,
      `https://evil.test${PATH}?a=b`,
    ];
    for (const [index, DownloadUrl] of urls.entries()) {
      const { follow, asked } = open((request) => (isDownload(request) ? file : list(row({ DownloadUrl }))));
      await follow();
      expect(asked()[1]?.path).toBe(PATH);
      const { AuthToken: _token, ...given } = query(asked()[1]);
      expect(given).toEqual(index === 0 ? { OfdAgreementId: 'theirs' } : { ofdAgreementId: AGREEMENT });
    }
  });

  test.each([
    ['ReportNotDone waits', failed('ReportNotDone', 200), { state: 'running' }],
    [
      'a refusal under 200 ends it',
      failed('OfdAgreementNotFound', 200),
      { failure: { name: 'VENDOR_REJECTED' } },
    ],
    [
      'JSON that is no error is no file',
      json({ a: 1 }),
      { failure: { name: 'VENDOR_BAD_RESPONSE', details: { code: 'not_a_file' } } },
    ],
  ])('%s, and leaves no file', async (_name, answer, step) => {
    const { follow, context } = open((request) => (isDownload(request) ? answer : list(row())));
    expect(await follow()).toMatchObject(step);
    expect(context.discarded).toBe(1);
    expect(context.finished).toEqual([]);
  });

  test.each([
    ['the vendor is unwell', failed('InternalError', 500), 'VENDOR_UNAVAILABLE'],
    [
      'a proxy answers',
      { status: 200, headers: { 'content-type': 'text/html' }, text: '<html>' },
      'VENDOR_BAD_RESPONSE',
    ],
    ['it breaks off', new Failure('VENDOR_BAD_RESPONSE'), 'VENDOR_BAD_RESPONSE'],
  ])('is tried again when %s, and leaves no file', async (_name, answer, name) => {
    const { follow, context } = open((request) => (isDownload(request) ? answer : list(row())));
    await expect(follow()).rejects.toMatchObject({ name });
    expect(context.discarded).toBe(1);
  });

  test('ends when the disk is full', async () => {
    const { follow, context } = open((request) => (isDownload(request) ? file : list(row())));
    context.broken = new Failure('BUS_INTERNAL_ERROR', { description: 'диск полон' });
    expect(await follow()).toEqual({ failure: context.broken });
    expect(context.discarded).toBe(1);
  });

  test('ends when no file can be made', async () => {
    const { vendor, context } = open((request) => (isDownload(request) ? file : list(row())));
    const failure = new Failure('BUS_INTERNAL_ERROR', { description: 'диск полон' });
    const broken = { ...context, openFile: () => Promise.reject(failure) };
    expect(await reportJob(vendor).follow(ORDERED, broken)).toEqual({ failure });
  });

  test('needs no report in the list', async () => {
    const { vendor, context, clock } = open((request) => (isDownload(request) ? file : list()));
    const job = downloadJob(vendor);
    const ordered = (await carryOut(job.order as never, vendor, { id: ID })) as unknown as OrderedReport;
    await job.follow(ordered, context);
    clock.advance(5000);
    expect(await job.follow(ordered, context)).toMatchObject({
      result: {},
      file: { name: `${ID}.xlsx` },
    });
  });
});

describe('ending a report', () => {
  test('follows the URLs of the vendor, else the document', async () => {
    const own = {
      DeleteUrl: `${PATH}?ofdAgreementId=theirs`,
      CancelUrl: `${PATH}/cancel?ofdAgreementId=theirs`,
    };
    for (const urls of [own, {}]) {
      const { vendor, asked } = open((request) =>
        request.effect === 'change' ? json({}) : list(row({ Status: 'Todo', ...urls })),
      );
      await carryOut(changeOf(deleteReport, vendor) as never, vendor, { id: ID });
      await carryOut(changeOf(cancelReport, vendor) as never, vendor, { id: ID });
      const ends = asked().filter(({ effect }) => effect === 'change');
      expect(ends.map(({ method, path }) => `${method} ${path}`)).toEqual([
        `DELETE ${PATH}`,
        `GET ${PATH}/cancel`,
      ]);
      const theirs = 'DeleteUrl' in urls;
      expect(query(ends[0])).toMatchObject(
        theirs
          ? { ofdAgreementId: 'theirs' }
          : { ofdAgreementId: AGREEMENT, 'command.ofdAgreementId': AGREEMENT, 'command.id': ID },
      );
      expect(query(ends[1])).toMatchObject({ ofdAgreementId: theirs ? 'theirs' : AGREEMENT });
    }
  });

  test('is settled by the list', async () => {
    const change = (rows: unknown[], total = rows.length) => {
      const { vendor } = open(() => json({ List: rows, TotalCount: total }));
      const evidence = { id: ID, agreement: { id: AGREEMENT, isOwn: true }, query: [] };
      return changeOf(deleteReport, vendor).settle?.(evidence, changeContext(vendor));
    };
    expect(await change([])).toEqual({ answer: { id: ID, status: 'Deleted' } });
    expect(await change([row({ Status: 'Deleted' })])).toMatchObject({
      answer: { status: 'Deleted', name: 'Сверка' },
    });
    expect(await change([row()])).toBe('not_done');
    expect(await change([], 1)).toBe('undecidable');
  });
});

test('an agreement that the client names may be the account’s own', async () => {
  const { vendor, asked } = open(() => list(row({ Status: 'Todo' })), { ofd_agreement_id: AGREEMENT });
  for (const given of [AGREEMENT.toUpperCase(), ID]) {
    await read(getReport, vendor, { id: ID, ofd_agreement_id: given });
  }
  expect(asked().map((request) => 'Inn' in query(request))).toEqual([true, false]);
});

describe('an order whose answer was lost', () => {
  const evidence = {
    tag: '0123456789ab',
    agreement: { id: AGREEMENT, isOwn: true },
    since: new Date(START).toISOString(),
  };
  const settle = (...rows: unknown[]) => {
    const { vendor } = open(() => list(...rows));
    return reportJob(vendor).order.settle?.(evidence, changeContext(vendor));
  };

  test('is found by its tag, however many there are', async () => {
    const other = row({ Id: AGREEMENT, Name: 'Сверка #ba9876543210' });
    expect(await settle(other, row())).toMatchObject({
      answer: { id: ID.toUpperCase(), ofd_agreement_id: AGREEMENT },
    });
    expect(await settle(other)).toBe('not_done');
  });

  test('is found although its times cannot be read', async () => {
    const { vendor } = open(() => list(row({ AssumptiveCompleteTime: '00:01:00', DateFrom: 'x' })));
    for (const change of [reportJob(vendor).order, changeOf(createReport, vendor)]) {
      const settled = await change.settle?.(evidence, changeContext(vendor));
      expect(settled).toMatchObject({ answer: { id: ID.toUpperCase() } });
    }
  });

  test('is no report of another type or period that has no tag', async () => {
    const { vendor } = open(() =>
      list(row({ Name: 'x', CDateUtc: '2021-11-15T10:14:44', ReportType: 'closeShiftREPORT', ...foreign })),
    );
    let foreign: Record<string, unknown> = {};
    const data = {
      report_type: 'CloseShiftReport',
      date_from: '2021-11-01T00:00:00+03:00',
      date_to: '2021-11-02T20:59:59Z',
    } as const;
    const { order } = reportJob(vendor);
    const prepared = await order.prepare(data, changeContext(vendor), undefined);
    if (!('evidence' in prepared)) throw new Error('nothing to send');
    const kept = JSON.parse(JSON.stringify(prepared.evidence));
    const settleWith = async (told: Record<string, unknown>) => {
      foreign = told;
      return order.settle?.(kept, changeContext(vendor));
    };
    const period = { DateFrom: '2021-11-01T00:00:00', DateTo: '2021-11-02T23:59:59.000' };
    expect(await settleWith(period)).toBe('undecidable');
    expect(await settleWith({})).toBe('undecidable');
    expect(await settleWith({ ...period, ReportType: 'KKTReport' })).toBe('not_done');
    expect(await settleWith({ ...period, DateFrom: '2021-10-01T00:00:00' })).toBe('not_done');
  });

  test('is known by the name of its operation, in any process', async () => {
    const tags = await Promise.all(
      [1, 2].map(async () => {
        const { vendor } = open(() => list());
        const context = { ...changeContext(vendor), operation: 'fedcba9876543210' };
        const data = {
          report_type: 'KKTReport',
          date_from: '2021-11-01T00:00:00',
          date_to: '2021-11-01T00:00:00',
        };
        const prepared = await changeOf(createReport, vendor).prepare(data, context, undefined);
        return 'evidence' in prepared ? (prepared.evidence as { tag: string }).tag : undefined;
      }),
    );
    expect(tags).toEqual(['fedcba987654', 'fedcba987654']);
  });

  test('is not answered with the report of another order', async () => {
    const answerWith = (Name: string) => {
      const { vendor } = open(() => json({ Status: 'Success', Data: row({ Name, Status: 'Todo' }) }));
      const data = {
        report_type: 'KKTReport',
        date_from: '2021-11-01T00:00:00',
        date_to: '2021-11-01T00:00:00',
      };
      return changeOf(createReport, vendor).send(data, evidence, changeContext(vendor));
    };
    await expect(answerWith('Сверка #ba9876543210')).rejects.toMatchObject({
      name: 'VENDOR_BAD_RESPONSE',
      details: { code: 'other_report' },
    });
    expect(await answerWith('Сверка #0123456789AB')).toMatchObject({ name: 'Сверка' });
    expect(await answerWith('Отчёт')).toMatchObject({ name: 'Отчёт' });
  });

  test('is not sent again while a report without any tag may be it', async () => {
    expect(await settle(row({ Name: 'Сверка', CDateUtc: '2021-11-15T10:14:00' }))).toBe('undecidable');
    expect(await settle(row({ Name: 'Сверка', CDateUtc: '2021-11-15T09:14:00' }))).toBe('not_done');
  });
});
