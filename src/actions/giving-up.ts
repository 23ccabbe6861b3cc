/** What is to be run when a signal is aborted. */
const waiting = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Runs `giveUp` when the signal is aborted, until the returned function is called. However many wait, the signal has one
 * listener: it would compare each further one with all those before it.
 */
export function onAbort(signal: AbortSignal, giveUp: () => void): () => void {
  const all = waiting.get(signal) ?? listen(signal);
  all.add(giveUp);
  return () => void all.delete(giveUp);
}

function listen(signal: AbortSignal): Set<() => void> {
  const all = new Set<() => void>();
  waiting.set(signal, all);
  const tellAll = () => {
    for (const giveUp of all) giveUp();
  };
  signal.addEventListener('abort', tellAll, { once: true });
  return all;
}
