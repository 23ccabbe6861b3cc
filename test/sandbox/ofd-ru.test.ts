import { execFileSync } from 'node:child_process';
import { beforeEach, describe, expect, test } from 'vitest';
import { isJsonObject } from '#core/json.ts';
import { ofdRu } from '#sandbox/ofd-ru.ts';
import { createState } from '#sandbox/ofd-ru-state.ts';
import { login } from '#sandbox/ofd-ru-tokens.ts';
import type { SimulatedResponse, Simulator } from '#sandbox/simulator.ts';
import { createFakeClock, type FakeClock } from '../support/fake-clock.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const INN = '7841465198';
const SEED = {
  accounts: [
    { name: 'ofd', config: { login: '12345', password: '56789', inn: INN, kpp: '772501001' }, devices: [] },
    {
      name: 'other',
      config: { login: 'b', password: 'c', inn: '770000000000', authToken: 'fixed' },
      devices: [],
    },
  ],
};
const ORDER = {
  DateFrom: '2021-11-01T00:00:00.000+03:00',
  DateTo: '2021-11-02T23:59:59.000+03:00',
  Name: 'Сверка',
  ReportType: 'ReceiptReport',
  SelectAllKkts: true,
  EmailsToNotify: '',
  UseXlsxFile: true,
};

let clock: FakeClock;
let simulator: Simulator;
let token: string;

beforeEach(() => {
  clock = createFakeClock(Date.parse('2021-11-15T10:14:44Z'));
  simulator = ofdRu.create(SEED, clock);
  simulator.control({ per_second: 0 });
  token = String(
    json(send('POST', '/api/Authorization/CreateAuthToken', { Login: '12345', Password: '56789' })).AuthToken,
  );
});

function send(method: string, target: string, body?: unknown): SimulatedResponse {
  const { pathname: path, searchParams: query } = new URL(target, 'http://ofd');
  return simulator.respond({ method, path, query, headers: {}, text: '', body });
}

function call(method: string, target: string, body?: unknown): SimulatedResponse {
  return send(
    method,
    `/api/customer/reports${target}${target.includes('?') ? '&' : '?'}AuthToken=${token}`,
    body,
  );
}

function json({ body }: SimulatedResponse): Record<string, unknown> {
  const parsed: unknown = JSON.parse(JSON.stringify(body));
  return isJsonObject(parsed) ? parsed : {};
}

const dataOf = (response: SimulatedResponse) => json(response).Data as Record<string, unknown>;
const said = (response: SimulatedResponse) => [
  response.status,
  ...((json(response).Errors as string[]) ?? []),
];
const order = (changes: object = {}) => call('POST', '', { ...ORDER, ...changes });
const list = () => dataOf(call('GET', `?Inn=${INN}&Kpp=772501001&SkipPageFilter=true`));
const states = () => (list().List as { Status: string }[]).map(({ Status }) => Status);

describe('logging in', () => {
  test('gives a token of 32 hex digits and its end in UTC without a zone', () => {
    expect(token).toMatch(/^[0-9a-f]{32}$/);
    const again = send('POST', '/api/Authorization/CreateAuthToken', { Login: '12345', Password: '56789' });
    expect(json(again).ExpirationDateUtc).toBe('2021-11-15T11:14:44');
  });

  test('is refused with an empty object', () => {
    expect(send('POST', '/api/Authorization/CreateAuthToken', { Login: '12345', Password: 'x' })).toEqual({
      status: 403,
      body: {},
    });
  });

  test('ends with time, on demand, and never for a token of the configuration', () => {
    clock.advance(HOUR_MS);
    expect(said(call('GET', ''))).toEqual([403, 'AccessDenied']);
    simulator.control({ expire_tokens: true });
    token = 'fixed';
    expect(call('GET', '').status).toBe(200);
    expect(said(send('GET', '/api/customer/reports'))).toEqual([403, 'AccessDenied']);
  });
});

test('keeps no token that has ended', () => {
  const state = createState(SEED, clock);
  const body = { Login: '12345', Password: '56789' };
  const request = { method: 'POST', path: '/', query: new URLSearchParams(), headers: {}, text: '', body };
  for (let hours = 0; hours < 3; hours += 1) {
    login(state, request);
    clock.advance(HOUR_MS);
  }
  // The last one and the one of the configuration.
  expect(state.tokens.size).toBe(2);
});

