import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseJson } from '#core/json.ts';
import { compare, isMatcher } from '#replay/matcher.ts';

const UUID = '5f0c1b1e-6a52-4d0e-9a57-0d6f2f1a7c11';

describe('compare()', () => {
  test.each([
    ['equal texts', 'a', 'a', []],
    ['another text', '1.50', '1.5', ['x: - "1.50" + "1.5"']],
    ['a number and a text', 1, '1', ['x: - 1 + "1"']],
    ['null and nothing', null, undefined, ['x: - null + (nothing)']],
    ['a missing key', { a: 1 }, {}, ['x.a: - 1 + (nothing)']],
    ['an extra key', {}, { a: 1 }, ['x.a: - (nothing) + 1']],
    ['a key that is no name', { 'a.b': 1 }, { 'a.b': 2 }, ['x["a.b"]: - 1 + 2']],
    ['a shorter list', [1, 2], [1], ['x.length: - 2 + 1', 'x[1]: - 2 + (nothing)']],
    ['a longer list', [1], [1, 2], ['x.length: - 1 + 2', 'x[1]: - (nothing) + 2']],
    ['a list and an object', [], {}, ['x: - [] + {}']],
    ['deep inside', { a: [{ b: { c: 1 } }] }, { a: [{ b: { c: 2 } }] }, ['x.a[0].b.c: - 1 + 2']],
    ['keys in another order', { a: 1, b: 2 }, { b: 2, a: 1 }, []],
    ['anything', { $any: true }, { a: 1 }, []],
    ['anything, also nothing', { a: { $any: true } }, {}, []],
    ['a uuid', { $uuid: true }, UUID, []],
    ['no uuid', { $uuid: true }, 'x', ['x: - {"$uuid":true} + "x"']],
    ['no uuid at all', { a: { $uuid: true } }, {}, ['x.a: - {"$uuid":true} + (nothing)']],
    ['an expression', { $regex: '^2020-' }, '2020-06-30', []],
    ['an expression for a number', { $regex: '^\\d+$' }, 12, []],
    ['an expression that does not fit', { $regex: '^a' }, 'b', ['x: - {"$regex":"^a"} + "b"']],
    ['an expression for an object', { $regex: '.' }, {}, ['x: - {"$regex":"."} + {}']],
  ])('tells %s', (_case, expected, actual, differences) => {
    expect(compare(expected, actual, 'x', 'whole')).toEqual(differences);
  });

  test('lets keys that are not given be anything, at every depth, when asked to', () => {
    const actual = { a: { b: 1, c: 2 }, list: [{ d: 1, e: 2 }], f: 3 };
    expect(compare({ a: { b: 1 }, list: [{ d: 1 }] }, actual, 'x', 'given-keys')).toEqual([]);
    expect(compare({ list: [] }, actual, 'x', 'given-keys')).not.toEqual([]);
  });

  test('compares numbers that a double cannot hold by their digits', () => {
    const expected = parseJson('[12345678901234567.10, 1]');
    expect(compare(expected, parseJson('[12345678901234567.10, 1.0]'), 'x', 'whole')).toEqual([]);
    expect(compare(expected, parseJson('[12345678901234567.11, 1]'), 'x', 'whole')).toEqual([
      'x[0]: - 12345678901234567.10 + 12345678901234567.11',
    ]);
  });

  test('shortens what is long', () => {
    const [difference = ''] = compare('a'.repeat(5000), 'b', 'x', 'whole');
    expect(difference.length).toBeLessThan(400);
  });

  const json = fc.jsonValue({ maxDepth: 4 }).filter((value) => !JSON.stringify(value).includes('$'));

  test('finds no difference between a value and itself', () => {
    fc.assert(
      fc.property(json, (value) => {
        const copy: unknown = JSON.parse(JSON.stringify(value));
        expect(compare(copy, JSON.parse(JSON.stringify(value)), 'x', 'whole')).toEqual([]);
        expect(compare(copy, JSON.parse(JSON.stringify(value)), 'x', 'given-keys')).toEqual([]);
      }),
    );
  });

  test('finds a difference exactly when the values are not equal', () => {
    fc.assert(
      fc.property(json, json, (left, right) => {
        const [a, b]: unknown[] = [JSON.parse(JSON.stringify(left)), JSON.parse(JSON.stringify(right))];
        let isEqual = true;
        try {
          expect(a).toEqual(b);
        } catch {
          isEqual = false;
        }
        expect(compare(a, b, 'x', 'whole').length === 0).toBe(isEqual);
      }),
    );
  });
});

describe('isMatcher()', () => {
  test.each([
    [{ $any: true }, true],
    [{ $uuid: true }, true],
    [{ $regex: 'a' }, true],
    [{ $any: false }, false],
    [{ $regex: '(' }, false],
    [{ $regex: 1 }, false],
    [{ $any: true, $uuid: true }, false],
    [{ any: true }, false],
    [null, false],
  ])('says of %j: %s', (value, expected) => {
    expect(isMatcher(value)).toBe(expected);
  });
});
