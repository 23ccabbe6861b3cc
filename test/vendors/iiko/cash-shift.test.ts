import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Failure } from '#core/failure.ts';
import { parseJson } from '#core/json.ts';
import { byCashRegister, rowsOf, toShift } from '#vendors/iiko/cash-shift.ts';
import { liveShift } from './support.ts';

const complain = (code: string, message: string) =>
  new Failure('VENDOR_BAD_RESPONSE', { description: `${code}: ${message}` });

const read = (changes: Readonly<Record<string, unknown>>) =>
  toShift(liveShift(changes), 'Europe/Moscow', complain);

describe('toShift()', () => {
  test('reads a shift in the spelling of today', () => {
    expect(read({})).toEqual({
      id: 'aaaaaaaa-0000-4000-8000-000000000002',
      session_number: 890,
      fiscal_number: 12,
      cash_reg_number: 12,
      cash_reg_serial: '00115744',
      open_date: '2026-01-31T09:00:00+03:00',
      close_date: null,
      accept_date: null,
      manager_id: 'aaaaaaaa-0000-4000-8000-0000000000f1',
      responsible_user_id: 'aaaaaaaa-0000-4000-8000-0000000000f2',
      session_start_cash: '500.00',
      pay_orders: '11343.50',
      sum_writeoff_orders: '0.00',
      sales_cash: '6037.50',
      sales_credit: '0.00',
      sales_card: '5306.00',
      pay_in: '300.00',
      pay_out: '120.25',
      pay_income: '0.00',
      cash_remain: null,
      cash_diff: '0.00',
      session_status: 'OPEN',
      conception_id: 'aaaaaaaa-0000-4000-8000-0000000000c1',
      point_of_sale_id: 'aaaaaaaa-0000-4000-8000-0000000000a1',
    });
  });

  test.each([
    ['managerId', 'manager'],
    ['responsibleUserId', 'responsibleUser'],
    ['conceptionId', 'conception'],
    ['pointOfSaleId', 'pointOfSale'],
    ['salesCredit', 'salesCerdit'],
    ['sessionStatus', 'sessionStaus'],
  ])('%s may be spelled %s', (canonical, other) => {
    const value = liveShift()[canonical];

    expect(read({ [canonical]: undefined, [other]: value })).toEqual(read({}));
    expect(read({ [other]: value })).toEqual(read({}));
    expect(read({ [canonical]: null, [other]: value })).toEqual(read({}));
    expect(() => read({ [other]: 'something else' })).toThrow('conflicting_fields');
  });

  test.each(['id', 'sessionNumber', 'cashRegNumber', 'openDate', 'sessionStatus', 'pointOfSaleId'])(
    'refuses a shift without %s',
    (name) => {
      expect(() => read({ [name]: undefined })).toThrow(`missing_field: нет обязательного поля ${name}`);
      expect(() => read({ [name]: null })).toThrow('missing_field');
      expect(() => read({ [name]: ' ' })).toThrow('missing_field');
    },
  );

  test('takes fractional, negative and quoted numbers and leaves null alone', () => {
    const shift = read({
      payOrders: '11343.5',
      payIncome: -6037.5,
      cashDiff: '-0.5',
      salesCard: null,
      salesCash: undefined,
      payIn: '',
      sessionNumber: '890',
      cashRegNumber: ' 12 ',
    });

    expect(shift).toMatchObject({ pay_orders: '11343.50', pay_income: '-6037.50', cash_diff: '-0.50' });
    expect(shift).toMatchObject({ sales_card: null, sales_cash: null, pay_in: null });
    expect(shift).toMatchObject({ session_number: 890, cash_reg_number: 12 });
  });

  test('rounds nothing that a double cannot hold', () => {
    const row = parseJson(JSON.stringify(liveShift()).replace('11343.5', '12345678901234567.89'));

    expect(toShift(row, 'Europe/Moscow', complain).pay_orders).toBe('12345678901234567.89');
  });

  test.each([
    ['2026-01-31T09:00:00', '2026-01-31T09:00:00+03:00'],
    ['2026-01-31T09:00:00.9', '2026-01-31T09:00:00+03:00'],
    ['2026-01-31T09:00:00.63', '2026-01-31T09:00:00+03:00'],
    ['2026-01-31T09:00:00.937', '2026-01-31T09:00:00+03:00'],
  ])('reads %s in the zone of the account', (openDate, expected) => {
    expect(read({ openDate }).open_date).toBe(expected);
  });

  test('knows summer time', () => {
    const row = liveShift({ openDate: '2026-07-01T09:00:00' });

    expect(toShift(row, 'Europe/Berlin', complain).open_date).toBe('2026-07-01T09:00:00+02:00');
  });

  test.each([
    '2026-01-31T09:00:00Z',
    '2026-01-31T09:00:00+03:00',
    '2026-01-31',
    '31.01.2026 09:00',
    '2026-02-30T09:00:00',
    1769839200000,
  ])('refuses %s as a local time', (openDate) => {
    expect(() => read({ openDate })).toThrow('wrong_type: поле openDate');
  });

  test.each([
    ['sessionNumber', 890.5],
    ['fiscalNumber', 'twelve'],
    ['payOrders', 'много'],
    ['salesCash', { sum: 1 }],
    ['id', true],
  ])('refuses %s of the wrong type', (name, value) => {
    expect(() => read({ [name]: value })).toThrow(`wrong_type: поле ${name}`);
  });

  test.each([[null], ['shift'], [[]]])('refuses %j as a shift', (row) => {
    expect(() => toShift(row, 'Europe/Moscow', complain)).toThrow('wrong_type');
  });

  test('keeps what nobody documents, without credentials', () => {
    const shift = read({
      processedCashName: 'Касса 1',
      operationDay: { dayNumber: 31, pin: '1234' },
      accessToken: 'abc',
      orderIds: [{ orderId: 1 }],
    });

    expect(shift).toMatchObject({
      processed_cash_name: 'Касса 1',
      operation_day: { day_number: 31 },
      order_ids: [{ order_id: 1 }],
    });
    expect(JSON.stringify(shift)).not.toMatch(/abc|1234/);
  });

  test('lets no unknown key replace a known one', () => {
    expect(read({ session_number: 1 }).session_number).toBe(890);
  });

  test('reads any amount of kopecks exactly', () => {
    fc.assert(
      fc.property(fc.integer({ min: -10_000_000_000, max: 10_000_000_000 }), (kopecks) => {
        const amount = read({ payOrders: kopecks / 100 }).pay_orders;
        expect(BigInt(String(amount).replace('.', ''))).toBe(BigInt(kopecks));
      }),
    );
  });
});

