import type { AppOptions } from '#app.ts';
import { type Config, secretsOf } from '#config.ts';
import { systemClock } from '#core/clock.ts';
import type { Log } from '#core/log.ts';
import { createRecorder, type Recorder } from '#replay/record.ts';

export type Recording = {
  readonly onAnswered: NonNullable<AppOptions['onAnswered']>;
  /** Goes by this configuration from now on. */
  follow(config: Config): void;
};

/** Writes what passes through the bus into `directory`, whatever is reloaded meanwhile. */
export function createRecording(directory: string, log: Log): Recording {
  const known = new Set<string>();
  let recorder: Recorder | undefined;
  return {
    onAnswered: (answered) => recorder?.onAnswered(answered),
    follow(config) {
      // What was a secret before a reload is one still: vendors may quote it.
      for (const secret of secretsOf(config)) known.add(secret);
      recorder = createRecorder({ directory, config, secrets: [...known], now: systemClock.now, log });
    },
  };
}
