import { describe, expect, test } from 'vitest';
import { Failure } from '#core/failure.ts';
import { toShift } from '#vendors/iiko/cash-shift.ts';
import { toReport } from '#vendors/iiko/x-report.ts';
import { liveShift } from './support.ts';

const shift = (changes: Readonly<Record<string, unknown>>) =>
  toShift(
    liveShift(changes),
    'Europe/Moscow',
    (code) => new Failure('VENDOR_BAD_RESPONSE', { description: code }),
  );

describe('toReport()', () => {
  const device = { token: 'RU12', vendor: 'moscow' };

  test('has the twelve keys and one counter in the currency of the account', () => {
    const report = toReport(shift({}), { ...device, company_name: 'Кафе', tax_number: '0712345678' }, 'RUB');

    expect(Object.keys(report)).toEqual([
      'cashier',
      'close_date',
      'company_name',
      'counters',
      'device_id',
      'first_sale_number',
      'last_sale_number',
      'number',
      'open_date',
      'sales_count',
      'tax_number',
      'uid',
    ]);
    expect(report).toMatchObject({
      cashier: null,
      close_date: null,
      company_name: 'Кафе',
      device_id: 12,
      number: 890,
      open_date: '2026-01-31T09:00:00+03:00',
      sales_count: null,
      tax_number: '0712345678',
      uid: 'aaaaaaaa-0000-4000-8000-000000000002',
    });
    expect(report.counters).toHaveLength(1);
    const told = Object.entries(report.counters?.[0] ?? {}).filter(([, value]) => value !== null);
    expect(Object.fromEntries(told)).toEqual({
      currency: 'RUB',
      sales_sum: '11343.50',
      sales_cash: '6037.50',
      sales_cashless: '5306.00',
      sales_other: '0.00',
      deposits_sum: '300.00',
      withdraws_sum: '120.25',
    });
  });

  test('says null where neither iiko nor the configuration tells', () => {
    const report = toReport(shift({ salesCredit: null }), { ...device, company_name: '' }, 'RUB');

    expect(report).toMatchObject({ company_name: null, tax_number: null });
    expect(report.counters?.[0]?.sales_other).toBeNull();
  });
});
