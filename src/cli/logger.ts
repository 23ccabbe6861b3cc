import { pino } from 'pino';
import type { Config } from '#config.ts';
import type { Log } from '#core/log.ts';
import { createLogScrubber } from './log-scrubber.ts';
import { tell } from './output.ts';

/** Lines are gathered up to this many bytes … */
const BUFFER_BYTES = 8 * 1024;

/** … but never longer than this (milliseconds). */
const FLUSH_EVERY_MS = 200;

/** A reader that has stopped reading loses lines; the bus does not keep them for ever. */
const MAX_UNWRITTEN_BYTES = 64 * 1024 * 1024;

export type Logger = {
  readonly log: Log;
  /** Hides these as well from now on. */
  learn(secrets: readonly string[]): void;
  /** Writes what is gathered before it returns. */
  flush(): void;
};

/** One line of JSON a happening, to stdout. With `sandbox` every line says so. */
export function createLogger(level: Config['log']['level'], sandbox: boolean): Logger {
  const scrubber = createLogScrubber();
  const destination = pino.destination({
    dest: 1,
    sync: false,
    minLength: BUFFER_BYTES,
    maxLength: MAX_UNWRITTEN_BYTES,
    periodicFlush: FLUSH_EVERY_MS,
  });
  destination.on('error', (error) => tell(`the log cannot be written: ${error.message}`));
  const log = pino(
    {
      level,
      base: sandbox ? { sandbox: true } : {},
      timestamp: createTimestamp(),
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: pino.stdSerializers.err },
      hooks: { streamWrite: scrubber.scrub },
    },
    destination,
  );
  return { log, learn: scrubber.learn, flush: () => flush(destination) };
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

/** Nothing can be flushed before stdout is open, which takes a moment after the start. */
function flush(destination: { flushSync(): void }): void {
  try {
    destination.flushSync();
  } catch (error) {
    tell(`the log cannot be written: ${error instanceof Error ? error.message : String(error)}`);
  }
}
