import type { Call, Exchange } from '#core/call.ts';
import type { Clock } from '#core/clock.ts';
import { Failure } from '#core/failure.ts';
import type { Log } from '#core/log.ts';
import { type Headers, header } from '#core/message.ts';
import type { Action, ActionClient, ServiceHeaders } from '#domain/action.ts';
import { type Account, type Directory, findAccount, type Register } from '#domain/directory.ts';
import { findUpstream, forwardedEffect, forwardingAccounts, toForwarded } from './forwarding.ts';
import type { MemoryPinSessions } from './pin-sessions.ts';
import { withRaw } from './raw-answers.ts';
import { readServiceHeaders } from './service-headers.ts';
import { type FoundTarget, findTarget } from './targets.ts';
import { timedCall } from './timed-call.ts';
import { checkedData, deviations } from './validation.ts';

/** A request for a service, and what the bus hands in with it. */
export type RoutedRequest = {
  readonly address: string;
  readonly replyAddress: string | null;
  readonly headers: Headers;
  readonly body: unknown;
  readonly client: ActionClient;
  readonly signal: AbortSignal;
  readonly exchanges: Exchange[];
  /** Is there room for it? Asked last, before anything is done. */
  readonly admit: () => Failure | undefined;
};

export type RouterOptions = {
  readonly actions: readonly Action[];
  /** Asked for every message, since a reload replaces it. */
  readonly directory: () => Directory;
  readonly pins: MemoryPinSessions;
  /** Joins a read to the same one under way. */
  readonly joinedReads: {
    read<T>(key: string, call: Call, run: (shared: Call) => Promise<T>): Promise<T>;
    forget(scope: string): void;
  };
  readonly clock: Clock;
  readonly log: Log;
  readonly version: string;
};

/** What a request is about, for the rules. */
export type Touched = {
  readonly address: string;
  readonly action: string | undefined;
  readonly token: string | undefined;
  readonly account: string | undefined;
  readonly body: unknown;
};

/** `address` + `headers.action` → action; checks everything on the way in and the answer on the way out. */
export class Router {
  readonly #options: RouterOptions;
  readonly #addresses: ReadonlySet<string>;
  readonly #actions: ReadonlyMap<string, Action>;

  constructor(options: RouterOptions) {
    this.#options = options;
    this.#addresses = new Set(options.actions.map(({ address }) => address));
    this.#actions = new Map(options.actions.map((action) => [keyOf(action.address, action.action), action]));
  }

  /** Is this address served here, or by an upstream of our own protocol? */
  serves(address: string): boolean {
    return this.#addresses.has(address) || forwardingAccounts(this.#options.directory(), address).length > 0;
  }

  /** What the rules are to judge; never fails, since rules come before everything else. */
  touchedBy({ address, headers, body }: Pick<RoutedRequest, 'address' | 'headers' | 'body'>): Touched {
    const action = header(headers, 'action');
    const token = header(headers, 'token');
    const named = header(headers, 'account');
    return { address, action, token, account: named ?? this.#onlyAccount(address, action, token), body };
  }

  /** Carries the request out. `done` is called exactly once, at once or later, with the `data` or a `Failure`. */
  handle(request: RoutedRequest, done: (outcome: { data: unknown } | Failure) => void): void {
    let answer: unknown;
    try {
      answer = this.#route(request);
    } catch (error) {
      return done(Failure.from(error));
    }
    if (!(answer instanceof Promise)) return done({ data: answer });
    answer.then(
      (data: unknown) => done({ data }),
      (error: unknown) => done(Failure.from(error)),
    );
  }

  /** The order of the checks is the contract's: the first failure answers. */
  #route(request: RoutedRequest): unknown {
    const name = header(request.headers, 'action');
    if (!name) throw new Failure('BUS_MISSING_HEADER', { description: 'не хватает заголовка action' });
    const action = this.#actions.get(keyOf(request.address, name));
    if (!action) return this.#forwardUnknown(request, name);

    const headers = readServiceHeaders(request.headers);
    const directory = this.#options.directory();
    const target = findTarget(action, directory, headers, request.client);
    const { register } = target;
    if (register?.account.vendor.forward) return this.#forwardKnown(request, headers, action, register);
    const data = checkedData(action.request, request.body);
    if (register && !action.withoutPin) this.#options.pins.check(request.client.name, register);
    this.#admit(request);
    return this.#run(request, headers, action, target, data);
  }

