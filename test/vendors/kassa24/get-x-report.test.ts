import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Call } from '#core/call.ts';
import { systemClock } from '#core/clock.ts';
import { silentLog } from '#core/log.ts';
import type { RegisterPort } from '#domain/vendor.ts';
import { type AccountHttp, createHttpClient } from '#outbound/http-client.ts';
import { kassa24 as simulator } from '#sandbox/kassa24.ts';
import { type RunningSimulator, startSimulator } from '#sandbox/server.ts';
import { kassa24 } from '#vendors/kassa24/vendor.ts';
import { createMemoryState } from './memory-state.ts';

const CONFIG = {
  login: '77771112233',
  password: 'secret-1',
  zone: 'Asia/Almaty',
  xReport: { method: 'POST', path: '/shifts/:id/x' },
  dateZ: 'utc',
} as const;
const DEVICE = {
  token: 'KZ77505',
  vendor: 'almaty',
  id_kkm: 77505,
  company_name: 'ТОО "Берёзка"',
  tax_number: '020240001234',
};

let server: RunningSimulator;
let http: AccountHttp;
let register: RegisterPort;

beforeEach(async () => {
  const seed = { accounts: [{ name: 'almaty', config: CONFIG, devices: [DEVICE] }] };
  server = await startSimulator(simulator, seed, { clock: systemClock });
  http = createHttpClient({
    vendor: 'kassa24',
    account: 'almaty',
    baseUrl: server.baseUrl,
    timeoutMs: 5000,
    concurrency: kassa24.concurrency,
    tlsVerify: true,
    headers: {},
    maxResponseBytes: 1_000_000,
    clock: systemClock,
    log: silentLog,
  });
  register = create().register(DEVICE);
});

afterEach(async () => {
  await http.close();
  await server.close();
});

function create(config: Partial<Parameters<typeof kassa24.create>[0]['config']> = {}) {
  return kassa24.create({
    account: 'almaty',
    config: { ...CONFIG, ...config },
    http,
    state: createMemoryState(),
    clock: systemClock,
    log: silentLog,
  });
}

function newCall(timeoutMs = 5000): Call {
  const signal = AbortSignal.timeout(timeoutMs);
  return { deadline: Date.now() + timeoutMs, signal, exchanges: [], traceparent: undefined };
}

async function getXReport(port = register, call = newCall()) {
  if (!port.getXReport) throw new Error('no X report');
  return port.getXReport(call);
}

