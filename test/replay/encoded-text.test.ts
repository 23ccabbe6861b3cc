import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { changeEncoded } from '#replay/encoded-text.ts';

describe('changeEncoded()', () => {
  test('changes what is inside a percent-encoded word and leaves the rest as it was', () => {
    const change = (text: string) => text.replaceAll('тайна', 'x');
    const hidden = encodeURIComponent('a тайна!');
    expect(changeEncoded(`/q?a=${hidden}&b=%41`, change)).toBe('/q?a=a%20x!&b=%41');
  });

  test('hands over every percent-encoded word as a whole', () => {
    const words = /[^\s&=;,"'<>/?]*%[0-9A-Fa-f]{2}[^\s&=;,"'<>/?]*/g;
    const piece = fc.constantFrom('a', '%', '%41', '%4', '&', '=', ' ', '+');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 7 }), (pieces) => {
        const text = pieces.join('');
        const found: string[] = [];
        changeEncoded(text, (decoded) => {
          found.push(decoded);
          return decoded;
        });
        const decodable = (text.match(words) ?? []).flatMap((word) => {
          try {
            return [decodeURIComponent(word.replaceAll('+', ' '))];
          } catch {
            return [];
          }
        });
        expect(found.slice(0, decodable.length)).toEqual(decodable);
      }),
    );
  });

  test.each(['a', 'a@', '%41', '%', '%4', 'a%'])('reads 100 KB of "%s" once', (piece) => {
    const text = piece.repeat(100_000 / piece.length);
    expect(changeEncoded(text, (inner) => inner)).toBe(text);
    expect(changeEncoded(`${text} ${text}`, (inner) => inner)).toBe(`${text} ${text}`);
  });
});
