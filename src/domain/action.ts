import type { Static, TSchema } from 'typebox';
import type { Call } from '#core/call.ts';
import type { Account, Directory, Register } from './directory.ts';

/** The headers of design 4 that the bus itself reads, checked. */
export type ServiceHeaders = {
  readonly token: string | undefined;
  readonly account: string | undefined;
  /** `tokens.refresh`: forget who the register is and ask again. */
  readonly refresh: boolean;
  readonly operationId: string | undefined;
  readonly timeoutMs: number | undefined;
  readonly wait: boolean;
  /** Add the vendor's untouched answers under `raw`. */
  readonly raw: boolean;
  readonly traceparent: string | undefined;
};

/** The part of a client that an action may ask. */
export type ActionClient = {
  readonly name: string;
  /** Phones, cards and e-mails unmasked. */
  readonly seesPersonalData: boolean;
  /** May this client use the same address and action for that register? */
  permits(token: string): boolean;
};

/** PIN sessions of clients at registers; see design 5.1. Both throw the `AVQFR_*` or `BUS_RATE_LIMITED` failure. */
export type PinSessions = {
  authorize(client: string, register: Register, pin: string): void;
  logout(client: string, register: Register): void;
};

type BaseContext = {
  readonly client: ActionClient;
  readonly headers: ServiceHeaders;
  readonly directory: Directory;
  readonly pins: PinSessions;
  /** The version of this bus. */
  readonly version: string;
};

/** What an action is about: nothing outside the bus, the register of the `token` header, or an account of a kind. */
export type Target = 'bus' | 'directory' | 'register' | { readonly account: string };

/** Everything a handler may touch. */
export type ActionContext<T extends Target = Target> = BaseContext &
  (T extends 'bus'
    ? unknown
    : T extends 'directory'
      ? { readonly call: Call }
      : T extends 'register'
        ? { readonly call: Call; readonly register: Register }
        : { readonly call: Call; readonly account: Account });

export type ActionDefinition<Q extends TSchema, R extends TSchema, T extends Target> = {
  readonly address: string;
  readonly action: string;
  readonly target: T;
  /** A `change` is money or law: longer time-out, never repeated, never joined. */
  readonly effect: 'read' | 'change';
  /** What `data` must be; unknown keys are refused. */
  readonly request: Q;
  /** What the answer's `data` is. */
  readonly reply: R;
  /** Reachable without a PIN session, since it makes or ends one. */
  readonly withoutPin?: boolean;
  /** What is added to the answer of an upstream that speaks our own protocol. */
  amend?(data: unknown, register: Register): unknown;
  /** May answer at once or later; throws or rejects with a `Failure`. */
  handle(data: Static<Q>, context: ActionContext<T>): Static<R> | Promise<Static<R>>;
};

/** An action as the registry knows it; only the router, which has checked `data` and the target, calls `handle`. */
export type Action = Omit<ActionDefinition<TSchema, TSchema, Target>, 'handle'> & {
  handle(data: unknown, context: unknown): unknown;
};

/** Ties an action's types together; returns what it is given. */
export function defineAction<const Q extends TSchema, const R extends TSchema, const T extends Target>(
  definition: ActionDefinition<Q, R, T>,
): Action {
  return definition as Action;
}
