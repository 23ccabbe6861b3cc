import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseJson } from '#core/json.ts';
import { contentsOf } from '#operations/contents.ts';

const of = (data: unknown) => contentsOf('shift', 'open', 'token:KZ1', data);

function shuffled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shuffled);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, shuffled(inner)]),
  );
}

describe('the contents of an operation', () => {
  test('are the same whatever the order of the keys', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (data) => {
        expect(of(shuffled(data))).toBe(of(data));
      }),
    );
  });

  test('differ for different data', () => {
    const keys = fc.constantFrom('date', 'document', 'sum');
    const values = fc.dictionary(keys, fc.oneof(fc.integer(), fc.string(), fc.array(fc.integer())));
    fc.assert(
      fc.property(values, values, (one, other) => {
        const isSame = Object.keys({ ...one, ...other }).every(
          (key) => JSON.stringify(one[key]) === JSON.stringify(other[key]),
        );
        expect(of(one) === of(other)).toBe(isSame);
      }),
    );
  });

  test('tell numbers apart that a double cannot', () => {
    expect(of(parseJson('{"n":12345678901234567890}'))).not.toBe(of(parseJson('{"n":12345678901234567891}')));
  });

  test('take missing data, null and {} for the same', () => {
    expect([undefined, null, {}].map(of)).toEqual([of(null), of(null), of(null)]);
  });

  test('are those of one address, action and register', () => {
    const others = [
      contentsOf('other', 'open', 'token:KZ1', null),
      contentsOf('shift', 'close', 'token:KZ1', null),
      contentsOf('shift', 'open', 'token:KZ2', null),
      of(null),
    ];
    expect(new Set(others).size).toBe(4);
  });

  test('tell nothing of a PIN', () => {
    expect(of({ pin: '1234' })).toBe(of({ pin: '4321' }));
    expect(of({ login: { Password: 'a' } })).toBe(of({ login: { Password: 'b' } }));
    expect(of({ pinCode: '1234', pass: 'a' })).toBe(of({ pinCode: '4321', pass: 'b' }));
    expect(of({ pin: '1234' })).not.toBe(of({}));
  });

  test('are those of one register also where its serial stands in the data', () => {
    expect(of({ token: 'KZ1' })).not.toBe(of({ token: 'KZ2' }));
    expect(of({ tokens: ['KZ1'] })).not.toBe(of({ tokens: ['KZ2'] }));
  });
});
