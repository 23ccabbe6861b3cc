import { type Headers, header } from '#core/message.ts';

const LONGEST_MS = 600_000;

/** The header `timeout` (milliseconds) where it is a whole number in range, else what is usual. */
export function readTimeoutMs(headers: Headers, usualMs: number): number {
  const text = header(headers, 'timeout');
  if (text === undefined) return usualMs;
  const timeoutMs = Number(text);
  return Number.isInteger(timeoutMs) && timeoutMs > 0 && timeoutMs <= LONGEST_MS ? timeoutMs : usualMs;
}
