/** The longest time that anybody may ask us to wait (milliseconds). */
export const MAX_TIMEOUT_MS = 600_000;

/** The header `timeout`: a whole decimal number of milliseconds from 1 to {@link MAX_TIMEOUT_MS}; undefined for anything else. */
export function parseTimeoutMs(text: string): number | undefined {
  const timeoutMs = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  return timeoutMs >= 1 && timeoutMs <= MAX_TIMEOUT_MS ? timeoutMs : undefined;
}