test('one request a second is served, a login counts, each user for himself', () => {
  simulator.control({ per_second: 1 });
  clock.advance(1000);
  expect(call('GET', '').status).toBe(200);
  clock.advance(800);
  expect(said(call('GET', ''))).toEqual([429, 'TooManyRequests']);
  expect(
    send('POST', '/api/Authorization/CreateAuthToken', { Login: '12345', Password: '56789' }).status,
  ).toBe(429);
  expect(send('GET', '/api/customer/reports?AuthToken=fixed').status).toBe(200);
  clock.advance(200);
  expect(call('GET', '').status).toBe(200);
});

describe('a report', () => {
  test('goes from Todo over Processing to Done, and can be downloaded then', () => {
    const { Id, Status, ExpiredDate, AssumptiveCompleteTime } = dataOf(order());
    expect({ Status, ExpiredDate, AssumptiveCompleteTime }).toEqual({
      Status: 'Todo',
      ExpiredDate: '2021-11-22T10:14:44',
      AssumptiveCompleteTime: '2021-11-15T10:14:52',
    });
    expect(said(call('GET', `/${Id}`))).toEqual([400, 'ReportNotDone']);
    clock.advance(2000);
    expect(states()).toEqual(['Processing']);
    clock.advance(6000);
    expect(states()).toEqual(['Done']);
    expect([...(call('GET', `/${Id}`).bytes ?? [])].slice(0, 2)).toEqual([0x50, 0x4b]);
  });

  test('is forgotten after a week', () => {
    order();
    token = String(
      json(send('POST', '/api/Authorization/CreateAuthToken', { Login: '12345', Password: '56789' }))
        .AuthToken,
    );
    clock.advance(7 * DAY_MS);
    token = String(
      json(send('POST', '/api/Authorization/CreateAuthToken', { Login: '12345', Password: '56789' }))
        .AuthToken,
    );
    expect(states()).toEqual([]);
  });

  test('is forgotten for good, so that a sandbox may run for weeks', () => {
    order();
    clock.advance(7 * DAY_MS);
    const user = { Login: '12345', Password: '56789' };
    token = String(json(send('POST', '/api/Authorization/CreateAuthToken', user)).AuthToken);
    order();
    expect(simulator.control({})).toMatchObject({ reports: [{ Status: 'Todo' }] });
  });

  test('is made faster on demand, and set to any state', () => {
    simulator.control({ speed: 1000 });
    order();
    clock.advance(8);
    expect(states()).toEqual(['Done']);
    simulator.control({ report: 'last', state: 'Error' });
    expect(states()).toEqual(['Error']);
  });

  test('is deleted and cancelled once', () => {
    const [first, second] = [dataOf(order()).Id, dataOf(order()).Id];
    expect(json(call('DELETE', `/${first}`))).toMatchObject({ Id: first, Status: 'Deleted' });
    expect(said(call('DELETE', `/${first}`))).toEqual([400, 'ReportNotFound']);
    expect(json(call('GET', `/${second}/cancel`))).toMatchObject({ Id: second, Status: 'Deleted' });
    expect(said(call('GET', `/${second}/cancel`))).toEqual([400, 'ReportNotFound']);
  });

  test('is the business of its own cabinet only, which is named or the only one', () => {
    const Id = String(dataOf(order()).Id);
    clock.advance(8000);
    const other = '00000000-0000-4000-8000-000000000000';
    const wrong = [`/${Id}?ofdAgreementId=${other}`, `/${Id}/cancel?OfdAgreementId=${other}`];
    for (const target of wrong) expect(said(call('GET', target))).toEqual([400, 'OfdAgreementNotFound']);
    expect(said(call('DELETE', `/${Id}?command.ofdAgreementId=${other}`))).toEqual([
      400,
      'OfdAgreementNotFound',
    ]);
    expect(states()).toEqual(['Done']);
    const { OfdAgreementId } = list();
    expect(call('GET', `/${Id}?ofdAgreementId=${OfdAgreementId}`).status).toBe(200);
  });

  test.each([
    ['DateFromGreaterThanDateTo', { DateFrom: '2021-12-01T00:00:00Z' }, {}],
    ['ReportSizeError', {}, { max_days: 1 }],
    ['LimitExhausted', {}, { limit: 0 }],
    ['OfdAgreementNotFound', { ofdAgreementId: '00000000-0000-4000-8000-000000000000' }, {}],
  ])('is refused: %s', (name, changes, state) => {
    simulator.control(state);
    expect(said(order(changes))).toEqual([400, name]);
    expect(states()).toEqual([]);
  });
});

