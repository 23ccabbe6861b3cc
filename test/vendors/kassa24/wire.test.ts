import { describe, expect, test } from 'vitest';
import { parseJson } from '#core/json.ts';
import { readEnvelope, readKkm, readShift, readToken, readXReport } from '#vendors/kassa24/wire.ts';
import { failureOf, unreadable } from './answers.ts';

const UTC = { zone: 'UTC', dateZ: 'utc' } as const;

/** 001_… 'Получить информацию о смене', the sample's `Data`. */
const SHIFT = {
  BalanceOpen: 51690,
  Company: { Id: 20 },
  DateClose: '0001-01-01T00:00:00Z',
  DateOpen: '2020-06-30T17:28:12.6624564Z',
  Id: 11344,
  IdKkm: 2062,
  IdStatusShift: 1,
  KKM: { Id: 2062, Company: { Bin: '123456789012' } },
  ShiftIndex: 8,
  User: { Id: 1032, Name: 'first cashier' },
};

const TOTAL = { Sales: { Qty: 1, Amount: 100, Cumulative: 1228340.94 } };

const bad = (code: string) => ({ name: 'VENDOR_BAD_RESPONSE', details: { code } });

describe('readEnvelope', () => {
  test('finds its members whatever their case and the blanks around them', () => {
    const envelope = readEnvelope({ ' status ': '200', MESSAGE: 'OK', data: { A: 1 } }, unreadable);
    expect(envelope).toEqual({ status: 200, message: 'OK', data: { A: 1 } });
  });

  test('finds nothing in an answer that is no object', () => {
    for (const answer of [null, [], 'OK', 5]) {
      expect(readEnvelope(answer, unreadable)).toEqual({ status: null, message: '', data: undefined });
    }
  });
});

describe('readToken', () => {
  test('takes the token', () => {
    expect(readToken({ Token: '123TOKEN123', User: {} }, unreadable)).toBe('123TOKEN123');
  });

  test('refuses an answer without a token', () => {
    expect(failureOf(() => readToken({ User: {} }, unreadable))).toMatchObject(bad('missing_field'));
    expect(failureOf(() => readToken({ Token: '' }, unreadable))).toMatchObject(bad('missing_field'));
  });

  test('refuses a token that would break the header', () => {
    expect(failureOf(() => readToken({ Token: 'a\r\nb' }, unreadable))).toMatchObject(bad('bad_field'));
  });
});

describe('readKkm', () => {
  test('reads the id of the open shift, also as text', () => {
    expect(readKkm({ Kkm: { Id: '77505', IdShift: '11344' } }, unreadable)).toMatchObject({
      id: 77505,
      idShift: 11344,
    });
  });

  test('tells null where no shift is open', () => {
    expect(readKkm({ Kkm: { IdShift: null } }, unreadable).idShift).toBeNull();
    expect(readKkm({ Kkm: { IdShift: 0 } }, unreadable).idShift).toBe(0);
  });

  test('does not take an untold shift for a closed one', () => {
    expect(failureOf(() => readKkm({ Kkm: { Id: 1 } }, unreadable))).toMatchObject(bad('missing_field'));
    expect(failureOf(() => readKkm({}, unreadable))).toMatchObject(bad('missing_field'));
  });

  test('refuses an id that is no whole number', () => {
    expect(failureOf(() => readKkm({ Kkm: { IdShift: 'x' } }, unreadable))).toMatchObject(bad('bad_field'));
    expect(failureOf(() => readKkm({ Kkm: { IdShift: 1.5 } }, unreadable))).toMatchObject(bad('bad_field'));
  });
});

