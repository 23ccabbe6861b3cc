import type { Clock } from '#core/clock.ts';
import type { Log } from '#core/log.ts';

type Address = { readonly host: string; readonly port: number };

/** A running bus, as far as a replay needs one. */
export type ReplayableApp = {
  /** Where it really listens. */
  readonly listening: { readonly http?: Address; readonly avqTcp?: Address };
  /** The graceful end. */
  stop(): Promise<void>;
  /** As kill -9: sockets are destroyed, nothing is finished and nothing is written down any more. */
  kill(): Promise<void>;
};

/** Starts a bus in this process. `config` is a configuration in the file's form, `baseUrl`s filled in. */
export type CreateReplayableApp = (options: {
  readonly config: unknown;
  readonly clock: Clock;
  readonly log: Log;
}) => Promise<ReplayableApp>;
