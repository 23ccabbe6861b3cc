const TAG_DIGITS = 12;
const TAG = / ?#([0-9a-f]{12})\s*$/i;

/** Twelve hex digits of the operation's name: by them an order is found again when its answer was lost. */
export function toTag(operation: string): string {
  return operation.slice(0, TAG_DIGITS);
}

/** The name that the vendor is told: the client's, and the tag behind it. */
export function tagged(name: string, tag: string): string {
  return `${name} #${tag}`;
}

/** The name as the client gave it. */
export function untagged(name: string): string {
  return name.replace(TAG, '');
}

/** The tag of a name, in small letters; undefined when it has none. */
export function tagOf(name: string | null): string | undefined {
  return TAG.exec(name ?? '')?.[1]?.toLowerCase();
}