describe('readShift', () => {
  test('reads the sample of the document, whose register is spelled KKM', () => {
    expect(readShift(SHIFT, UTC, unreadable)).toEqual({
      id: 11344,
      idUser: 1032,
      idKkm: 2062,
      idStatusShift: 1,
      shiftIndex: 8,
      dateOpen: '2020-06-30T17:28:12+00:00',
      dateClose: null,
      userName: 'first cashier',
      companies: [
        { shortName: null, fullName: null, fio: null, bin: null },
        { shortName: null, fullName: null, fio: null, bin: '123456789012' },
      ],
    });
  });

  test('reads the register as Kkm just as well', () => {
    const { KKM, ...rest } = SHIFT;
    expect(readShift({ ...rest, Kkm: KKM }, UTC, unreadable)).toEqual(readShift(SHIFT, UTC, unreadable));
  });

  test('reads a shift inside Data.Shift', () => {
    expect(readShift({ Shift: SHIFT }, UTC, unreadable)).toEqual(readShift(SHIFT, UTC, unreadable));
  });

  test('takes the id of the nested register when the shift names none', () => {
    expect(readShift({ KKM: { Id: 7 } }, UTC, unreadable).idKkm).toBe(7);
  });

  test('leaves null whatever is not told', () => {
    expect(readShift({}, UTC, unreadable)).toMatchObject({
      idKkm: null,
      idStatusShift: null,
      shiftIndex: null,
      dateOpen: null,
      userName: null,
    });
  });

  test('takes a shift that is no object for a missing one', () => {
    expect(failureOf(() => readShift(undefined, UTC, unreadable))).toMatchObject(bad('missing_field'));
  });

  test('refuses a date that is none', () => {
    const shift = { ...SHIFT, DateOpen: 'yesterday' };
    expect(failureOf(() => readShift(shift, UTC, unreadable))).toMatchObject(bad('bad_field'));
  });
});

describe('readXReport', () => {
  test('reads numbers, texts and more decimals than money has alike', () => {
    const data = parseJson(
      '{"Total":{"Sales":{"Qty":"3","Amount":"300.22"},"Refunds":{"Qty":1,"Amount":93794.100000},' +
        '"Incomes":{"Qty":0,"Amount":0},"Expenses":{"Qty":1,"Amount":12345678901234567.89}}}',
    );
    expect(readXReport(data, unreadable)).toMatchObject({
      sales: { qty: 3, amount: '300.22' },
      refunds: { qty: 1, amount: '93794.10' },
      incomes: { qty: 0, amount: '0.00' },
      expenses: { qty: 1, amount: '12345678901234567.89' },
    });
  });

  test('keeps null where a line is missing or null, never 0', () => {
    expect(readXReport({ Total: { Refunds: null }, Kkm: null }, unreadable)).toMatchObject({
      sales: { qty: null, amount: null },
      refunds: { qty: null, amount: null },
    });
  });

  test.each([
    ['an object', { 76634: { Name: 'НДС 12%' } }],
    ['an array', [{ Name: 'НДС 12%' }]],
    ['null', null],
    ['absent', undefined],
  ])('does not mind Sections being %s', (_shape, Sections) => {
    expect(readXReport({ Total: TOTAL, Sections, Operations: null }, unreadable).sales.amount).toBe('100.00');
  });

  test('cannot do without Total', () => {
    expect(failureOf(() => readXReport({ Count: 1 }, unreadable))).toMatchObject(bad('missing_field'));
    expect(failureOf(() => readXReport({ Total: [] }, unreadable))).toMatchObject(bad('missing_field'));
  });

  test.each([
    ['a line that is a number', { Total: { Sales: 100 } }],
    ['a line that is a list', { Total: { Sales: [{ Qty: 1, Amount: 100 }] } }],
    ['a line that is a text', { Total: { Refunds: 'нет' } }],
    ['a register that is a number', { Total: TOTAL, Kkm: 2062 }],
    ['a register that is a list', { Total: TOTAL, Kkm: [{ Id: 2062 }] }],
  ])('refuses %s', (_what, data) => {
    expect(failureOf(() => readXReport(data, unreadable))).toMatchObject(bad('bad_field'));
  });

  test('keeps the zeros that it is told', () => {
    const data = { Total: { Sales: { Qty: 0, Amount: 0 } } };
    expect(readXReport(data, unreadable)).toMatchObject({ sales: { qty: 0, amount: '0.00' } });
  });

  test('refuses an amount that is no number', () => {
    const data = { Total: { Sales: { Qty: 1, Amount: 'сто' } } };
    expect(failureOf(() => readXReport(data, unreadable))).toMatchObject(bad('bad_field'));
  });
});
