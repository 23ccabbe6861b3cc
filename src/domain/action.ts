import type { Static, TSchema } from 'typebox';
import type { Call } from '#core/call.ts';
import { Failure } from '#core/failure.ts';
import type { BusStatus } from './bus-status.ts';
import type { Change } from './change.ts';
import type { Account, Directory, Register } from './directory.ts';
import type { Job } from './job.ts';
import type { JobDesk } from './job-desk.ts';
import { jobReply } from './job-view.ts';
import type { XReports } from './x-reports.ts';

/** The headers that the bus itself reads, checked. */
export type ServiceHeaders = {
  readonly token: string | undefined;
  readonly account: string | undefined;
  /** `tokens.refresh`: forget who the register is and ask again. */
  readonly refresh: boolean;
  readonly operationId: string | undefined;
  readonly timeoutMs: number | undefined;
  readonly wait: boolean;
  /** Add the vendor's untouched answers under `raw`; a list answers as `{data, raw}`. */
  readonly raw: boolean;
  readonly traceparent: string | undefined;
};

/** The part of a client that an action may ask. */
export type ActionClient = {
  readonly name: string;
  /** Phones, cards and e-mails unmasked. */
  readonly seesPersonalData: boolean;
  /** Also the jobs that others ordered. */
  readonly seesAllJobs: boolean;
  /** May this client use the same address and action for that register? */
  permits(token: string): boolean;
};

/** PIN sessions of clients at registers. All three throw the `AVQFR_*` or `BUS_RATE_LIMITED` failure. */
export type PinSessions = {
  authorize(client: string, register: Register, pin: string): void;
  logout(client: string, register: Register): void;
  /** Lets the client through to a register without a PIN, or one whose session it holds. */
  check(client: string, register: Register): void;
};

/** What the bus lends its actions, whatever they are about. */
export type Surroundings = {
  readonly pins: PinSessions;
  readonly xReports: XReports;
  /** The largest difference of money that still matches: a decimal string. */
  readonly tolerance: string;
  status(): BusStatus;
  /** The version of this bus. */
  readonly version: string;
};

type BaseContext = Surroundings & {
  readonly client: ActionClient;
  readonly headers: ServiceHeaders;
  readonly directory: Directory;
};

/**
 * What an action is about: the bus itself, all that is configured (the rules judge each register by itself), the jobs,
 * the register of the `token` header (of any vendor, or of one kind), or an account of a kind.
 */
export type Target =
  | 'bus'
  | 'directory'
  | 'jobs'
  | 'register'
  | { readonly register: string }
  | { readonly account: string };

type TargetContext<T extends Target, P> = T extends 'bus'
  ? unknown
  : T extends 'directory'
    ? { readonly call: Call }
    : T extends 'jobs'
      ? { readonly call: Call; readonly jobs: JobDesk }
      : T extends 'register'
        ? { readonly call: Call; readonly register: Register }
        : T extends { readonly register: string }
          ? { readonly call: Call; readonly register: Register; readonly port: P }
          : { readonly call: Call; readonly account: Account; readonly vendor: P };

/** Everything a handler may touch. `P` is what a vendor's own actions work with: its register's port, or itself. */
export type ActionContext<T extends Target = Target, P = unknown> = BaseContext & TargetContext<T, P>;

export type ActionDefinition<Q extends TSchema, R extends TSchema, T extends Target, P = unknown> = {
  readonly address: string;
  readonly action: string;
  readonly target: T;
  /** A `change` is money or law: longer time-out, never repeated, never joined. */
  readonly effect: 'read' | 'change';
  /** What `data` must be; unknown keys are refused. */
  readonly request: Q;
  /** What the answer's `data` is. */
  readonly reply: R;
  /** How long it may take when the requester does not say (milliseconds). */
  readonly defaultTimeoutMs?: number;
  /** Reachable without a PIN session, since it makes or ends one. */
  readonly withoutPin?: boolean;
  /** What of the requester the answer depends on: a read is joined only by those for whom it is the same. */
  differsBy?(data: Static<Q>, client: ActionClient): unknown;
  /** Joined part by part: what is missing when its time is over is told in its answer, which comes all the same. */
  readonly joinsParts?: true;
  /** What the schema cannot say of `data`; throws `BUS_INVALID_DATA`. */
  check?(data: Static<Q>, directory: Directory): void;
  /** How many registers it asks; one unless told otherwise. */
  parts?(data: Static<Q>, directory: Directory, headers: ServiceHeaders): number;
  /** What is added to the answer of an upstream that speaks our own protocol. */
  amend?(data: unknown, register: Register): unknown;
  /** May answer at once or later; throws or rejects with a `Failure`. */
  handle(data: Static<Q>, context: ActionContext<T, P>): Static<R> | Promise<Static<R>>;
};