describe('rowsOf()', () => {
  const desk = { cashRegister: 12, pointOfSale: undefined };
  const isShiftOf = (whose: Parameters<typeof rowsOf>[0], row: unknown) =>
    rowsOf(whose, byCashRegister([row], complain), complain).length === 1;

  test('compares the number of the register, then the point of sale', () => {
    const pointOfSale = 'AAAAAAAA-0000-4000-8000-0000000000A1';

    expect(isShiftOf(desk, liveShift())).toBe(true);
    expect(isShiftOf(desk, liveShift({ cashRegNumber: 13 }))).toBe(false);
    expect(isShiftOf({ ...desk, pointOfSale }, liveShift())).toBe(true);
    expect(isShiftOf({ ...desk, pointOfSale: 'other' }, liveShift())).toBe(false);
  });

  test("does not mind what else is wrong with another register's shift", () => {
    const row = liveShift({ cashRegNumber: 13, openDate: 'nonsense', pointOfSaleId: undefined });

    expect(isShiftOf({ ...desk, pointOfSale: 'any' }, row)).toBe(false);
  });

  test('refuses a row of which it cannot tell whose it is', () => {
    expect(() => isShiftOf(desk, liveShift({ cashRegNumber: null }))).toThrow('missing_field');
    const row = liveShift({ pointOfSaleId: null });
    expect(() => isShiftOf({ ...desk, pointOfSale: 'any' }, row)).toThrow('missing_field');
  });
});
