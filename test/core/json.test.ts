import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isDeeperThan, isJsonObject, JsonNumber, parseJson } from '#core/json.ts';

describe('parseJson', () => {
  test.each([
    '12345678901234567890',
    '0.1234567890123456789',
    '-9007199254740993',
    '1e400',
    '123456789012345.67',
    '1234567890.1234567',
    '1E+400',
    '-0.1234567890123456e-7',
  ])('keeps every digit of %s', (source) => {
    const parsed = parseJson(`{"amount": ${source}}`);
    expect(JSON.stringify(parsed)).toBe(`{"amount":${source}}`);
    expect((parsed as { amount: unknown }).amount).toBeInstanceOf(JsonNumber);
  });

  test.each([
    ['93794.100000', 93794.1],
    ['9007199254740991', 9007199254740991],
    ['100.00', 100],
    ['1e3', 1000],
    ['-0.5', -0.5],
  ])('reads %s as an ordinary number', (source, value) => {
    expect(parseJson(`[${source}]`)).toEqual([value]);
  });

  test('takes digits in quotes for text', () => {
    expect(parseJson('{"id":"12345678901234567890","at":"1e5"}')).toEqual({
      id: '12345678901234567890',
      at: '1e5',
    });
  });

  test('agrees with JSON.parse on everything that a double can hold', () => {
    const finite = fc.jsonValue().map((value) => JSON.stringify(value));
    fc.assert(
      fc.property(finite, (text) => {
        expect(JSON.stringify(parseJson(text))).toBe(JSON.stringify(JSON.parse(text)));
      }),
    );
  });

  test('refuses what is no JSON', () => {
    expect(() => parseJson('{"a":')).toThrow(SyntaxError);
  });
});

describe('isDeeperThan', () => {
  test('counts objects and arrays alike', () => {
    const nested = (levels: number): unknown =>
      levels === 0 ? 1 : levels % 2 ? [nested(levels - 1)] : { a: nested(levels - 1) };
    const isTooDeep = (value: unknown) => isDeeperThan(64, JSON.stringify(value), value);
    expect([isTooDeep(nested(64)), isTooDeep(nested(65))]).toEqual([false, true]);
    const wide = Array.from({ length: 100 }, () => nested(10));
    expect([isTooDeep(wide), isTooDeep([...wide, nested(64)])]).toEqual([false, true]);
    expect(isTooDeep(['['.repeat(1000), '{'.repeat(1000)])).toBe(false);
  });

  test('survives a nesting that would overflow the stack', () => {
    const text = '['.repeat(100_000) + ']'.repeat(100_000);
    expect(isDeeperThan(64, text, JSON.parse(text))).toBe(true);
  });
});

test('an exact number is no object', () => {
  expect(isJsonObject(new JsonNumber('1'))).toBe(false);
  expect(isJsonObject({})).toBe(true);
  expect(isJsonObject([])).toBe(false);
  expect(isJsonObject(null)).toBe(false);
});
