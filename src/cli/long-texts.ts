/** So many characters are looked at first; shorter texts cannot be found. */
export const MIN_LONG = 8;

const MULTIPLIER = 31;

/** What the character that leaves the window of {@link MIN_LONG} was multiplied with on its way through it. */
const LEAVING = (MULTIPLIER ** (MIN_LONG - 1)) | 0;

/** Of a table of hashes: large enough for ten thousand texts to leave it nearly empty. */
const TABLE_BITS = 20;

/** Finds many texts at once. */
export type LongTexts = {
  isIn(text: string): boolean;
  /** The longest text first where several begin at the same place. */
  replace(text: string, replacement: string): string;
};

/**
 * One walk over a text, however many are looked for (Rabin and Karp): a hash of the last eight characters is kept, and
 * only where it is that of some text's beginning is anything compared.
 */
export function createLongTexts(texts: readonly string[]): LongTexts {
  const table = new Uint8Array(2 ** TABLE_BITS);
  const byBeginning = new Map<string, string[]>();
  for (const text of texts.toSorted((a, b) => b.length - a.length)) {
    const beginning = text.slice(0, MIN_LONG);
    byBeginning.set(beginning, [...(byBeginning.get(beginning) ?? []), text]);
    table[slotOf(hashOf(beginning))] = 1;
  }

  /** The first of the texts at or after `from`. */
  function find(text: string, from: number): { readonly at: number; readonly found: string } | undefined {
    if (byBeginning.size === 0) return undefined;
    let hash = hashOf(text.slice(from, from + MIN_LONG - 1));
    for (let last = from + MIN_LONG - 1; last < text.length; last += 1) {
      const at = last - MIN_LONG + 1;
      hash = (Math.imul(hash, MULTIPLIER) + text.charCodeAt(last)) | 0;
      if (table[slotOf(hash)] === 1) {
        const candidates = byBeginning.get(text.slice(at, last + 1));
        const found = candidates?.find((candidate) => text.startsWith(candidate, at));
        if (found !== undefined) return { at, found };
      }
      hash = (hash - Math.imul(text.charCodeAt(at), LEAVING)) | 0;
    }
    return undefined;
  }

  return {
    isIn: (text) => find(text, 0) !== undefined,
    replace(text, replacement) {
      let result = '';
      let from = 0;
      for (let next = find(text, 0); next !== undefined; next = find(text, from)) {
        result += text.slice(from, next.at) + replacement;
        from = next.at + next.found.length;
      }
      return result + text.slice(from);
    },
  };
}

function hashOf(text: string): number {
  let hash = 0;
  for (let at = 0; at < text.length; at += 1) hash = (Math.imul(hash, MULTIPLIER) + text.charCodeAt(at)) | 0;
  return hash;
}

/** The low bits alone say little of the characters at the beginning. */
function slotOf(hash: number): number {
  return (hash ^ (hash >>> 13)) & (2 ** TABLE_BITS - 1);
}
