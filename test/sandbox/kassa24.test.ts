import { beforeEach, describe, expect, test } from 'vitest';
import { isJsonObject } from '#core/json.ts';
import { kassa24 } from '#sandbox/kassa24.ts';
import type { SimulatedResponse, Simulator } from '#sandbox/simulator.ts';
import { createFakeClock, type FakeClock } from '../support/fake-clock.ts';

const HOUR_MS = 3_600_000;

let clock: FakeClock;
let simulator: Simulator;
let token: string;

const SEED = {
  accounts: [
    {
      name: 'almaty',
      config: { login: '77771112233', password: 'p' },
      devices: [
        { token: 'KZ77505', id_kkm: 77505 },
        { token: 'KZ77506', id_kkm: 77506, login: '77772223344', password: 'q', shift: 'closed' },
      ],
    },
  ],
};

beforeEach(() => {
  clock = createFakeClock(Date.parse('2026-06-30T18:00:00.662Z'));
  simulator = kassa24.create(SEED, clock);
  token = logIn('77771112233', 'p');
});

function send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const text = body === undefined ? '' : JSON.stringify(body);
  return simulator.respond({ method, path, query: new URLSearchParams(), headers, text, body });
}

function call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  return send(method, path, body, { authorization: `Bearer ${token}`, ...headers });
}

/** The answer as a client reads it. */
function json(response: SimulatedResponse): Record<string, unknown> {
  const body: unknown = JSON.parse(JSON.stringify(response.body));
  return isJsonObject(body) ? body : {};
}

function dataOf(response: SimulatedResponse): Record<string, unknown> {
  expect(response.status).toBe(200);
  const { Data } = json(response);
  return isJsonObject(Data) ? Data : {};
}

function logIn(Login: string, Password: string): string {
  return String(dataOf(send('POST', '/auth', { Login, Password })).Token);
}

const uidOf = (idKkm: number) => String(dataOf(call('GET', `/uid/${idKkm}`)).Uid);
const state = (change: object) => simulator.control({ id_kkm: 77505, ...change });
const said = (response: SimulatedResponse) => [response.status, json(response).Message];

const SALE = {
  IdDomain: 1,
  Cash: 50,
  NonCash: '10.50',
  Total: 60.5,
  Positions: [{ Name: 'Чай', IdSection: 76634, Price: '30.25', Qty: 2 }],
};

describe('POST /auth', () => {
  test('gives a token like a JWT to a cashier of the configuration', () => {
    expect(token).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
    expect(call('GET', '/kkms/77505').status).toBe(200);
  });

  test('refuses a wrong password and an unknown login', () => {
    expect(send('POST', '/auth', { Login: '77771112233', Password: 'x' }).status).toBe(401);
    expect(send('POST', '/auth', { Login: '77770000000', Password: 'p' }).status).toBe(401);
  });

  test('gives tokens for 24 hours', () => {
    clock.advance(24 * HOUR_MS - 1);
    expect(call('GET', '/kkms/77505').status).toBe(200);
    clock.advance(2 * HOUR_MS + 1);
    expect(said(call('GET', '/kkms/77505'))).toEqual([401, 'Unauthorized: token is expired by 2h0m0s']);
  });

  test('gives tokens that can be made old', () => {
    simulator.control({ expire_tokens: true });
    const expected = [401, 'Unauthorized: token is expired by 2h36m46s'];
    expect(said(call('GET', '/shifts/11344'))).toEqual(expected);
    expect(said(call('POST', '/shifts', { IdKkm: 77505 }))).toEqual(expected);
  });
});

