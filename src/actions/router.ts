import type { Call, Exchange } from '#core/call.ts';
import { Failure } from '#core/failure.ts';
import type { Log } from '#core/log.ts';
import { type Headers, header } from '#core/message.ts';
import type { Action, ActionClient, ServiceHeaders } from '#domain/action.ts';
import type { Change } from '#domain/change.ts';
import { type Account, type Directory, findAccount, type Register } from '#domain/directory.ts';
import type { Job } from '#domain/job.ts';
import type { JobDesk } from '#domain/job-desk.ts';
import { ActionTable } from './action-table.ts';
import { type ChangeName, findChange, findJob } from './changes.ts';
import {
  findUpstream,
  forwardedEffect,
  forwardingAccounts,
  isForwardedAnywhere,
  toForwarded,
} from './forwarding.ts';
import type { MemoryPinSessions } from './pin-sessions.ts';
import { readServiceHeaders } from './service-headers.ts';
import { type FoundTarget, findTarget } from './targets.ts';
import { checkedData, deviations } from './validation.ts';
import type { VendorCalls } from './vendor-calls.ts';

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
  /** How reads and changes reach a vendor. */
  readonly calls: VendorCalls;
  readonly jobs: JobDesk;
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
  readonly #actions: ActionTable;

  constructor(options: RouterOptions) {
    this.#options = options;
    this.#actions = new ActionTable(options.actions);
  }

  /** Is this address served here, or by an upstream of our own protocol? */
  serves(address: string): boolean {
    return this.#actions.has(address) || isForwardedAnywhere(this.#options.directory(), address);
  }

  /** What carries a change out that the journal knows of; undefined when nothing configured does any more. */
  changeOf(name: ChangeName): Change | undefined {
    return findChange(this.#actions, this.#options.directory(), name);
  }

  /** The same for what a job is. */
  jobOf(name: ChangeName): Job | undefined {
    return findJob(this.#actions, this.#options.directory(), name);
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
    const action = this.#actions.find(request.address, name);
    if (!action) return this.#forwardUnknown(request, name);

    const headers = readServiceHeaders(request.headers);
    const directory = this.#options.directory();
    const target = findTarget(action, directory, headers, request.client);
    const { register } = target;
    if (register?.account.vendor.forward) return this.#forwardKnown(request, headers, action, register);
    const data = checkedData(action.request, request.body);
    action.job?.(target)?.check?.(data);
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
    const { pins, version, directory, calls, jobs } = this.#options;
    const { client } = request;
    if (action.change || action.job) return this.#change(request, headers, action, target, data);
    const context = { client, headers, pins, version, directory: directory(), jobs, ...target };
    if (action.target === 'bus') return this.#checked(action, action.handle(data, context));
    const run = async (call: Call) => this.#checked(action, await action.handle(data, { ...context, call }));
    const scope = target.register?.token ?? target.account?.name;
    const key = JSON.stringify([action.address, action.action, data, action.differsBy?.(data, client)]);
    const { timeoutMs = action.defaultTimeoutMs } = headers;
    return calls.read(request, { ...headers, timeoutMs }, { scope, key }, run);
  }

  async #change(
    request: RoutedRequest,
    headers: ServiceHeaders,
    action: Action,
    target: FoundTarget,
    data: unknown,
  ): Promise<unknown> {
    const { calls } = this.#options;
    const change = action.change?.(target);
    const job = action.job?.(target);
    const account = target.register?.account ?? target.account;
    if (!account) throw unsupported(action, account);
    const name = { address: action.address, action: action.action };
    const of = { ...name, account: account.name, token: target.register?.token ?? null, data };
    const carryOut = () => {
      if (change) return calls.change(request, headers, { ...of, change });
      if (job) return calls.job(request, headers, { ...of, job });
      throw unsupported(action, account);
    };
    const answer = await carryOut();
    const wrong = deviations(action.reply, answer);
    // It was done, so that it is answered whatever it looks like.
    if (wrong.length > 0)
      this.#options.log.error({ ...name, wrong }, 'the answer to a change breaks its schema');
    return answer;
  }

  /** An action of ours at a register whose vendor speaks our protocol: its own rules hold, not ours. */
  async #forwardKnown(
    request: RoutedRequest,
    headers: ServiceHeaders,
    action: Action,
    register: Register,
  ): Promise<unknown> {
    const data = await this.#forward(request, headers, action.action, register.account);
    const wrong = deviations(action.reply, data);
    if (wrong.length > 0) {
      const name = { address: action.address, action: action.action };
      this.#options.log.warn({ ...name, wrong }, 'an upstream answered in a shape of its own');
    }
    return action.amend ? action.amend(data, register) : data;
  }

  #forwardUnknown(request: RoutedRequest, name: string): unknown {
    const { address } = request;
    const directory = this.#options.directory();
    if (forwardingAccounts(directory, address, name).length === 0) {
      throw new Failure('BUS_UNKNOWN_ACTION', { description: `у адреса ${address} нет действия ${name}` });
    }
    const headers = readServiceHeaders(request.headers);
    return this.#forward(
      request,
      headers,
      name,
      findUpstream(directory, address, name, headers, request.client),
    );
  }

  #forward(
    request: RoutedRequest,
    headers: ServiceHeaders,
    action: string,
    account: Account,
  ): Promise<unknown> {
    this.#admit(request);
    const { calls } = this.#options;
    const { vendor } = account;
    const message = toForwarded(request);
    const { address, data } = message;
    const token = headers.token ?? null;
    if (forwardedEffect(action) === 'change' && vendor.forwardedChange) {
      const change = vendor.forwardedChange(message);
      return calls.change(request, headers, { address, action, account: account.name, token, data, change });
    }
    const key = JSON.stringify([address, data, message.headers]);
    const run = (call: Call) => vendor.forward?.(message, call) ?? Promise.resolve(null);
    return calls.read(request, headers, { scope: token ?? account.name, key }, run);
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
    const action = this.#actions.find(address, name);
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

function unsupported({ address, action }: Action, account: Account | undefined): Failure {
  const description = `поставщик ${account?.kind ?? ''} не умеет ${address} ${action}`;
  return new Failure('BUS_UNSUPPORTED_ACTION', { description });
}
