/** As `RegExp.escape`, which also writes every space as `\x20`; but fixtures are read by people. */
export function readablePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