describe('an open shift', () => {
  test('is seen by the cashier who has opened it, and by no other', () => {
    state({ foreign_cashier: true });
    const refusal = [403, 'Forbidden: Доступ к указанному ресурсу закрыт.'];
    expect(said(call('GET', '/shifts/11344'))).toEqual(refusal);
    expect(said(call('GET', '/shifts/11344/sections/reports'))).toEqual(refusal);
    expect(said(call('POST', '/shifts/11344/x', {}))).toEqual([403, 'Указан неверный идентификатор смены']);
  });

  test('looks as the document prints it', () => {
    const shift = dataOf(call('GET', '/shifts/11344'));
    expect(shift).toMatchObject({
      DateClose: '0001-01-01T00:00:00Z',
      DateOpen: '2026-06-30T16:00:00.6624564Z',
      IdKkm: 77505,
      IdStatusShift: 1,
      KKM: { Id: 77505, Company: { Bin: '123456789012' } },
      StatusShift: { Id: 1, Name: 'open' },
      User: { Id: 1032, PhoneLogin: '77771112233' },
    });
    expect(dataOf(call('GET', '/kkms/77505'))).toMatchObject({ Kkm: { IdShift: 11344 } });
  });

  test('begins with the figures of the document, money with two digits', () => {
    const text = JSON.stringify(call('POST', '/shifts/11344/x', {}).body);
    expect(text).toContain('"Sales":{"Qty":1,"Amount":100.00,"Cumulative":1228340.94}');
    expect(text).toContain('"BalanceOpen":93794.10,"BalanceClose":93894.10,"BalanceCloseNonCash":0.00');
    expect(text).toContain('"TotalNdsAmount":10.71');
  });

  test('reports its sections as an object', () => {
    const { Sections } = dataOf(call('GET', '/shifts/11344/sections/reports'));
    expect(Sections).toMatchObject({ 76634: { Name: 'НДС 12%', Sales: 100 }, 76635: { Sales: 0 } });
  });

  test('expires after 24 hours, sells no more, but gives X and Z', () => {
    clock.advance(22 * HOUR_MS);
    token = logIn('77771112233', 'p');
    expect(dataOf(call('GET', '/shifts/11344')).IdStatusShift).toBe(3);
    expect(call('POST', '/kkms/77505/sales', SALE, { uid: uidOf(77505) }).status).toBe(403);
    expect(call('POST', '/shifts/11344/x', {}).status).toBe(200);
    expect(call('POST', '/shifts/11344/z', { IdKkm: 77505 }, { uid: uidOf(77505) }).status).toBe(200);
  });
});

describe('sales and the like', () => {
  const sell = (path: string, body: object, uid = uidOf(77505)) =>
    call('POST', `/kkms/77505/${path}`, body, { uid });

  test('count in the report, exactly', () => {
    expect(sell('sales', SALE).status).toBe(200);
    expect(sell('refunds', { ...SALE, Cash: 60.5, NonCash: 0 }).status).toBe(200);
    expect(sell('purchases', { ...SALE, Cash: 60.5, NonCash: 0 }).status).toBe(200);
    expect(sell('purchase_refunds', { ...SALE, Cash: 60.5, NonCash: 0 }).status).toBe(200);
    expect(sell('incomes', { Amount: '0.10' }).status).toBe(200);
    expect(sell('expenses', { Amount: '0.20' }).status).toBe(200);
    expect(dataOf(call('POST', '/shifts/11344/x', {}))).toMatchObject({
      Count: 7,
      Total: {
        Sales: { Qty: 2, Amount: 160.5, Cumulative: 1228401.44 },
        Refunds: { Qty: 1, Amount: 60.5 },
        Purchases: { Qty: 1, Amount: 60.5 },
        PurchaseRefunds: { Qty: 1, Amount: 60.5 },
        Incomes: { Qty: 1, Amount: 0.1 },
        Expenses: { Qty: 1, Amount: 0.2 },
      },
      BalanceClose: 93883.5,
      BalanceCloseNonCash: 10.5,
    });
  });

  test.each([
    ['a wrong total', { ...SALE, Total: 60.49 }, 'Сумма ИТОГО не верна'],
    ['three decimals', { ...SALE, Cash: 50.001 }, 'Поле Cash не должно иметь более двух десятичных знаков'],
    ['no domain', { ...SALE, IdDomain: undefined }, 'Поле IdDomain не должно быть пустым'],
    [
      'too much by card',
      { ...SALE, NonCash: 61 },
      'Сумма безналичной оплаты не может быть больше стоимости товара',
    ],
  ])('are refused with %s', (_what, body, message) => {
    expect(said(sell('sales', body))).toEqual([400, message]);
  });

  test('pay out no more than there is', () => {
    expect(said(sell('expenses', { Amount: 93894.11 }))).toEqual([
      400,
      'Сумма операции превышает баланс кассы',
    ]);
  });

  test('happen once per Uid', () => {
    const uid = uidOf(77505);
    const first = sell('sales', SALE, uid);
    const second = sell('sales', SALE, uid);
    expect([first.status, second.status]).toEqual([200, 208]);
    expect(json(second)).toEqual({ ...json(first), Status: 208 });
    expect(second.headers?.Uid).toBe(first.headers?.Uid);
    expect(dataOf(call('POST', '/shifts/11344/x', {}))).toMatchObject({ Total: { Sales: { Qty: 2 } } });
  });

  test('need a Uid of this register', () => {
    expect(call('POST', '/kkms/77505/sales', SALE).status).toBe(400);
    expect(sell('sales', SALE, 'x').status).toBe(400);
    expect(sell('sales', SALE, '00000000-0000-4000-8000-000000000000').status).toBe(452);
  });

  test('wait for an operation under way, as long as it is told', () => {
    const uid = uidOf(77505);
    state({ in_progress: 2 });
    const statuses = [1, 2, 3].map(() => sell('sales', SALE, uid).status);
    expect(statuses).toEqual([449, 449, 200]);
    state({ in_progress: true });
    expect(sell('sales', SALE).status).toBe(449);
    state({ in_progress: false });
    expect(sell('sales', SALE).status).toBe(200);
  });
});

