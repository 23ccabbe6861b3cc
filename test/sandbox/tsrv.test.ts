import { beforeEach, describe, expect, test } from 'vitest';
import type { Simulator } from '#sandbox/simulator.ts';
import { tsrv } from '#sandbox/tsrv.ts';
import { createFakeClock, type FakeClock } from '../support/fake-clock.ts';

const TOKEN = 'AVQ11031010703';
const SHIFT = 'ik.service.token.shift';
const SALES = 'ik.service.token.sales.retail';

let clock: FakeClock;
let simulator: Simulator;

beforeEach(() => {
  clock = createFakeClock(Date.parse('2026-06-30T18:00:00Z'));
  const devices = [{ token: 'AVQ11169990670', company_name: 'ООО "Ромашка"', tax_number: '012345678' }];
  simulator = tsrv.create({ accounts: [{ name: 'minsk', config: {}, devices }] }, clock);
});

/** The answer's text, as it goes over the wire. */
function answerTo(body: unknown): string {
  const request = { query: new URLSearchParams(), headers: {}, text: JSON.stringify(body), body };
  const response = simulator.respond({ method: 'POST', path: '/tsrv', ...request });
  expect(response.status).toBe(200);
  return JSON.stringify(response.body);
}

function send(address: string, action: string, data: unknown = null, token = TOKEN): unknown {
  const message = { type: 'send', address, reply_address: 'example', data, headers: { action, token } };
  return JSON.parse(answerTo(message)).data;
}

describe('get_x_report', () => {
  test('answers for the register of the document byte for byte', () => {
    const message = {
      type: 'send',
      address: SHIFT,
      reply_address: 'example',
      data: null,
      headers: { action: 'get_x_report', token: TOKEN, 'tokens.refresh': 'true' },
    };
    expect(answerTo(message)).toBe(
      '{"type":"send","address":"example","reply_address":null,"data":{"cashier":null,"close_date":null,' +
        '"company_name":"ИП Моров А.М.","counters":[],"device_id":131010703,"first_sale_number":0,' +
        '"last_sale_number":0,"number":159,"open_date":"2021-09-13T22:16:33+03:00","sales_count":0,' +
        '"tax_number":191832203,"uid":null},"headers":null}',
    );
  });

  test('answers the two errors of the document byte for byte', () => {
    const message = {
      type: 'send',
      address: SHIFT,
      reply_address: 'example',
      data: null,
      headers: { action: 'get_x_report', token: TOKEN },
    };
    const error = (description: string, name: string) =>
      `{"type":"error","address":"example","reply_address":null,"data":{"description":"${description}",` +
      `"name":"${name}"},"headers":null}`;
    simulator.control({ token: TOKEN, shift: 'closed' });
    expect(answerTo(message)).toBe(
      error('смена закрыта (команда возможна только при открытой смене)', 'AVQFR_SHIFT_IS_CLOSED'),
    );
    simulator.control({ token: TOKEN, authorized: false });
    expect(answerTo(message)).toBe(
      error(
        'сессия не авторизована (команда требует обязательной авторизации)',
        'AVQFR_SESSION_NOT_AUTHORIZED',
      ),
    );
  });

  test('knows the registers of the configuration', () => {
    expect(send(SHIFT, 'get_x_report', null, 'AVQ11169990670')).toMatchObject({
      company_name: 'ООО "Ромашка"',
      device_id: 169990670,
      number: 1,
      open_date: '2026-06-30T19:00:00+03:00',
      tax_number: '012345678',
    });
  });
});

describe('tokens', () => {
  test('are listed', () => {
    expect(send('ik.service.token', 'get_tokens')).toMatchObject([
      { serial: TOKEN, organization: 'ИП Моров А.М.' },
      { serial: 'AVQ11169990670', unp: '012345678' },
    ]);
  });

  test('are told one by one, also without a session', () => {
    simulator.control({ token: TOKEN, authorized: false });
    expect(send('ik.service.token', 'get_token_by_serial')).toMatchObject({ serial: TOKEN });
  });

  test('that are unknown are answered with those that are known, and a stray bracket', () => {
    expect(send('ik.service.token', 'get_token_by_serial', null, 'AVQ11000000000')).toEqual({
      description: `token was not found. available: [${TOKEN}, AVQ11169990670])`,
      name: 'TSRV_TOKEN_NOT_FOUND',
    });
  });

  test('are refreshed by "true" or "false" only', () => {
    const headers = { action: 'get_tokens', 'tokens.refresh': 'yes' };
    expect(JSON.parse(answerTo({ address: 'ik.service.token', headers })).data).toMatchObject({
      name: 'TSRV_INVALID_HEADER',
    });
  });
});