  #run(
    request: RoutedRequest,
    headers: ServiceHeaders,
    action: Action,
    target: FoundTarget,
    data: unknown,
  ): unknown {
    const { pins, version, directory } = this.#options;
    const { client } = request;
    const context = { client, headers, pins, version, directory: directory(), ...target };
    if (action.target === 'bus') return this.#checked(action, action.handle(data, context));
    const scope = target.register?.token ?? target.account?.name;
    const run = (call: Call) => this.#carryOut(action, data, { ...context, call });
    const key = JSON.stringify([action.address, action.action, data]);
    return this.#call(request, headers, action.effect, scope, key, run);
  }

  async #carryOut(action: Action, data: unknown, context: object): Promise<unknown> {
    return this.#checked(action, await action.handle(data, context));
  }

  /** One request that reaches a vendor: timed, joined where it may be, with the raw answers where they are wanted. */
  async #call(
    request: RoutedRequest,
    headers: ServiceHeaders,
    effect: 'read' | 'change',
    scope: string | undefined,
    key: string,
    run: (call: Call) => Promise<unknown>,
  ): Promise<unknown> {
    const { clock, joinedReads } = this.#options;
    const { signal, exchanges } = request;
    const { timeoutMs, traceparent } = headers;
    const joins = effect === 'read' && scope !== undefined && !headers.refresh;
    const forget = () => effect === 'change' && scope !== undefined && joinedReads.forget(scope);
    forget();
    const data = await timedCall({ clock, effect, timeoutMs, signal, exchanges, traceparent }, (call) =>
      joins ? joinedReads.read(`${scope}\u0000${key}`, call, run) : run(call).finally(forget),
    );
    return headers.raw ? withRaw(data, exchanges, request.client.seesPersonalData) : data;
  }

  /** An action of ours at a register whose vendor speaks our protocol: its own rules hold, not ours. */
  #forwardKnown(
    request: RoutedRequest,
    headers: ServiceHeaders,
    action: Action,
    register: Register,
  ): unknown {
    this.#admit(request);
    return this.#forward(request, headers, action.action, register.account, (data) => {
      const wrong = deviations(action.reply, data);
      if (wrong.length > 0) {
        const { address, action: name } = action;
        this.#options.log.warn(
          { address, action: name, wrong },
          'an upstream answered in a shape of its own',
        );
      }
      return action.amend ? action.amend(data, register) : data;
    });
  }

  #forwardUnknown(request: RoutedRequest, name: string): unknown {
    const { address } = request;
    const directory = this.#options.directory();
    if (forwardingAccounts(directory, address, name).length === 0) {
      throw new Failure('BUS_UNKNOWN_ACTION', { description: `у адреса ${address} нет действия ${name}` });
    }
    const headers = readServiceHeaders(request.headers);
    const account = findUpstream(directory, address, name, headers, request.client);
    this.#admit(request);
    return this.#forward(request, headers, name, account, (data) => data);
  }

  #forward(
    request: RoutedRequest,
    headers: ServiceHeaders,
    name: string,
    account: Account,
    finish: (data: unknown) => unknown,
  ): Promise<unknown> {
    const message = toForwarded(request);
    const effect = forwardedEffect(name);
    const key = JSON.stringify([message.address, message.data, message.headers]);
    return this.#call(request, headers, effect, headers.token ?? account.name, key, async (call) =>
      finish(await account.vendor.forward?.(message, effect, call)),
    );
  }

  #admit(request: RoutedRequest): void {
    const refusal = request.admit();
    if (refusal) throw refusal;
  }

  /** Our own answers keep their schema; one that does not is our fault and is not sent. */
  #checked(action: Action, data: unknown): unknown {
    const wrong = deviations(action.reply, data);
    if (wrong.length === 0) return data;
    const where = `${action.address} ${action.action}: ${JSON.stringify(wrong)}`;
    throw new Failure('BUS_INTERNAL_ERROR', { cause: new Error(`the answer breaks its schema: ${where}`) });
  }

  #onlyAccount(address: string, name: string | undefined, token: string | undefined): string | undefined {
    if (name === undefined || token !== undefined) return undefined;
    const directory = this.#options.directory();
    const action = this.#actions.get(keyOf(address, name));
    if (!action) {
      const [only, ...others] = forwardingAccounts(directory, address, name);
      return others.length === 0 ? only?.name : undefined;
    }
    const { target } = action;
    return typeof target === 'object' && 'account' in target
      ? findAccount(directory, target.account, undefined)?.name
      : undefined;
  }
}

function keyOf(address: string, action: string): string {
  return `${address}\u0000${action}`;
}