describe('POST /shifts/:IdShift/z', () => {
  const close = (uid = uidOf(77505), body: object = { IdKkm: 77505 }) =>
    call('POST', '/shifts/11344/z', body, { uid });

  test('closes the shift and tells its figures', () => {
    expect(dataOf(close())).toMatchObject({
      OperatorCode: '1032',
      Total: { Sales: { Amount: 100 } },
      BalanceClose: 93894.1,
      DateClose: '2026-06-30T18:00:00.6624564Z',
    });
    expect(dataOf(call('GET', '/kkms/77505'))).toMatchObject({ Kkm: { IdShift: 0 } });
    expect(dataOf(call('GET', '/shifts/11344'))).toMatchObject({ IdStatusShift: 2, BalanceClose: 93894.1 });
    expect(said(call('POST', '/shifts/11344/x', {}))).toEqual([410, 'Данная смена уже закрыта']);
  });

  test('repeats its answer for the same Uid and refuses another one', () => {
    const uid = uidOf(77505);
    const first = close(uid);
    const again = close(uid);
    expect(again.status).toBe(208);
    expect(json(again).Data).toEqual(json(first).Data);
    expect(said(close())).toEqual([410, 'Данная смена уже закрыта']);
    expect(close('00000000-0000-4000-8000-000000000000').status).toBe(452);
  });

  test('counts the Z reports of each shift', () => {
    const uid = uidOf(77505);
    close(uid);
    close(uid);
    expect(state({})).toMatchObject({ shifts: [{ id: 11344, open: false, z_reports: 1 }] });
  });

  test('refuses a Uid that has been used up by somebody else', () => {
    const uid = uidOf(77505);
    state({ rotate_uid: true });
    expect(said(close(uid))).toEqual([452, 'Uid не найден']);
    expect(close().status).toBe(200);
  });

  test('can keep the next Uid to itself', () => {
    state({ silent_uid: true });
    const answer = close();
    expect([answer.status, answer.headers]).toEqual([200, undefined]);
  });

  test('takes the time of an autonomous close', () => {
    expect(dataOf(close(uidOf(77505), { IdKkm: 77505, Date: '2026-06-30T17:00:00+00:00' }))).toMatchObject({
      DateClose: '2026-06-30T17:00:00.0004564Z',
    });
    expect(call('POST', '/shifts/11344/z', { IdKkm: 77505, Date: '' }).status).toBe(400);
  });
});

