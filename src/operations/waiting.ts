import type { Signal } from '#core/cancellation.ts';

/** Resolves with true when it has resolved, with false when the signal was aborted before that. */
export async function untilAborted(work: Promise<void>, signal: Signal): Promise<boolean> {
  if (signal.aborted) return false;
  const { promise, resolve } = Promise.withResolvers<false>();
  const onAbort = () => resolve(false);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work.then(() => true), promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
