import type { Exchange } from '#core/call.ts';
import type { Clock } from '#core/clock.ts';
import type { Log } from '#core/log.ts';
import type { Admission, AdmissionLimits } from './admission.ts';
import type { Clients } from './client.ts';
import type { Respond } from './delivery.ts';
import type { Engine } from './engine.ts';
import type { BridgeHook } from './hooks.ts';
import type { RateLimits } from './rate-limits.ts';
import type { Services } from './services.ts';

export type BusLimits = AdmissionLimits & {
  /** Requests of one connection that have not been answered yet. */
  readonly maxInFlightPerConnection: number;
  /** Messages a second of one client; null for no limit. */
  readonly perClientPerSecond: number | null;
};

/** A message that was answered, for whoever keeps a record of conversations. Texts are as on the wire. */
export type AnsweredMessage = {
  readonly via: string;
  readonly client: string;
  readonly at: number;
  readonly request: string;
  readonly answer: string;
  readonly exchanges: readonly Exchange[];
};

/** A request that was taken and is not answered yet. */
export type PendingAnswer = { readonly respond: Respond };

export type BusOptions = {
  readonly engine: Engine;
  readonly services: Services;
  readonly clients: Clients;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: BusLimits;
  readonly onAnswered?: ((answered: AnsweredMessage) => void) | undefined;
  /** Asked for every event of the Vert.x bridges. */
  readonly hook?: BridgeHook | undefined;
};

/** The bus as each of its connections sees it. */
export type SharedBus = BusOptions & {
  readonly rates: RateLimits;
  readonly admission: Admission;
  readonly stopping: boolean;
  /** Called for every request that is taken, before `end`. */
  begin(request: PendingAnswer): void;
  end(request: PendingAnswer): void;
  /** Called by a connection that has ended. */
  forget(session: object): void;
};