async function post(path: string, body: unknown): Promise<void> {
  const response = await fetch(`${server.baseUrl}/_sandbox/${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(await response.text());
}

const fault = (body: object) => post('faults', body);
const state = (body: object) => post('state', { id_kkm: 77505, ...body });

async function seen(): Promise<string[]> {
  const response = await fetch(`${server.baseUrl}/_sandbox/requests`);
  const { requests } = (await response.json()) as { requests: { method: string; path: string }[] };
  return requests.map(({ method, path }) => `${method} ${path}`);
}

describe('getXReport', () => {
  test('joins the register, the shift and its figures into one report', async () => {
    await expect(getXReport()).resolves.toMatchObject({
      cashier: 'first cashier',
      close_date: null,
      company_name: 'ТОО "Берёзка"',
      counters: [{ currency: 'KZT', sales_count: 1, sales_sum: '100.00', deposits_sum: '0.00' }],
      device_id: 77505,
      number: 8,
      open_date: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+05:00$/),
      sales_count: 1,
      tax_number: '020240001234',
      uid: null,
    });
  });

  test('logs in once, and asks for the shift and the figures at once', async () => {
    await getXReport();
    await getXReport();
    const requests = await seen();
    expect(requests.slice(0, 2)).toEqual(['POST /auth', 'GET /kkms/77505']);
    expect(requests.slice(2, 4).sort()).toEqual(['GET /shifts/11344', 'POST /shifts/11344/x']);
    expect(requests.filter((request) => request === 'POST /auth')).toHaveLength(1);
  });

  test('logs in again, silently, when the token has expired', async () => {
    await getXReport();
    await post('state', { expire_tokens: true });
    await expect(getXReport()).resolves.toMatchObject({ number: 8 });
    expect((await seen()).filter((request) => request === 'POST /auth')).toHaveLength(2);
  });

  test('logs in once when both calls learn at the same time that the token has expired', async () => {
    await fault({ path: '/shifts/*', times: 2, status: 401, body: { Status: 401, Message: 'x' } });
    await expect(getXReport()).resolves.toMatchObject({ number: 8 });
    expect((await seen()).filter((request) => request === 'POST /auth')).toHaveLength(2);
  });

  test('gives up when the new token is refused too', async () => {
    await fault({ path: '/kkms/*', times: 0, status: 401, body: { Status: 401, Message: 'Unauthorized' } });
    await expect(getXReport()).rejects.toMatchObject({
      name: 'VENDOR_AUTH_FAILED',
      details: { status: 401, code: '401', message: 'Unauthorized' },
    });
    expect(await seen()).toEqual(['POST /auth', 'GET /kkms/77505', 'POST /auth', 'GET /kkms/77505']);
  });

  test('says that the password is wrong, without saying it', async () => {
    const port = create({ password: 'secret-2' }).register(DEVICE);
    const failure = await getXReport(port).catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: 'VENDOR_AUTH_FAILED', details: { status: 401 } });
    expect(JSON.stringify(failure)).not.toContain('secret-2');
  });

  test('logs in once for all the registers of a cashier', async () => {
    const vendor = create();
    const body = { Status: 200, Data: { Kkm: { Id: 77506, IdShift: 0 } } };
    await fault({ path: '/kkms/77506', body });
    const ports = [DEVICE, { ...DEVICE, token: 'KZ77506', id_kkm: 77506 }].map(vendor.register);
    await Promise.allSettled(ports.map((port) => getXReport(port)));
    expect((await seen()).filter((request) => request === 'POST /auth')).toHaveLength(1);
  });

  test('uses the login of the device where it has its own', async () => {
    const port = create().register({ ...DEVICE, login: '77770000000', password: 'x' });
    await expect(getXReport(port)).rejects.toMatchObject({ name: 'VENDOR_AUTH_FAILED' });
    await expect(getXReport()).resolves.toMatchObject({ number: 8 });
  });

  test.each([
    ['closed', { shift: 'closed' }, 'AVQFR_SHIFT_IS_CLOSED', '200'],
    ['closed but still told', { shift: 'closed', stale_id_shift: true }, 'AVQFR_SHIFT_IS_CLOSED', '200'],
    ['opened by another cashier', { foreign_cashier: true }, 'VENDOR_REJECTED', '403'],
    ['of a blocked register', { blocked: true }, 'VENDOR_REJECTED', '403'],
    ['of a register without access', { access: false }, 'VENDOR_REJECTED', '403'],
  ])('fails when the shift is %s', async (_case, change, name, code) => {
    await state(change);
    await expect(getXReport()).rejects.toMatchObject({
      name,
      details: { vendor: 'kassa24', account: 'almaty', code },
    });
  });

  test('learns from a 410 that the shift has closed in between', async () => {
    const body = { Status: 410, Message: 'Данная смена уже закрыта' };
    await fault({ path: '/shifts/11344/x', status: 410, body });
    await expect(getXReport()).rejects.toMatchObject({
      name: 'AVQFR_SHIFT_IS_CLOSED',
      details: { status: 410, code: '410', message: 'Данная смена уже закрыта' },
    });
  });

  test('gives the figures of a shift that is open for more than a day', async () => {
    await state({ shift: 'expired' });
    await expect(getXReport()).resolves.toMatchObject({ number: 8, sales_count: 1 });
  });

  test('sees what has been sold meanwhile', async () => {
    await getXReport();
    await state({ sell: { cash: '50.25', non_cash: '0.10' } });
    await expect(getXReport()).resolves.toMatchObject({
      counters: [{ sales_count: 2, sales_sum: '150.35' }],
    });
  });

  test('repeats the X report after a reset, once, and never after a 500', async () => {
    await fault({ method: 'POST', path: '/shifts/11344/x', fault: 'reset' });
    await expect(getXReport()).resolves.toMatchObject({ number: 8 });
    await fault({ method: 'POST', path: '/shifts/11344/x', status: 500, body: { Status: 500 } });
    await expect(getXReport()).rejects.toMatchObject({
      name: 'VENDOR_UNAVAILABLE',
      details: { code: '500' },
    });
    expect((await seen()).filter((request) => request.endsWith('/x'))).toHaveLength(3);
  });

  test('refuses the figures of another register', async () => {
    const body = { Status: 200, Data: { Kkm: { Id: 1 }, Total: {} } };
    await fault({ path: '/shifts/11344/x', body });
    await expect(getXReport()).rejects.toMatchObject({
      name: 'VENDOR_BAD_RESPONSE',
      details: { code: 'other_register' },
    });
  });

  test.each([
    ['html', 'html'],
    ['not_json', 'not_json'],
    ['truncate', 'truncated'],
  ])('cannot use an answer that is %s', async (kind, code) => {
    await fault({ method: 'GET', path: '/shifts/*', fault: kind });
    await expect(getXReport()).rejects.toMatchObject({ name: 'VENDOR_BAD_RESPONSE', details: { code } });
  });

  test('stops waiting at the deadline', async () => {
    await fault({ method: 'GET', path: '/shifts/*', fault: 'hang' });
    await expect(getXReport(register, newCall(300))).rejects.toMatchObject({ name: 'VENDOR_TIMEOUT' });
  });

  test('asks for the X report as the account says', async () => {
    const port = create({ xReport: { method: 'GET', path: '/reports/:id/x' } }).register(DEVICE);
    const body = { Status: 200, Data: { Total: { Sales: { Qty: 5, Amount: 1 } } } };
    await fault({ method: 'GET', path: '/reports/11344/x', body });
    await expect(getXReport(port)).resolves.toMatchObject({ sales_count: 5 });
  });

  test('reads the times as the account says', async () => {
    const [utc, local] = await Promise.all(
      (['utc', 'local'] as const).map((dateZ) => getXReport(create({ dateZ }).register(DEVICE))),
    );
    const [early, late] = [local?.open_date, utc?.open_date].map((time) => Date.parse(String(time)));
    expect(Number(late) - Number(early)).toBe(5 * 3_600_000);
  });
});

describe('describe', () => {
  test('tells what Kassa24 knows of the register, whether a shift is open or not', async () => {
    const expected = {
      device_id: 77505,
      organization: 'ТОО "Берёзка"',
      unp: '020240001234',
      is_registered: true,
      name: 'Касса 77505',
    };
    await expect(register.describe?.(newCall(), false)).resolves.toEqual(expected);
    await state({ shift: 'closed' });
    await expect(register.describe?.(newCall(), true)).resolves.toEqual(expected);
  });
});