describe('POST /shifts', () => {
  const open = (idKkm: unknown, date?: unknown) => call('POST', '/shifts', { IdKkm: idKkm, Date: date });

  test('opens a closed register with a new Uid, "ОК" in Cyrillic', () => {
    state({ shift: 'closed' });
    const before = uidOf(77505);
    const opened = open(77505);
    expect(dataOf(opened)).toEqual({
      Shift: {
        Id: 11345,
        IdUser: 1032,
        IdKkm: 77505,
        IdStatusShift: 1,
        DateOpen: '2026-06-30T18:00:00.6624564Z',
      },
    });
    expect(json(opened).Message).toBe('ОК');
    expect(opened.headers?.Uid).toBe(uidOf(77505));
    expect(opened.headers?.Uid).not.toBe(before);
    expect(dataOf(call('GET', '/shifts/11345'))).toMatchObject({ ShiftIndex: 9 });
  });

  test('takes the time of an autonomous opening, and none for the zero date', () => {
    state({ shift: 'closed' });
    expect(dataOf(open(77505, '2026-06-30T12:00:00+05:00'))).toMatchObject({
      Shift: { DateOpen: '2026-06-30T07:00:00.0004564Z' },
    });
    state({ shift: 'closed' });
    expect(dataOf(open(77505, '0001-01-01T00:00:00Z'))).toMatchObject({
      Shift: { DateOpen: '2026-06-30T18:00:00.6624564Z' },
    });
    expect(open(77505, '').status).toBe(400);
  });

  test('refuses an autonomous operation that is dated before the last one', () => {
    state({ shift: 'closed' });
    expect(open(77505, '2020-12-20T06:34:46+00:00').status).toBe(200);
    state({ shift: 'closed' });
    expect(said(open(77505, '2020-12-20T06:34:45+00:00'))).toEqual([400, 'Нарушена очередность операций']);
    expect(open(77505, '2020-12-20T06:34:46+00:00').status).toBe(200);
  });

  test.each([
    ['without a register', {}, undefined, 400, 'Поле IdKKM не должно быть пустым'],
    ['an unknown register', {}, 1, 403, 'Forbidden: Доступ к указанному ресурсу закрыт.'],
    [
      'a register without access',
      { access: false },
      77505,
      403,
      'Forbidden: Доступ к указанному ресурсу закрыт.',
    ],
    ['an open register', {}, 77505, 403, 'Forbidden: на данной ККМ уже открыта смена'],
    ['a blocked register', { blocked: true }, 77505, 403, 'Forbidden: касса заблокирована'],
    [
      'a cashier who has a shift elsewhere',
      { shift: 'closed', cashier_busy: true },
      77505,
      424,
      'Forbidden: за данным пользователем уже числится открытая смена',
    ],
    [
      'a cashier whose shift is open at another register',
      {},
      77506,
      424,
      'Forbidden: за данным пользователем уже числится открытая смена',
    ],
  ])('refuses %s', (_what, change, idKkm, status, message) => {
    state(change);
    expect(said(open(idKkm))).toEqual([status, message]);
  });
});

describe('refusals of reports', () => {
  test.each([
    ['of nobody', {}, 1, 'Указан неверный идентификатор смены'],
    ['of another cashier', { foreign_cashier: true }, 11344, 'Указан неверный идентификатор смены'],
    ['of a blocked register', { blocked: true }, 11344, 'Forbidden: касса заблокирована'],
    ['without access', { access: false }, 11344, 'Forbidden: Доступ к указанному ресурсу закрыт.'],
  ])('X: a shift %s', (_what, change, id, message) => {
    state(change);
    expect(said(call('POST', `/shifts/${id}/x`, {}))).toEqual([403, message]);
  });

  test.each(['/shifts/1', '/shifts/1/sections/reports', '/kkms/1', '/uid/1'])('%s: no access', (path) => {
    expect(said(call('GET', path))).toEqual([403, 'Forbidden: Доступ к указанному ресурсу закрыт.']);
  });
});

describe('control', () => {
  test('shows a closed shift as if it were current', () => {
    state({ shift: 'closed', stale_id_shift: true });
    expect(dataOf(call('GET', '/kkms/77505'))).toMatchObject({ Kkm: { IdShift: 11344 } });
  });

  test('expires, closes and opens a shift', () => {
    const status = () => simulator.control({ id_kkm: 77505 });
    state({ shift: 'expired' });
    expect(status()).toMatchObject({ shift: { IdStatusShift: 3 } });
    state({ shift: 'closed' });
    expect(status()).toMatchObject({ shift: { IdStatusShift: 2 } });
    state({ shift: 'open' });
    expect(status()).toMatchObject({ shift: { IdStatusShift: 1, Id: 11345 } });
  });

  test.each([
    ['an unknown register', { id_kkm: 1, blocked: true }, /77505, 77506/],
    ['an unknown change', { id_kkm: 77505, bloked: true }, /bloked is none of/],
    ['a wrong value', { id_kkm: 77505, blocked: 'yes' }, /true or false/],
    ['a wrong shift', { id_kkm: 77505, shift: 'half' }, /"open", "closed" or "expired"/],
    ['a sale in a closed shift', { id_kkm: 77506, sell: { cash: '1.00' } }, /no sale/],
  ])('complains about %s', (_what, change, complaint) => {
    expect(() => simulator.control(change)).toThrow(complaint);
  });
});
