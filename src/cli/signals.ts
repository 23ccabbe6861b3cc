import { systemClock } from '#core/clock.ts';

/**
 * A second signal that comes this soon is the first one again: on Ctrl-C a terminal sends it to the whole process
 * group, and npm passes it on once more.
 */
const SAME_SIGNAL_MS = 100;

/** Resolves at the first SIGINT or SIGTERM; another one calls `onImpatient`. */
export function untilSignal(onImpatient: () => void): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let firstAt: number | undefined;
    const onSignal = (signal: NodeJS.Signals) => {
      if (firstAt === undefined) {
        firstAt = systemClock.now();
        resolve(signal);
      } else if (systemClock.now() - firstAt > SAME_SIGNAL_MS) {
        onImpatient();
      }
    };
    process.on('SIGINT', onSignal);
    process.on('SIGTERM', onSignal);
  });
}
