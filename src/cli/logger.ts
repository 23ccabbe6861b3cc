import { pino } from 'pino';
import type { Config } from '#config.ts';
import { systemClock } from '#core/clock.ts';
import type { Log } from '#core/log.ts';
import { LogOutput } from './log-output.ts';
import { createLogScrubber } from './log-scrubber.ts';
import { tell } from './output.ts';

export type Logger = {
  readonly log: Log;
  /** Hides these as well from now on. */
  learn(secrets: readonly string[]): void;
  /** Begins to write what is gathered. */
  flush(): void;
  /** Before the process is ended: resolves when the rest will be written in its order. */
  settle(): Promise<void>;
};

/** A write that is under way is waited for no longer than this (milliseconds). */
const SETTLE_MS = 500;

/** One line of JSON a happening, to stdout. With `sandbox` every line says so. */
export function createLogger(level: Config['log']['level'], sandbox: boolean): Logger {
  const scrubber = createLogScrubber();
  const output = new LogOutput({
    fileDescriptor: 1,
    clock: systemClock,
    onFailure: (reason) => tell(`the log cannot be written: ${reason}`),
  });
  // However the process ends, short of a kill.
  process.once('exit', () => output.writeRest());
  const log = pino(
    {
      level,
      base: sandbox ? { sandbox: true } : {},
      timestamp: createTimestamp(),
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: pino.stdSerializers.err },
      hooks: { streamWrite: scrubber.scrub },
    },
    output,
  );
  return {
    log,
    learn: scrubber.learn,
    flush: () => output.flush(),
    settle: () => output.idle(SETTLE_MS),
  };
}

/** ISO 8601, written once a millisecond: under load many lines share one, and writing it costs as much as the rest of a line. */
function createTimestamp(): () => string {
  let at = Number.NaN;
  let text = '';
  return () => {
    const now = Date.now();
    if (now !== at) {
      at = now;
      text = `,"time":"${new Date(now).toISOString()}"`;
    }
    return text;
  };
}
