import type { Call } from '#core/call.ts';
import { Failure } from '#core/failure.ts';
import type { Log } from '#core/log.ts';
import { header } from '#core/message.ts';
import type { Action, ServiceHeaders, Surroundings } from '#domain/action.ts';
import type { Change } from '#domain/change.ts';
import type { Account, Directory } from '#domain/directory.ts';
import type { Job } from '#domain/job.ts';
import type { JobDesk } from '#domain/job-desk.ts';
import { ActionTable } from './action-table.ts';
import { type ChangeName, findChange, findJob } from './changes.ts';
import { Forwarder } from './forwarder.ts';
import { isForwardedAnywhere, isForwardedRegister } from './forwarding.ts';
import { withoutRaw } from './raw-answers.ts';
import { readKey } from './read-key.ts';
import { admit, type RoutedRequest } from './routed-request.ts';
import { readServiceHeaders } from './service-headers.ts';
import { type FoundTarget, findTarget } from './targets.ts';
import { accountOf, type Touched, touchedBy } from './touched.ts';
import { checkedData, deviations } from './validation.ts';
import type { VendorCalls } from './vendor-calls.ts';

export type RouterOptions = Surroundings & {
  readonly actions: readonly Action[];
  /** Asked for every message, since a reload replaces it. */
  readonly directory: () => Directory;
  /** How reads and changes reach a vendor. */
  readonly calls: VendorCalls;
  readonly jobs: JobDesk;
  readonly log: Log;
};

/** `address` + `headers.action` → action; checks everything on the way in and the answer on the way out. */
export class Router {
  readonly #options: RouterOptions;
  readonly #surroundings: Surroundings & { readonly jobs: JobDesk };
  readonly #actions: ActionTable;
  readonly #forwarder: Forwarder;

  constructor(options: RouterOptions) {
    const { pins, xReports, tolerance, status, version, jobs } = options;
    this.#options = options;
    this.#surroundings = { pins, xReports, tolerance, status, version, jobs };
    this.#actions = new ActionTable(options.actions);
    this.#forwarder = new Forwarder(options);
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
  touchedBy(message: Pick<RoutedRequest, 'address' | 'headers' | 'body'>): Touched {
    return touchedBy(this.#actions, this.#options.directory(), message);
  }

  /** The account that a register is bound to; undefined for an unknown one. */
  accountOf(token: string): string | undefined {
    return accountOf(this.#options.directory(), token);
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
    const directory = this.#options.directory();
    const action = this.#actions.find(request.address, name);
    if (!action) return this.#forwarder.forwardUnknown(request, directory, name);

    const headers = readServiceHeaders(request.headers);
    const target = findTarget(action, directory, headers, request.client);
    const { register } = target;
    if (register && isForwardedRegister(register, request.address))
      return this.#forwarder.forwardKnown(request, headers, action, register);
    const data = checkedData(action.request, request.body);
    action.check?.(data, directory);
    const job = action.job?.(target);
    job?.check?.(data);
    if (register && !action.withoutPin) this.#options.pins.check(request.client.name, register);
    admit(request, action.parts?.(data, directory, headers));
    if (action.change || action.job) return this.#change(request, headers, action, { ...target, job }, data);
    return this.#run(request, headers, action, target, data);
  }

  #run(
    request: RoutedRequest,
    headers: ServiceHeaders,
    action: Action,
    target: FoundTarget,
    data: unknown,
  ): unknown {
    const { directory, calls } = this.#options;
    const { client } = request;
    const context = { ...this.#surroundings, client, headers, directory: directory(), ...target };
    if (action.target === 'bus') return this.#checked(action, action.handle(data, context));
    const run = async (call: Call) => this.#checked(action, await action.handle(data, { ...context, call }));
    const scope = action.joinsParts ? undefined : (target.register?.token ?? target.account?.name);
    const key = readKey(action, data, action.differsBy?.(data, client));
    const { timeoutMs = action.defaultTimeoutMs } = headers;
    return calls.read(request, { ...headers, timeoutMs }, { scope, key }, run);
  }

  async #change(
    request: RoutedRequest,
    headers: ServiceHeaders,
    action: Action,
    { job, ...target }: FoundTarget & { readonly job: Job | undefined },
    data: unknown,
  ): Promise<unknown> {
    const { calls } = this.#options;
    const change = action.change?.(target);
    const account = target.register?.account ?? target.account;
    if (!account) throw unsupported(action, account);
    const name = { address: action.address, action: action.action };
    const of = { ...name, account: account.name, token: target.register?.token ?? null, data };
    const carryOut = () => {
      if (change) return calls.change(request, headers, { ...of, kind: account.kind, change });
      if (job) return calls.job(request, headers, { ...of, job });
      throw unsupported(action, account);
    };
    const answer = await carryOut();
    const wrong = deviations(action.reply, headers.raw ? withoutRaw(answer) : answer);
    // It was done, so that it is answered whatever it looks like.
    if (wrong.length > 0)
      this.#options.log.error({ ...name, wrong }, 'the answer to a change breaks its schema');
    return answer;
  }

  /** Our own answers keep their schema; one that does not is our fault and is not sent. */
  #checked(action: Action, data: unknown): unknown {
    const wrong = deviations(action.reply, data);
    if (wrong.length === 0) return data;
    const where = `${action.address} ${action.action}: ${JSON.stringify(wrong)}`;
    throw new Failure('BUS_INTERNAL_ERROR', { cause: new Error(`the answer breaks its schema: ${where}`) });
  }
}

function unsupported({ address, action }: Action, account: Account | undefined): Failure {
  const description = `поставщик ${account?.kind ?? ''} не умеет ${address} ${action}`;
  return new Failure('BUS_UNSUPPORTED_ACTION', { description });
}
