import { Compile } from 'typebox/compile';
import { describe, expect, test } from 'vitest';
import { Report } from '#domain/report.ts';
import {
  checkRegister,
  isClosed,
  openShiftId,
  type ReportSources,
  toReport,
  toTokenInformation,
} from '#vendors/kassa24/map.ts';
import { readKkm, readShift, readXReport } from '#vendors/kassa24/wire.ts';
import { failureOf, unreadable } from './answers.ts';

const TIME = { zone: 'Asia/Almaty', dateZ: 'utc' } as const;
const FIGURES = { Sales: { Qty: 1, Amount: 100.0 } };

type Company = Record<string, unknown>;

/** Answers in which each place that can name the company names the given one. */
function sources(
  companies: { shift?: Company; shiftKkm?: Company; x?: Company; kkm?: Company } = {},
  device: Partial<ReportSources['device']> = {},
): ReportSources {
  return {
    kkm: readKkm({ Kkm: { Id: 2062, IdShift: 11344, Company: companies.kkm } }, unreadable),
    shift: readShift({ Company: companies.shift, KKM: { Company: companies.shiftKkm } }, TIME, unreadable),
    x: readXReport({ Total: FIGURES, Kkm: { Company: companies.x } }, unreadable),
    device: { id_kkm: 2062, ...device },
  };
}

describe('toReport', () => {
  test('makes the twelve keys of a Report, in order, and what is not told null', () => {
    const report = toReport(sources());
    expect(Object.keys(report)).toEqual(Object.keys(Report.properties));
    expect(report).toEqual({
      cashier: null,
      close_date: null,
      company_name: null,
      counters: [expect.objectContaining({ currency: 'KZT', sales_count: 1, sales_sum: '100.00' })],
      device_id: 2062,
      first_sale_number: null,
      last_sale_number: null,
      number: null,
      open_date: null,
      sales_count: 1,
      tax_number: null,
      uid: null,
    });
    expect([...Compile(Report).Errors(report)]).toEqual([]);
  });

  test('puts each kind of operation where it belongs', () => {
    const line = (Qty: number) => ({ Qty, Amount: Qty * 10 });
    const Total = {
      Sales: line(1),
      Purchases: line(2),
      Refunds: line(3),
      PurchaseRefunds: line(4),
      Expenses: line(5),
      Incomes: line(6),
    };
    const [counter] = toReport({ ...sources(), x: readXReport({ Total }, unreadable) }).counters ?? [];
    const told = Object.entries(counter ?? {}).filter(([, value]) => value !== null);
    expect(Object.fromEntries(told)).toEqual({
      currency: 'KZT',
      sales_count: 1,
      sales_sum: '10.00',
      purchases_count: 2,
      purchases_sum: '20.00',
      money_backs_count: 3,
      money_backs_sum: '30.00',
      purchase_refunds_count: 4,
      purchase_refunds_sum: '40.00',
      withdraws_count: 5,
      withdraws_sum: '50.00',
      deposits_count: 6,
      deposits_sum: '60.00',
    });
  });

  test.each([
    ['ShortName', { ShortName: 'ТОО', FullName: 'Полное', Fio: 'Иванов' }, 'ТОО'],
    ['FullName without a ShortName', { ShortName: '', FullName: 'Полное', Fio: 'Иванов' }, 'Полное'],
    ['Fio without both', { ShortName: ' ', FullName: null, Fio: 'Иванов' }, 'Иванов'],
    ['the device without any', { ShortName: '', FullName: '', Fio: '' }, 'Из настройки'],
  ])('names the company by %s', (_case, company, name) => {
    const report = toReport(sources({ shift: company }, { company_name: 'Из настройки' }));
    expect(report.company_name).toBe(name);
  });

  test('prefers the company of the shift and falls back to those of the registers', () => {
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((ShortName) => ({ ShortName }));
    const name = (companies: Parameters<typeof sources>[0]) => toReport(sources(companies)).company_name;
    expect(name({ shift: a, shiftKkm: b, x: c, kkm: d } as never)).toBe('a');
    expect(name({ shift: {}, shiftKkm: b, x: c, kkm: d } as never)).toBe('b');
    expect(name({ x: c, kkm: d } as never)).toBe('c');
    expect(name({ kkm: d } as never)).toBe('d');
  });

  test.each([
    ['a number', '123456789012', 123456789012],
    ['text when it begins with 0', '020240001234', '020240001234'],
    ['the device when it is empty', '', 987654321098],
  ])('tells the tax number as %s', (_case, Bin, taxNumber) => {
    const report = toReport(sources({ shift: { Bin } }, { tax_number: '987654321098' }));
    expect(report.tax_number).toBe(taxNumber);
  });
});

describe('openShiftId', () => {
  test('is undefined for 0 and null', () => {
    const idOf = (IdShift: unknown) => openShiftId(readKkm({ Kkm: { IdShift } }, unreadable));
    expect([11344, '11344', 0, '0', null].map(idOf)).toEqual([11344, 11344, undefined, undefined, undefined]);
  });
});

describe('isClosed', () => {
  test('is true for status 2 alone: an expired shift still gives reports', () => {
    const closed = (IdStatusShift: unknown) => isClosed(readShift({ IdStatusShift }, TIME, unreadable));
    expect([1, 2, '2', 3, 99, null].map(closed)).toEqual([false, true, true, false, false, false]);
  });
});

describe('checkRegister', () => {
  test('refuses the answer of another register', () => {
    expect(failureOf(() => checkRegister(2062, 77505, unreadable))).toMatchObject({
      name: 'VENDOR_BAD_RESPONSE',
      details: { code: 'other_register' },
    });
  });

  test('has nothing against the right one, none, or the placeholder 0', () => {
    for (const id of [77505, null, 0]) expect(() => checkRegister(id, 77505, unreadable)).not.toThrow();
  });
});

describe('toTokenInformation', () => {
  test('tells what the register says of itself', () => {
    const Company = { ShortName: 'ТОО "Берёзка"', Bin: '020240001234' };
    const kkm = readKkm({ Kkm: { IdShift: 0, IdStatusKkm: 2, Name: 'Касса 1', Company } }, unreadable);
    expect(toTokenInformation(kkm, { id_kkm: 77505 })).toEqual({
      device_id: 77505,
      organization: 'ТОО "Берёзка"',
      unp: '020240001234',
      is_registered: true,
      name: 'Касса 1',
    });
  });

  test('is not sure of a registration that is not told, and knows one that is not finished', () => {
    const registered = (IdStatusKkm: unknown) =>
      toTokenInformation(readKkm({ Kkm: { IdShift: 0, IdStatusKkm } }, unreadable), { id_kkm: 1 })
        .is_registered;
    expect([null, 1, 2, 3].map(registered)).toEqual([null, false, true, true]);
  });
});
