/** Values under these keys are never written, whatever they are. */
const SECRET_KEY =
  /^(?:authorization|proxy-authorization|password|secret|pin|access_token|cookie|set-cookie)$/i;

/** The same, as it looks in a line of JSON. */
const SECRET_KEY_IN_LINE =
  '"(?:[aA]uthorization|[pP]roxy-[aA]uthorization|password|secret|pin|access_token|[cC]ookie|[sS]et-[cC]ookie)":';

/** A shorter secret (a PIN) is looked for between other characters only, since `1111` may be part of a serial. */
const LONG_ENOUGH = 8;

const HIDDEN = '[secret]';

/** Keeps configured secrets out of lines of JSON. */
export type LogScrubber = {
  /** From now on these are hidden, as they are and percent-encoded; those known before stay hidden. */
  learn(secrets: readonly string[]): void;
  scrub(line: string): string;
};

/**
 * Looks at a line with one expression; only a line that holds something is taken apart, so that hiding costs
 * nothing as long as nobody is careless.
 */
export function createLogScrubber(): LogScrubber {
  const known = new Set<string>();
  let suspicious = new RegExp(SECRET_KEY_IN_LINE);
  let hidden: RegExp | undefined;
  return {
    learn(secrets) {
      for (const secret of secrets) for (const form of [secret, encodeURIComponent(secret)]) known.add(form);
      const longestFirst = [...known].toSorted((a, b) => b.length - a.length);
      const escaped = longestFirst.map((text) => JSON.stringify(text).slice(1, -1));
      suspicious = new RegExp([SECRET_KEY_IN_LINE, ...escaped.map(pattern)].join('|'));
      hidden = longestFirst.length === 0 ? undefined : new RegExp(longestFirst.map(pattern).join('|'), 'g');
    },
    scrub(line) {
      if (!suspicious.test(line)) return line;
      const clean = JSON.parse(line, (key, value) => {
        if (SECRET_KEY.test(key)) return HIDDEN;
        return typeof value === 'string' && hidden ? value.replace(hidden, HIDDEN) : value;
      });
      return `${JSON.stringify(clean)}\n`;
    },
  };
}

function pattern(secret: string): string {
  const literal = secret.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
  return secret.length >= LONG_ENOUGH ? literal : `(?<![0-9A-Za-z])${literal}(?![0-9A-Za-z])`;
}