/**
 * An action that changes money or law: it is not handled, but carried out once. `change` finds, also after a
 * restart, what one register or account does; undefined where its vendor cannot.
 */
export type ChangeDefinition<Q extends TSchema, R extends TSchema, T extends Target, P = unknown> = Omit<
  ActionDefinition<Q, R, T, P>,
  'effect' | 'handle' | 'differsBy'
> & {
  change(target: Omit<TargetContext<T, P>, 'call'>): Change<Static<Q>, unknown, Static<R>> | undefined;
};

/**
 * An action whose answer takes minutes: ordered once, then followed. It is answered with the Job, or, with `wait`,
 * with its result.
 */
export type JobDefinition<Q extends TSchema, R extends TSchema, T extends Target, P = unknown> = Omit<
  ActionDefinition<Q, R, T, P>,
  'effect' | 'handle' | 'differsBy' | 'reply' | 'amend'
> & {
  /** What the job results in; its file, if it has one, comes under `file` beside it. */
  readonly result: R;
  /** Finds, also after a restart, what one account does; undefined where its vendor cannot. */
  job(target: Omit<TargetContext<T, P>, 'call'>): Job<Static<Q>> | undefined;
};

/** An action as the registry knows it; only the router, which has checked `data` and the target, calls `handle`. */
export type Action = Omit<
  ActionDefinition<TSchema, TSchema, Target>,
  'handle' | 'differsBy' | 'check' | 'parts'
> & {
  check?(data: unknown, directory: Directory): void;
  parts?(data: unknown, directory: Directory, headers: ServiceHeaders): number;
  handle(data: unknown, context: unknown): unknown;
  differsBy?(data: unknown, client: ActionClient): unknown;
  /** Instead of `handle`, for a change that has to happen once. */
  change?(target: unknown): Change | undefined;
  /** Instead of `handle`, for a job. */
  job?(target: unknown): Job | undefined;
};

/** Ties an action's types together; returns what it is given. */
export function defineAction<const Q extends TSchema, const R extends TSchema, const T extends Target>(
  definition: ActionDefinition<Q, R, T>,
): Action {
  return definition as Action;
}

/** As {@link defineAction}, for an action of a vendor, whose own `Vendor` or `RegisterPort` is a `P`. */
export function defineVendorAction<P>() {
  return <const Q extends TSchema, const R extends TSchema, const T extends Exclude<Target, string>>(
    definition: ActionDefinition<Q, R, T, P>,
  ): Action => definition as Action;
}

function toAction(definition: object): Action {
  const handle = () => {
    throw new Failure('BUS_UNSUPPORTED_ACTION');
  };
  return { ...definition, effect: 'change', handle } as unknown as Action;
}

/** As {@link defineAction}, for a change that has to happen once. */
export function defineChange<const Q extends TSchema, const R extends TSchema, const T extends Target>(
  definition: ChangeDefinition<Q, R, T>,
): Action {
  return toAction(definition);
}

/** As {@link defineVendorAction}, for a change that has to happen once. */
export function defineVendorChange<P>() {
  return <const Q extends TSchema, const R extends TSchema, const T extends Exclude<Target, string>>(
    definition: ChangeDefinition<Q, R, T, P>,
  ): Action => toAction(definition);
}

/** As {@link defineVendorAction}, for a job. */
export function defineVendorJob<P>() {
  return <const Q extends TSchema, const R extends TSchema, const T extends Exclude<Target, string>>({
    result,
    ...definition
  }: JobDefinition<Q, R, T, P>): Action => toAction({ ...definition, reply: jobReply(result) });
}
