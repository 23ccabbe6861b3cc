import { isJsonObject } from '#core/json.ts';
import { isSecretKeyOfOurs } from '#core/secret-keys.ts';
import { createKnownSecrets } from './known-secrets.ts';
import { createSecretFinder } from './secret-finder.ts';

const HIDDEN = '[secret]';

/** Whatever `isSecretKeyOfOurs` takes for one is a key like these; a line without them need not be read key by key. */
const MAY_BE_SECRET_KEY =
  /(?:pass|secret|authori|authenti|cookie|key|pin|pwd|puk)[^"]*":|token[^"]+":|[^"]token":/i;

/** Keeps secrets out of lines of JSON. */
export type LogScrubber = {
  /** From now on these are hidden, as they are and percent-encoded; those known before stay hidden for long. */
  learn(secrets: readonly string[]): void;
  scrub(line: string): string;
};

/**
 * Hides what stands under the key of a secret, whatever it is, and known secrets wherever they stand. Only a line
 * that may hold something is taken apart, so that hiding costs little as long as nobody is careless.
 */
export function createLogScrubber(): LogScrubber {
  const known = createKnownSecrets();
  let finder = createSecretFinder([]);

  function clean(value: unknown, key = ''): unknown {
    if (isSecretKeyOfOurs(key)) return HIDDEN;
    if (typeof value === 'string') return finder.hide(value, HIDDEN);
    if (Array.isArray(value)) return value.map((item) => clean(item));
    if (!isJsonObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, child]) => [finder.hide(name, HIDDEN), clean(child, name)]),
    );
  }

  return {
    learn(secrets) {
      finder = createSecretFinder(known.follow(secrets));
    },
    scrub(line) {
      // A secret may be spelt with escapes; without any the line can be looked at as it is.
      if (!line.includes('\\') && !hasSecretKey(line) && !finder.isIn(line)) return line;
      const value: unknown = JSON.parse(line);
      const text = JSON.stringify(clean(value));
      return text === JSON.stringify(value) ? line : `${text}\n`;
    },
  };
}

/** In a line without escapes `":` is always the end of a key. */
function hasSecretKey(line: string): boolean {
  if (!MAY_BE_SECRET_KEY.test(line)) return false;
  for (let end = line.indexOf('":'); end !== -1; end = line.indexOf('":', end + 2)) {
    if (isSecretKeyOfOurs(line.slice(line.lastIndexOf('"', end - 1) + 1, end))) return true;
  }
  return false;
}