describe('the list', () => {
  test('is in an envelope with an INN, and bare without', () => {
    order();
    expect(list()).toMatchObject({ OfdAgreementId: expect.any(String), ConsumedLimit: 1, TotalCount: 1 });
    expect(json(call('GET', ''))).toMatchObject({ ConsumedLimit: 1, ' TotalCount ': 1 });
    expect(said(call('GET', '?Inn=7700000000'))).toEqual([400, 'OfdAgreementNotFound']);
  });

  test('comes in pages unless they are switched off, and on demand even then', () => {
    simulator.control({ page_size: 1 });
    order();
    order();
    expect(json(call('GET', '?SkipPageFilter=false')).List).toHaveLength(1);
    expect(list().List).toHaveLength(2);
    simulator.control({ always_paged: true });
    expect(list()).toMatchObject({ List: [{}], TotalCount: 2 });
  });
});

test('cash registers are listed by INN, and ordered by their ids', () => {
  const kkts = json(send('GET', `/api/integration/v1/inn/${INN}/kkts?AuthToken=${token}`)).Data as {
    Id: string;
  }[];
  expect(kkts).toHaveLength(3);
  expect(dataOf(order({ SelectAllKkts: false, KktList: [kkts[1]?.Id, 'unknown'] })).KktCount).toBe(1);
});

test('templates are saved, read, changed and deleted', () => {
  const body = { Name: 'Мой', Fields: ['KktName'], BaseReportType: 'All', Description: 'x' };
  expect(json(call('POST', '/custom', body))).toEqual({ Status: 'Success', Elapsed: expect.any(String) });
  const [template] = call('GET', '/custom').body as { Id: string }[];
  expect(template).toMatchObject({
    Name: 'Мой',
    CustomFields: ['KktName'],
    CDateUtc: '2021-11-15T10:14:44.0000000',
  });
  expect(call('PUT', `/custom/${template?.Id}`, { ...body, Name: 'Иной' }).status).toBe(200);
  expect(json(call('GET', `/custom/${template?.Id}`))).toMatchObject({ Name: 'Иной' });
  expect(call('DELETE', `/custom/${template?.Id}`).status).toBe(200);
  expect(call('GET', '/custom').body).toEqual([]);
  expect(call('GET', '/templates').body).toHaveLength(10);
});

test('a control that is not known, or wrong, is refused', () => {
  for (const change of [
    { sped: 1 },
    { speed: 0 },
    { report: 'last', state: 'Done' },
    { locked: 1 },
    { constructor: 1 },
  ]) {
    expect(() => simulator.control(change)).toThrow();
  }
});

test('a workbook is one: its archive and its XML are read by others', () => {
  simulator.control({ speed: 1000 });
  const { Id } = dataOf(order({ Name: 'a<b>&"c"' }));
  clock.advance(8);
  const { bytes = new Uint8Array() } = call('GET', `/${Id}`);
  const script = `
import io, sys, zipfile, xml.dom.minidom
archive = zipfile.ZipFile(io.BytesIO(sys.stdin.buffer.read()))
assert archive.testzip() is None
for name in archive.namelist(): xml.dom.minidom.parseString(archive.read(name))
print(archive.namelist()[0], archive.read('xl/worksheets/sheet1.xml').decode().count('<row>'))`;
  const python = (() => {
    try {
      return execFileSync('python3', ['-c', script], { input: bytes, encoding: 'utf8' }).trim();
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      throw error;
    }
  })();
  if (python !== undefined) expect(python).toBe('[Content_Types].xml 5');
});
