import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { suggest } from '#config/suggestion.ts';

const KEYS = ['baseUrl', 'timeoutMs', 'concurrency', 'login', 'password', 'zone'];

describe('suggest()', () => {
  test.each([
    ['base_url', 'baseUrl'],
    ['BASEURL', 'baseUrl'],
    ['timeoutms', 'timeoutMs'],
    ['concurency', 'concurrency'],
    ['pasword', 'password'],
    ['zona', 'zone'],
    ['proxy', undefined],
    ['', undefined],
  ])('takes %s for %s', (word, meant) => {
    expect(suggest(word, KEYS)).toBe(meant);
  });

  test('finds a long word with any one letter changed', () => {
    const word = fc.constantFrom('concurrency', 'password', 'timeoutMs');
    fc.assert(
      fc.property(word, fc.nat(7), fc.constantFrom('x', '', 'qq'), (key, index, change) => {
        expect(suggest(key.slice(0, index) + change + key.slice(index + 1), KEYS)).toBe(key);
      }),
    );
  });
});
