import { type Headers, header } from '#core/message.ts';
import { parseTimeoutMs } from '#core/time-out.ts';

/** The header `timeout` (milliseconds) where it is one, else what is usual. */
export function readTimeoutMs(headers: Headers, usualMs: number): number {
  const text = header(headers, 'timeout');
  return (text === undefined ? undefined : parseTimeoutMs(text)) ?? usualMs;
}
