import type { Clock } from '#core/clock.ts';

/** A request as a simulator sees it. */
export type SimulatedRequest = {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly text: string;
  /** The body as JSON; undefined when it is empty or no JSON. */
  readonly body: unknown;
  /** How many requests the server had under way when this one came, itself included. */
  readonly underWay?: number;
};

/** `body` is sent as JSON, `text` and `bytes` as they are (with `headers` naming their type). */
export type SimulatedResponse = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly text?: string;
  readonly bytes?: Uint8Array;
};

/** What the configuration says of a vendor kind, so that its simulator knows the same logins and registers. */
export type SimulatorSeed = {
  readonly accounts: readonly {
    readonly name: string;
    readonly config: Readonly<Record<string, unknown>>;
    /** Of a register whose back office this is what `backoffice` says, with the `token` and the kind of its `fiscal` vendor. */
    readonly devices: readonly Readonly<Record<string, unknown>>[];
  }[];
};

/** One vendor, played: a state machine without sockets. It forgets everything when it ends. */
export type Simulator = {
  respond(request: SimulatedRequest): SimulatedResponse;
  /** Changes the state for trying and testing: the body of `POST /_sandbox/state`. Answers what became of it. */
  control(change: Readonly<Record<string, unknown>>): unknown;
};

/** Builds the simulator of one vendor kind. */
export type SimulatorDefinition = {
  readonly kind: string;
  create(seed: SimulatorSeed, clock: Clock): Simulator;
};
