import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createSecretFinder } from '#cli/secret-finder.ts';

/** The plain way: one expression of everything. */
function hiddenPlainly(text: string, secrets: readonly string[]): string {
  const patterns = secrets
    .toSorted((a, b) => b.length - a.length)
    .map((secret) => {
      const literal = RegExp.escape(secret);
      return secret.length >= 8 ? literal : `(?<![0-9A-Za-z])${literal}(?![0-9A-Za-z])`;
    });
  return patterns.length === 0 ? text : text.replace(new RegExp(patterns.join('|'), 'g'), '#');
}

const letter = fc.constantFrom('a', 'b', '1');

describe('the secret finder', () => {
  test('finds long secrets as one expression of all of them would', () => {
    const secret = fc.string({ minLength: 8, maxLength: 11, unit: letter });
    const secrets = fc.uniqueArray(secret, { maxLength: 30 });
    fc.assert(
      fc.property(secrets, fc.array(fc.oneof(secret, letter, fc.constant(' '))), (known, pieces) => {
        const text = [...pieces, ...known.slice(0, 2), ...pieces].join('');
        const finder = createSecretFinder(known);
        const expected = hiddenPlainly(text, known);
        expect(finder.hide(text, '#')).toBe(expected);
        expect(finder.isIn(text)).toBe(expected !== text);
      }),
    );
  });

  test('finds short secrets as one expression of all of them would', () => {
    const word = fc.string({ minLength: 1, maxLength: 4, unit: letter });
    const between = fc.constantFrom(' ', '', '-', ', ', 'ы');
    const pieces = fc.array(fc.tuple(word, between).map((pair) => pair.join('')));
    fc.assert(
      fc.property(fc.uniqueArray(word, { maxLength: 5 }), pieces, (known, texts) => {
        const text = texts.join('');
        const finder = createSecretFinder(known);
        const expected = hiddenPlainly(text, known);
        expect(finder.hide(text, '#')).toBe(expected);
        expect(finder.isIn(text)).toBe(expected !== text);
      }),
    );
  });

  test('finds a short secret that is no word, and every one of many', () => {
    const secrets = Array.from({ length: 400 }, (_, index) => `p@${index}`);
    const finder = createSecretFinder(secrets);
    expect(finder.hide('p@1 p@399 p@400 xp@1 p@39', '#')).toBe('# # p@400 xp@1 #');
    expect(secrets.every((secret) => finder.isIn(`<${secret}>`))).toBe(true);
    expect(finder.isIn('p@400')).toBe(false);
  });

  test('finds every one of thousands, and nothing when it knows none', () => {
    const secrets = Array.from({ length: 5000 }, (_, index) => `secret-${index * 7919}`);
    const finder = createSecretFinder(secrets);
    expect(secrets.every((secret) => finder.hide(`x${secret}x`, '#').startsWith('x#'))).toBe(true);
    expect(finder.isIn('secret-x'.repeat(1000))).toBe(false);
    expect(createSecretFinder(['']).isIn('anything at all')).toBe(false);
  });
});
