import type { Headers } from '#core/message.ts';

/** JSON for a value that may be undefined, which is null. */
export function json(value: unknown): string {
  return JSON.stringify(value ?? null) ?? 'null';
}

/** Is there anything to be written? */
export function hasHeaders(headers: Headers): boolean {
  for (const _ in headers) return true;
  return false;
}
