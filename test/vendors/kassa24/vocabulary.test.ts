import { Type } from 'typebox';
import { describe, expect, test } from 'vitest';
import { parseJson } from '#core/json.ts';
import { FIGURES, Time, Total } from '#vendors/kassa24/reply-schemas.ts';
import { inWords, toData } from '#vendors/kassa24/vocabulary.ts';
import { failureOf, unreadable } from './answers.ts';

const UTC = { zone: 'Asia/Almaty', dateZ: 'utc' } as const;
const read = (text: string, showPersonalData = false, time: Parameters<typeof inWords>[1] = UTC) =>
  inWords({ data: parseJson(text), unreadable }, time, showPersonalData);

describe('inWords', () => {
  test('names the keys in snake_case at every depth and drops credentials', () => {
    expect(
      read('{"KKM":{"IdCPCR":1,"TokenCPCR":4000077505,"StatusKKM":{"Id":2}},"IdStatusShift":1}'),
    ).toEqual({
      kkm: { id_cpcr: 1, status_kkm: { id: 2 } },
      id_status_shift: 1,
    });
  });

  test('takes amounts for money wherever they stand, and loses no digit', () => {
    expect(
      read(
        '{"Total":{"Sales":{"Qty":1,"Amount":93794.100000,"Cumulative":"0"}},"TotalNdsAmount":10.7142857}',
      ),
    ).toEqual({
      total: { sales: { qty: 1, amount: '93794.10', cumulative: '0.00' } },
      total_nds_amount: '10.7142857',
    });
  });

  test('keeps the ids of sections, in an object or named by a list', () => {
    const figures = { name: 'НДС 12%', sales: '300.22' };
    expect(read('{"Sections":{"76634":{"Name":"НДС 12%","Sales":300.22}}}')).toEqual({
      sections: { 76634: figures },
    });
    expect(read('{"Sections":[{"Id":76634,"Name":"НДС 12%","Sales":300.22}]}')).toEqual({
      sections: { 76634: { id: 76634, ...figures } },
    });
  });

  test('keeps null where nothing is told', () => {
    expect(
      read('{"Sections":null,"Operations":null,"BalanceOpen":null,"DateClose":"0001-01-01T00:00:00Z"}'),
    ).toEqual({ sections: null, operations: null, balance_open: null, date_close: null });
  });

  test('reads the times as the account says', () => {
    const text =
      '{"DateOpen":"2020-06-30T17:28:12.6624564Z","Operations":[{"DateOpen":"2020-06-30T17:28:12Z"}]}';
    expect(read(text)).toMatchObject({ date_open: '2020-06-30T23:28:12+06:00' });
    expect(read(text, false, { ...UTC, dateZ: 'local' })).toEqual({
      date_open: '2020-06-30T17:28:12+06:00',
      operations: [{ date_open: '2020-06-30T17:28:12+06:00' }],
    });
  });

  test('masks phones unless they may be seen', () => {
    const text = '{"User":{"Name":"first cashier","PhoneLogin":"77078385387"}}';
    expect(read(text)).toEqual({ user: { name: 'first cashier', phone_login: '*******5387' } });
    expect(read(text, true)).toEqual({ user: { name: 'first cashier', phone_login: '77078385387' } });
  });

  test('leaves what is no money and no time as it came', () => {
    expect(read('{"BalanceOpen":"сто","DateOpen":"вчера"}')).toEqual({
      balance_open: 'сто',
      date_open: 'вчера',
    });
  });

  test('refuses what is no object', () => {
    expect(failureOf(() => read('[1]'))).toMatchObject({ details: { code: 'missing_field' } });
  });
});

describe('toData', () => {
  const Reply = Type.Object({ ...FIGURES, date_open: Time, total: Total });
  const of = (data: object) => {
    const text = JSON.stringify({ Total: {}, ...data });
    return toData(Reply, { data: parseJson(text), unreadable }, UTC, false);
  };

  test('leaves alone what is nothing of ours', () => {
    expect(of({ Extra: { Amount: {} }, Operations: [{ Amount: 'нет' }] })).toEqual({
      total: {},
      extra: { amount: {} },
      operations: [{ amount: 'нет' }],
    });
  });

  test.each([
    ['/balance_open', { BalanceOpen: 'сто' }],
    ['/balance_open', { BalanceOpen: {} }],
    ['/balance_open', { BalanceOpen: ['1'] }],
    ['/balance_open', { BalanceOpen: true }],
    ['/date_open', { DateOpen: 'вчера' }],
    ['/date_open', { DateOpen: { Date: '2020-06-30T17:28:12Z' } }],
    ['/sections', { Sections: 'none' }],
    ['/sections/76634', { Sections: { 76634: false } }],
    ['/sections/76634/sales', { Sections: { 76634: { Sales: {} } } }],
    ['/total', { Total: 1 }],
    ['', { Total: undefined, ToTal: {} }],
    ['/total/sales', { Total: { Sales: 100 } }],
    ['/total/purchase_refunds/cumulative', { Total: { PurchaseRefunds: { Amount: 1, Cumulative: {} } } }],
  ])('refuses what does not fit an answer of ours at Data%s: %j', (place, data) => {
    expect(failureOf(() => of(data))).toMatchObject({
      name: 'VENDOR_BAD_RESPONSE',
      details: { code: 'bad_field', message: `Data${place}: значение не того вида` },
    });
  });
});
