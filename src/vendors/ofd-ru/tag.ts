import { randomBytes } from 'node:crypto';

const TAG_BYTES = 6;
const TAG = / ?#([0-9a-f]{12})\s*$/i;

/** Twelve hex digits by which an order is found again when its answer was lost. */
export function createTag(): string {
  return randomBytes(TAG_BYTES).toString('hex');
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
