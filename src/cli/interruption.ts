const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/**
 * Works; should a signal end the program meanwhile, `onSignal` has the last word. The program ends by the signal all
 * the same, so that whoever has started it sees why.
 */
export async function interruptible<T>(work: () => Promise<T>, onSignal: () => void): Promise<T> {
  const end = (signal: NodeJS.Signals) => {
    release();
    onSignal();
    process.kill(process.pid, signal);
  };
  const release = () => {
    for (const signal of SIGNALS) process.off(signal, end);
  };
  for (const signal of SIGNALS) process.on(signal, end);
  try {
    return await work();
  } finally {
    release();
  }
}
