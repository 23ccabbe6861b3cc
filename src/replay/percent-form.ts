/** The ways to percent-encode a text, each character or not: which ones are is up to whoever encodes. */
export type PercentForm = {
  readonly pattern: string;
  /** Of the longest text that it fits. */
  readonly length: number;
};

function encoded(character: string): string {
  const bytes = Buffer.from(character).toString('hex').replace(/../g, '%$&');
  return bytes.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
}

/** Percent signs are all encoded or none are; either, sign by sign, would be tried in too many ways. */
export function percentForm(text: string): PercentForm {
  const patternWith = (percentSign: string) => {
    const characters = [...text].map((character) => {
      if (character === '%') return percentSign;
      const either = `${RegExp.escape(character)}|${encoded(character)}`;
      return character === ' ' ? `(?:${either}|\\+)` : `(?:${either})`;
    });
    return characters.join('');
  };
  const pattern = text.includes('%') ? `(?:${patternWith('%25')}|${patternWith('%')})` : patternWith('');
  return { pattern, length: 3 * Buffer.byteLength(text) };
}

/** The same for every text that the form of a text fits, and for that text itself: its bytes decoded as far as it goes. */
export function sameInPercent(text: string): string {
  let bytes = Buffer.from(text).toString('latin1').replaceAll('+', ' ');
  while (/%[0-9a-f]{2}/i.test(bytes)) {
    bytes = bytes.replace(/%([0-9a-f]{2})/gi, (_, code: string) =>
      String.fromCharCode(Number.parseInt(code, 16)).replace('+', ' '),
    );
  }
  return bytes;
}
