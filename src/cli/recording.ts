import { type AppOptions, vendors } from '#app.ts';
import { type Config, parseConfig } from '#config.ts';
import { systemClock } from '#core/clock.ts';
import type { Log } from '#core/log.ts';
import { createRecorder, type Recorder } from '#replay/record.ts';
import { createKnownSecrets } from './known-secrets.ts';

export type Recording = {
  readonly onAnswered: NonNullable<AppOptions['onAnswered']>;
  readonly onJobEnded: NonNullable<AppOptions['onJobEnded']>;
  /** Goes by this configuration, which holds these secrets, from now on. */
  follow(config: Config, secrets: readonly string[]): void;
};

/** Writes what passes through the bus into `directory`, whatever is reloaded meanwhile. */
export function createRecording(directory: string, log: Log): Recording {
  const known = createKnownSecrets();
  let followed: { readonly config: Config; readonly secrets: readonly string[] } | undefined;
  const recorder: Recorder = createRecorder({
    directory,
    config: () => followed?.config,
    defaults: parseConfig({}, { vendors, env: {}, folder: process.cwd() }),
    secrets: () => followed?.secrets ?? [],
    now: systemClock.now,
    log,
  });
  return {
    onAnswered: recorder.onAnswered,
    onJobEnded: recorder.onJobEnded,
    follow(config, secrets) {
      followed = { config, secrets: known.follow(secrets) };
    },
  };
}