describe('sessions', () => {
  const authorize = (pin: unknown) => send('ik.service.token.authority', 'authorize', { pin });

  test('begin with the PIN and end with logout', () => {
    expect(authorize('1234')).toMatchObject({ name: 'AVQFR_SESSION_ALREADY_AUTHORIZED' });
    expect(send('ik.service.token.authority', 'logout')).toEqual({ result: 'Ok' });
    expect(send('ik.service.token.authority', 'logout')).toMatchObject({
      name: 'AVQFR_SESSION_NOT_AUTHORIZED',
    });
    expect(authorize('0000')).toMatchObject({ name: 'AVQFR_BAD_KEY_AUTH_DATA' });
    expect(authorize('1234')).toEqual({ result: 'Ok' });
    expect(send(SHIFT, 'get_x_report')).toMatchObject({ number: 159 });
  });
});

describe('shifts', () => {
  test('close with a report that has a date and a uid, and open with the next number', () => {
    expect(send(SHIFT, 'open_shift')).toMatchObject({ name: 'AVQFR_SHIFT_IS_OPENED' });
    expect(send(SHIFT, 'close_shift')).toMatchObject({
      close_date: '2026-06-30T21:00:00+03:00',
      number: 159,
      uid: expect.stringMatching(/^[\dA-F]{16}07CF108F$/),
    });
    expect(send(SHIFT, 'close_shift')).toMatchObject({ name: 'AVQFR_SHIFT_IS_CLOSED' });
    expect(send(SHIFT, 'open_shift')).toEqual({ result: 'Ok' });
    expect(send(SHIFT, 'get_x_report')).toMatchObject({
      number: 160,
      open_date: '2026-06-30T21:00:00+03:00',
      close_date: null,
    });
  });
});

describe('create_sale', () => {
  const item = (price: string, more: object = {}) => ({
    code: { code: '1' },
    name: 'Кофе',
    price,
    quantity: '1.000',
    ...more,
  });
  const payment = (payment_type: string, value: string) => ({ payment_type, value });
  const sale = (items: object[], payments: object[]) => ({
    sale: { header: { cashier: 'Test', currency: 'BYN' }, items, payments },
  });

  test('answers a document and counts in the report', () => {
    const items = [
      item('7.00', { discount: '1.00', markup: '1.00' }),
      item('10.00', { discount: '1.00', markup: '2.00' }),
    ];
    const payments = [payment('cashless', '6.00'), payment('cash', '20.00')];
    expect(send(SALES, 'create_sale', sale(items, payments))).toMatchObject({
      device: { serial_number: TOKEN },
      header: { cashier: 'Test', currency: 'BYN', document_number: 1, shift_number: 159 },
      totals: { sum: '18.00', cash: '20.00', cashless: '6.00', change: '8.00', discount: '2.00' },
    });
    expect(send(SALES, 'create_sale', sale([item('0.10')], [payment('gift', '0.10')]))).toMatchObject({
      header: { document_number: 2 },
    });
    expect(send(SHIFT, 'get_x_report')).toMatchObject({
      cashier: 'Test',
      sales_count: 2,
      first_sale_number: 1,
      last_sale_number: 2,
      counters: [
        {
          currency: 'BYN',
          sales_count: 2,
          sales_sum: '18.10',
          sales_cash: '12.00',
          sales_cashless: '6.00',
          sales_other: '0.10',
        },
      ],
    });
  });

  test.each([
    ['TIN_NOT_ENOUGH_MONEY', [payment('cash', '4.99'), payment('cashless', '5.00')]],
    ['TIN_NEGATIVE_CHANGE', [payment('cash', '-1.00'), payment('cashless', '11.00')]],
    ['TIN_CASHLESS_OVERFLOW', [payment('cashless', '8.00'), payment('gift', '2.01')]],
    ['TIN_CASH_OVERFLOW', [payment('cashless', '10.00'), payment('cash', '0.01')]],
  ])('refuses payments: %s', (name, payments) => {
    expect(send(SALES, 'create_sale', sale([item('10.00')], payments))).toMatchObject({ name });
    expect(send(SHIFT, 'get_x_report')).toMatchObject({ sales_count: 0 });
  });

  test('needs a session and an open shift of less than 24 hours', () => {
    const create = (token?: string) =>
      send(SALES, 'create_sale', sale([item('1.00')], [payment('cash', '1.00')]), token);
    clock.advance(22 * 3_600_000);
    expect(create('AVQ11169990670')).toMatchObject({ name: 'AVQFR_SHIFT_IS_PENDING' });
    expect(create()).toMatchObject({ totals: { sum: '1.00' } });
    simulator.control({ token: TOKEN, shift: 'expired' });
    expect(create()).toMatchObject({ name: 'AVQFR_SHIFT_IS_PENDING' });
    simulator.control({ token: TOKEN, shift: 'closed' });
    expect(create()).toMatchObject({ name: 'AVQFR_SHIFT_IS_CLOSED' });
    simulator.control({ token: TOKEN, authorized: false });
    expect(create()).toMatchObject({ name: 'AVQFR_SESSION_NOT_AUTHORIZED' });
  });

  test.each([[null], [{ sale: {} }], [sale([item('x')], [])], [sale([item('1.00')], ['cash'] as never)]])(
    'refuses data of another shape',
    (data) => {
      expect(send(SALES, 'create_sale', data)).toMatchObject({ name: 'TSRV_INVALID_DATA' });
    },
  );
});

