import { describe, expect, test } from 'vitest';
import { reconcile } from '#actions/reconciliation.ts';
import { Failure } from '#core/failure.ts';
import { JsonNumber } from '#core/json.ts';
import type { ReportOutcome } from '#domain/x-reports.ts';

const told = (...counters: object[]): ReportOutcome => ({ report: { counters } });
const kzt = (figures: object) => told({ currency: 'KZT', ...figures });
const failed: ReportOutcome = { failure: new Failure('VENDOR_UNAVAILABLE') };

function figure(fiscal: ReportOutcome, backoffice: ReportOutcome, tolerance = '0.00') {
  return reconcile(fiscal, backoffice, tolerance).figures[0];
}

describe('a figure', () => {
  test('of money matches within the tolerance, told exactly', () => {
    const [fiscal, backoffice] = [kzt({ sales_sum: '100.10' }), kzt({ sales_sum: '100.30' })];
    const row = {
      figure: 'sales_sum',
      fiscal: '100.10',
      backoffice: '100.30',
      difference: '-0.20',
      reason: null,
    };
    expect(figure(fiscal, backoffice)).toEqual({ ...row, matched: false });
    expect(figure(fiscal, backoffice, '0.19')).toEqual({ ...row, matched: false });
    expect(figure(fiscal, backoffice, '0.2')).toEqual({ ...row, matched: true });
    expect(figure(backoffice, fiscal, '0.2')).toMatchObject({ difference: '0.20', matched: true });
  });

  test('that is a count matches when it is equal, whatever the tolerance', () => {
    const counted = (count: unknown) => kzt({ sales_count: count });
    expect(figure(counted(3), counted('2'), '100')).toEqual({
      ...{ figure: 'sales_count', fiscal: 3, backoffice: 2 },
      ...{ difference: 1, matched: false, reason: null },
    });
    expect(figure(counted(3), counted(3))).toMatchObject({ difference: 0, matched: true });
  });

  test('is the same as a number and as a decimal string', () => {
    const exact = kzt({ sales_sum: new JsonNumber('12345678901234567.10') });
    expect(figure(exact, kzt({ sales_sum: '12345678901234567.1' }))).toMatchObject({
      difference: '0.00',
      matched: true,
    });
    expect(figure(kzt({ sales_sum: 5 }), kzt({ sales_sum: '5.00' }))).toMatchObject({ matched: true });
  });

  test.each([
    ['касса этого не сообщает', kzt({}), kzt({ sales_sum: '1.00' })],
    ['учётная система этого не сообщает', kzt({ sales_sum: '1.00' }), kzt({ sales_sum: 'нет' })],
    ['учётная система не сообщает сумм', kzt({ sales_sum: '1.00' }), told()],
    ['учётная система не сообщает сумм', kzt({ sales_sum: '1.00' }), { report: null }],
    ['касса не дала отчёта: VENDOR_UNAVAILABLE', failed, kzt({ sales_sum: '1.00' })],
    ['учётная система не дала отчёта: VENDOR_UNAVAILABLE', kzt({ sales_sum: '1.00' }), failed],
    [
      'учётная система считает в другой валюте: RUB',
      kzt({ sales_sum: '1.00' }),
      told({ currency: 'RUB', sales_sum: '0.00' }),
    ],
  ])('is not compared: %s', (reason, fiscal, backoffice) => {
    const reconciliation = reconcile(fiscal, backoffice, '0.00');
    expect(reconciliation).toMatchObject({ currency: 'KZT', matched: null });
    expect(reconciliation.figures).toMatchObject([
      { figure: 'sales_sum', difference: null, matched: null, reason },
    ]);
  });
});

