import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { totalsOf } from '#actions/report-totals.ts';
import { JsonNumber } from '#core/json.ts';
import { emptyCounter } from '#domain/report.ts';

const report = (...counters: object[]) => ({ counters });
const kzt = (figures: object) => ({ ...emptyCounter('KZT'), ...figures });
const totalOf = (reports: readonly unknown[]) => totalsOf(reports)[0];

/** Minor units as the decimal string of so many digits after the point. */
function toDecimal(minor: bigint, digits: number): string {
  const sign = minor < 0n ? '-' : '';
  const text = String(minor < 0n ? -minor : minor).padStart(digits + 1, '0');
  return `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

describe('totals', () => {
  test('are none of nothing', () => {
    expect(totalsOf([])).toEqual([]);
  });

  test('add up each figure by currency, in order of first appearance', () => {
    const rub = { ...emptyCounter('RUB'), sales_sum: '1.00' };
    const totals = totalsOf([
      report(kzt({ sales_count: 2, sales_sum: '0.10' })),
      report(rub, kzt({ sales_count: 3, sales_sum: '0.20' })),
    ]);
    expect(totals).toEqual([
      { ...kzt({ sales_count: 5, sales_sum: '0.30' }), registers: 2 },
      { ...rub, registers: 1 },
    ]);
    expect(Object.keys(totals[0] ?? {}).slice(0, 4)).toEqual([
      'currency',
      'registers',
      'sales_count',
      'sales_sum',
    ]);
  });

  test('count a report once that has several counters of one currency', () => {
    const twice = report(kzt({ sales_sum: '1.00' }), kzt({ sales_sum: '2.00' }));
    expect(totalOf([twice])).toMatchObject({ registers: 1, sales_sum: '3.00' });
  });

  test.each([
    ['null', null],
    ['missing', undefined],
    ['no number', 'много'],
    ['an empty text', ''],
    ['a list', [1]],
    ['an object', {}],
    ['true', true],
  ])('are null where a figure is %s in one of them', (_case, value) => {
    const totals = totalOf([
      report(kzt({ sales_sum: '1.00', sales_count: 1 })),
      report(kzt({ sales_sum: value, sales_count: value })),
    ]);
    expect(totals).toMatchObject({ registers: 2, sales_sum: null, sales_count: null });
  });

  test.each([
    ['1.5', null],
    [1.5, null],
    ['3', 3],
    ['3.0', 3],
    [new JsonNumber('9007199254740993'), null],
  ])('count in whole numbers only: %s', (count, expected) => {
    expect(totalOf([report(kzt({ sales_count: count }))])).toMatchObject({ sales_count: expected });
  });

  test.each([
    ['no report at all', null],
    ['a text', 'report'],
    ['a list', []],
    ['no counters', {}],
    ['null', { counters: null }],
    ['none', { counters: [] }],
    ['an object', { counters: { currency: 'KZT', sales_sum: '5.00' } }],
    ['texts', { counters: ['KZT', null, 1] }],
    ['a counter of no currency', { counters: [{ code: 'BYN', sales_sum: 1 }, { currency: 5 }] }],
  ])('leave out whatever is no counter: %s', (_case, odd) => {
    expect(totalsOf([odd, report(kzt({ sales_sum: '1.00' }))])).toEqual([
      { ...kzt({ sales_sum: '1.00' }), registers: 1 },
    ]);
  });

  test('take the numbers of an upstream as it writes them', () => {
    const counters = [
      { currency: 'BYN', sales_sum: 0.1 },
      { currency: 'BYN', sales_sum: '0.20' },
    ];
    const exact = { currency: 'BYN', sales_sum: new JsonNumber('12345678901234567.89') };
    expect(totalOf([report(...counters, exact)])).toMatchObject({ sales_sum: '12345678901234568.19' });
  });

  test('are exact: the sum of decimals is the sum of their minor units', () => {
    const amount = fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n });
    fc.assert(
      fc.property(
        fc.array(amount, { minLength: 1, maxLength: 50 }),
        fc.integer({ min: 2, max: 6 }),
        (all, digits) => {
          const reports = all.map((minor) => report(kzt({ sales_sum: toDecimal(minor, digits) })));
          const sum = toDecimal(
            all.reduce((one, other) => one + other, 0n),
            digits,
          );
          const [whole, fraction = ''] = sum.split('.');
          const shortest = `${whole}.${fraction.replace(/0+$/, '').padEnd(2, '0')}`;
          expect(totalOf(reports)?.sales_sum).toBe(shortest === '-0.00' ? '0.00' : shortest);
        },
      ),
    );
  });
});
