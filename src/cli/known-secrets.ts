/** So many secrets that are configured no longer are remembered in any case … */
const MIN_RETIRED = 1000;

/** Which secrets there are, through every reload. */
export type KnownSecrets = {
  /** These are configured from now on. Returns them and those that were lately. */
  follow(configured: readonly string[]): readonly string[];
};

/**
 * What was a secret before a reload is one still: lines under way and vendors may quote it. It is forgotten only
 * when more than `minRetired` such are remembered, and more than the configuration before had; the longest
 * retired goes first.
 */
export function createKnownSecrets(minRetired = MIN_RETIRED): KnownSecrets {
  const known = new Set<string>();
  let configuredCount = 0;
  return {
    follow(configured) {
      for (const secret of configured) {
        known.delete(secret);
        known.add(secret);
      }
      const current = new Set(configured).size;
      const surplus = known.size - current - Math.max(minRetired, configuredCount);
      for (const secret of [...known].slice(0, Math.max(surplus, 0))) known.delete(secret);
      configuredCount = current;
      return [...known];
    },
  };
}
