/** Every way to percent-encode a text, each character or not: which ones are is up to whoever encodes. */
export type PercentForm = {
  readonly pattern: string;
  /** Of the longest text that it fits. */
  readonly length: number;
};

function encoded(character: string): string {
  const bytes = Buffer.from(character).toString('hex').replace(/../g, '%$&');
  return bytes.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
}

/** Undefined for a text with a percent sign: it would fit what is encoded in too many ways. */
export function percentForm(text: string): PercentForm | undefined {
  if (text.includes('%')) return undefined;
  const characters = [...text].map((character) => {
    const either = `${RegExp.escape(character)}|${encoded(character)}`;
    return character === ' ' ? `(?:${either}|\\+)` : `(?:${either})`;
  });
  return { pattern: characters.join(''), length: 3 * Buffer.byteLength(text) };
}

/** The same for every text that the form of a text fits, and for that text itself; the text itself when it is broken. */
export function sameInPercent(text: string): string {
  try {
    return decodeURIComponent(text).replaceAll('+', ' ');
  } catch {
    return text;
  }
}