describe('deposits and withdrawals', () => {
  const move = (kind: 'deposit' | 'withdraw', sum: string) =>
    send(`ik.service.token.${kind}`, `create_${kind}`, { sum, header: { cashier: 'T', currency: 'BYN' } });

  test('count, and take out no more than there is', () => {
    expect(move('withdraw', '0.01')).toMatchObject({ name: 'AVQFR_NEGATIVE_SHIFT_BALANCE' });
    expect(move('deposit', '5.00')).toMatchObject({ sum: '5.00' });
    expect(move('withdraw', '3.00')).toMatchObject({ sum: '3.00' });
    expect(move('withdraw', '2.01')).toMatchObject({ name: 'AVQFR_NEGATIVE_SHIFT_BALANCE' });
    expect(send(SHIFT, 'get_x_report')).toMatchObject({
      counters: [{ deposits_count: 1, deposits_sum: '5.00', withdraws_count: 1, withdraws_sum: '3.00' }],
    });
  });

  test('are of something', () => {
    expect(move('deposit', '0.00')).toMatchObject({ name: 'AVQFR_RECEIPT_NEGATIVE_VALUE' });
  });
});

describe('other messages', () => {
  test('version answers', () => {
    expect(send('ik.service.app', 'version')).toEqual({ version: '1.0.0' });
  });

  test('an unknown action is an error', () => {
    expect(send('ik.service.token', 'dance')).toMatchObject({ name: 'TSRV_UNKNOWN_ACTION' });
  });

  test('a message without reply_address is answered to null', () => {
    expect(JSON.parse(answerTo({ address: 'ik.service.app', headers: { action: 'version' } }))).toMatchObject(
      {
        type: 'send',
        address: null,
      },
    );
  });

  test('a ping is answered by a pong', () => {
    expect(answerTo({ type: 'ping', reply_address: 'r' })).toBe(
      '{"type":"pong","address":"r","reply_address":null,"data":null,"headers":null}',
    );
  });

  test('everything else is none of its business', () => {
    const request = { query: new URLSearchParams(), headers: {}, text: '', body: undefined };
    const statusOf = (method: string, path: string) => simulator.respond({ method, path, ...request }).status;
    expect([statusOf('GET', '/tsrv'), statusOf('POST', '/'), statusOf('POST', '/tsrv')]).toEqual([
      405, 404, 400,
    ]);
  });

  test('control names the mistake', () => {
    expect(() => simulator.control({ token: 'x' })).toThrow(TOKEN);
    expect(() => simulator.control({ token: TOKEN, shft: 'open' })).toThrow('shft');
    expect(() => simulator.control({ token: TOKEN, shift: 'half' })).toThrow('"expired"');
  });
});
