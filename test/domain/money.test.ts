import { describe, expect, test } from 'vitest';
import { JsonNumber } from '#core/json.ts';
import {
  formatMoney,
  formatQuantity,
  isPositive,
  isSameAmount,
  isWithin,
  moneyDifference,
  sumCounts,
  sumMoney,
  toExactNumber,
} from '#domain/money.ts';

describe('formatMoney()', () => {
  test.each([
    [51690, '51690.00'],
    [10.71, '10.71'],
    ['93794.100000', '93794.10'],
    ['1.005', '1.005'],
    [' -5.5 ', '-5.50'],
    ['+5', '5.00'],
    [-0, '0.00'],
    ['-0.000', '0.00'],
    ['1e3', '1000.00'],
    [new JsonNumber('12345678901234567.89'), '12345678901234567.89'],
  ])('writes %s as %s', (value, expected) => {
    expect(formatMoney(value)).toBe(expected);
  });

  test.each(['', 'много', '1,5', null, true, {}, Number.NaN])('refuses %j', (value) => {
    expect(formatMoney(value)).toBeUndefined();
  });
});

describe('formatQuantity()', () => {
  test.each([
    [12.5, '12.5'],
    ['12.500', '12.5'],
    [-1.25, '-1.25'],
    [0, '0'],
  ])('writes %s as %s', (value, expected) => {
    expect(formatQuantity(value)).toBe(expected);
  });
});

describe('toExactNumber()', () => {
  test('makes JSON of our amounts without losing a digit', () => {
    const numbers = ['2650.00', '12345678901234567.89', '-0.10'].map(toExactNumber);
    expect(JSON.stringify(numbers)).toBe('[2650,12345678901234567.89,-0.1]');
    expect(toExactNumber('much')).toBeUndefined();
  });
});

describe('isPositive()', () => {
  test.each([
    ['0.01', true],
    ['0.00', false],
    ['-1.00', false],
    ['much', undefined],
  ])('%s: %s', (text, expected) => {
    expect(isPositive(text)).toBe(expected);
  });
});

describe('isSameAmount()', () => {
  test.each([
    ['1.00', '1', true],
    ['1.00', '1.01', false],
    [null, null, true],
    [null, '0.00', false],
  ])('%s and %s: %s', (one, other, expected) => {
    expect(isSameAmount(one, other)).toBe(expected);
  });
});

describe('sums and differences', () => {
  test.each([
    [[], '0.00'],
    [['0.1', '0.2', 0.3], '0.60'],
    [['9007199254740993.01', '0.001'], '9007199254740993.011'],
    [['1.00', null], undefined],
    [['1.00', 'much'], undefined],
  ])('of %j come to %s', (values, expected) => {
    expect(sumMoney(values)).toBe(expected);
  });

  test.each([
    [[1, '2', '3.0'], 6],
    [['0.5', '0.5'], undefined],
    [[9007199254740991, 1], undefined],
    [[1, undefined], undefined],
  ])('of counts %j come to %s', (values, expected) => {
    expect(sumCounts(values)).toBe(expected);
  });

  test.each([
    ['0.30', 0.1, '0.20'],
    ['1.00', '1', '0.00'],
    ['1.00', '2.5', '-1.50'],
    ['1.00', null, undefined],
  ])('%s less %s is %s', (one, other, expected) => {
    expect(moneyDifference(one, other)).toBe(expected);
  });

  test.each([
    ['-0.50', '0.5', true],
    ['0.501', '0.50', false],
    ['0.00', '0', true],
    ['much', '1', false],
  ])('%s is within %s: %s', (amount, limit, expected) => {
    expect(isWithin(amount, limit)).toBe(expected);
  });
});
