/** The keys of all vendors' JSON are some hundreds; whoever makes up more of them gains nothing and fills nothing. */
const MAX_ENTRIES = 2048;

/** Longer keys are nobody's, and not worth keeping. */
const MAX_KEY_LENGTH = 64;

/** The same function with its answers remembered, all forgotten at once when there are too many. */
export function memoized<T extends NonNullable<unknown>>(answerFor: (key: string) => T): (key: string) => T {
  const answers = new Map<string, T>();
  return (key) => {
    const known = answers.get(key);
    if (known !== undefined) return known;
    const answer = answerFor(key);
    if (key.length > MAX_KEY_LENGTH) return answer;
    if (answers.size >= MAX_ENTRIES) answers.clear();
    answers.set(key, answer);
    return answer;
  };
}