describe('a shift', () => {
  test('matches when all that was compared does', () => {
    const fiscal = kzt({ sales_count: 2, sales_sum: '5.00', money_backs_sum: '0.00' });
    const reconciliation = reconcile(fiscal, kzt({ sales_sum: '5.00', deposits_sum: '1.00' }), '0.00');
    expect(reconciliation.matched).toBe(true);
    expect(reconciliation.figures.map((row) => [row.figure, row.matched])).toEqual([
      ['sales_count', null],
      ['sales_sum', true],
      ['money_backs_sum', null],
      ['deposits_sum', null],
    ]);
  });

  test('does not match when one figure does not', () => {
    const fiscal = kzt({ sales_sum: '5.00', deposits_sum: '1.00' });
    expect(reconcile(fiscal, kzt({ sales_sum: '5.00', deposits_sum: '2.00' }), '0.00').matched).toBe(false);
  });

  test('is compared in the first currency that both have', () => {
    const fiscal = told({ currency: 'USD' }, { currency: 'BYN', sales_sum: '1.00' }, { currency: 'EUR' });
    const backoffice = told({ currency: 'EUR' }, { currency: 'BYN', sales_sum: '1.00' });
    expect(reconcile(fiscal, backoffice, '0.00')).toMatchObject({ currency: 'BYN', matched: true });
  });

  describe('with a further currency', () => {
    const [own, dollars] = [
      { currency: 'BYN', sales_sum: '1.00' },
      { currency: 'USD', sales_sum: '2.00' },
    ];

    test('does not match while only one side has it, and says so', () => {
      const reason = 'USD: учётная система считает в другой валюте: BYN';
      const row = { figure: 'sales_sum', difference: null, matched: null };
      const { matched, figures } = reconcile(told(own, dollars), told(own), '0.00');
      expect(matched).toBe(null);
      expect(figures).toMatchObject([
        { figure: 'sales_sum', matched: true, reason: null },
        { ...row, fiscal: '2.00', backoffice: null, reason },
      ]);
      expect(reconcile(told(own), told(dollars, own), '0.00')).toMatchObject({
        ...{ currency: 'BYN', matched: null },
        figures: [
          { matched: true },
          { ...row, fiscal: null, backoffice: '2.00', reason: 'USD: касса считает в другой валюте: BYN' },
        ],
      });
    });

    test('is compared in that one, too, where both have it', () => {
      const reason = 'валюта USD';
      expect(reconcile(told(own, dollars), told(dollars, own), '0.00')).toMatchObject({
        ...{ currency: 'BYN', matched: true },
        figures: [{ matched: true }, { figure: 'sales_sum', difference: '0.00', matched: true, reason }],
      });
      const fewer = { ...dollars, sales_sum: '1.50' };
      expect(reconcile(told(own, dollars), told(own, fewer), '0.00')).toMatchObject({
        matched: false,
        figures: [{ matched: true }, { difference: '0.50', matched: false, reason }],
      });
    });

    test('is told in each of them where the two share none', () => {
      const fiscal = told(own, { currency: 'EUR', sales_sum: '0.00', deposits_sum: '3.00' }, dollars);
      const row = { difference: null, matched: null };
      const reason = 'учётная система считает в другой валюте: RUB';
      expect(reconcile(fiscal, told({ currency: 'RUB', sales_sum: '4.00' }), '0.00')).toEqual({
        ...{ currency: 'BYN', matched: null },
        figures: [
          { ...row, figure: 'sales_sum', fiscal: '1.00', backoffice: null, reason },
          { ...row, figure: 'deposits_sum', fiscal: '3.00', backoffice: null, reason: `EUR: ${reason}` },
          { ...row, figure: 'sales_sum', fiscal: '2.00', backoffice: null, reason: `USD: ${reason}` },
          {
            ...{ ...row, figure: 'sales_sum', fiscal: null, backoffice: '4.00' },
            reason: 'RUB: касса считает в другой валюте: BYN, EUR, USD',
          },
        ],
      });
    });

    test('is told in each of them where the other side has failed', () => {
      const reason = 'учётная система не дала отчёта: VENDOR_UNAVAILABLE';
      expect(reconcile(told(own, dollars), failed, '0.00')).toMatchObject({
        ...{ currency: 'BYN', matched: null },
        figures: [
          { fiscal: '1.00', reason },
          { fiscal: '2.00', reason: `USD: ${reason}` },
        ],
      });
    });

    test('does not match where the first one differs', () => {
      expect(reconcile(told(own, dollars), told({ ...own, sales_sum: '3.00' }), '0.00').matched).toBe(false);
    });

    test('does not mind one in which there was nothing', () => {
      const nothing = { currency: 'USD', sales_sum: '0.00', sales_count: 0, deposits_sum: null };
      const { matched, figures } = reconcile(told(own, nothing), told(own), '0.00');
      expect([matched, figures.length]).toEqual([true, 1]);
    });
  });

  test('is told in the back office’s currency where the register tells none, and in none where nobody does', () => {
    expect(reconcile(failed, told({ currency: 'RUB' }), '0.00').currency).toBe('RUB');
    expect(reconcile(failed, told(), '0.00')).toEqual({ currency: null, matched: null, figures: [] });
  });
});
