import type { Call, Exchange } from '#core/call.ts';
import type { Signal } from '#core/cancellation.ts';
import type { Clock } from '#core/clock.ts';
import { Failure, SENT_AND_SILENT } from '#core/failure.ts';
import type { Flow } from '#core/flow.ts';
import type { ActionClient, ServiceHeaders } from '#domain/action.ts';
import type { Change } from '#domain/change.ts';
import type { Jobs } from '#operations/jobs.ts';
import type { ChangeName } from './changes.ts';
import { type JobOrder, type JobOrderOptions, type JobWatcher, orderJob } from './job-orders.ts';
import { withRaw } from './raw-answers.ts';
import { timedCall } from './timed-call.ts';

/** What a change is asked for with. */
export type ChangeRequest = ChangeName & {
  /** The vendor's. */
  readonly kind: string;
  readonly data: unknown;
  readonly change: Change;
};

export type VendorCallsOptions = {
  readonly clock: Clock;
  /** Aborted when the bus stops and will wait no longer for what is under way. */
  readonly stopped: Signal;
  /** See {@link JobOrderOptions}. */
  readonly isRecording?: boolean;
  /** See {@link JobOrderOptions}. */
  readonly onJobEnded?: JobWatcher | undefined;
  /** Joins a read to the same one under way; see `outbound/`. */
  readonly joinedReads: {
    read<T>(scope: string, key: string, call: Call, run: (shared: Call) => Promise<T>): Promise<T>;
    forget(scope: string): void;
  };
  /** Carries changes out once, however often they are asked for; see `operations/`. */
  readonly operations: {
    run(request: OperationRequest, call: Call): Promise<unknown>;
  };
  /** Orders reports that take minutes, once too. */
  readonly jobs: Pick<Jobs, 'check' | 'order' | 'wait'>;
};

type OperationRequest = ChangeRequest & {
  readonly client: string;
  readonly operationId: string | undefined;
  readonly showPersonalData: boolean;
};

type Requester = {
  readonly client: ActionClient;
  readonly signal: Signal;
  readonly exchanges: Exchange[];
  /** Whose turn the calls take at an account. */
  readonly flow?: Flow | undefined;
};

/** How requests reach a vendor: timed, reads joined, changes once, with the raw answers where they are wanted. */
export class VendorCalls {
  readonly #options: VendorCallsOptions;

  constructor(options: VendorCallsOptions) {
    this.#options = options;
  }

  /** `scope` is the register or account that the read is about, if it is about one; `key` all else that it depends on. */
  read(
    requester: Requester,
    headers: ServiceHeaders,
    { scope, key }: { scope: string | undefined; key: string },
    run: (call: Call) => Promise<unknown>,
  ): Promise<unknown> {
    const { joinedReads } = this.#options;
    const joins = scope !== undefined && !headers.refresh;
    return this.#timed(requester, headers, 'read', (call) =>
      joins ? joinedReads.read(scope, key, call, run) : run(call),
    );
  }

  /** As {@link read}, for a part of what a call is about, which has its time already. */
  joinPart<T>(scope: string, key: string, call: Call, run: (call: Call) => Promise<T>): Promise<T> {
    return call.fresh ? run(call) : this.#options.joinedReads.read(scope, key, call, run);
  }

  /** Reads that are under way are not joined any more: they began before the change. */
  change(requester: Requester, headers: ServiceHeaders, request: ChangeRequest): Promise<unknown> {
    const { joinedReads, operations, jobs } = this.#options;
    const { client } = requester;
    const scope = request.token ?? request.account;
    const { operationId } = headers;
    const operation = {
      ...request,
      client: client.name,
      operationId,
      showPersonalData: client.seesPersonalData,
    };
    joinedReads.forget(scope);
    return this.#timed(requester, headers, 'change', (call) =>
      jobs
        .check(operation)
        .then(() => operations.run(operation, call))
        .finally(() => joinedReads.forget(scope)),
    ).catch((caught: unknown) => {
      throw withVendor(caught, request);
    });
  }

  /** Answers the Job, or its result where that is waited for. */
  async job(requester: Requester, headers: ServiceHeaders, order: JobOrder): Promise<unknown> {
    const { client, exchanges } = requester;
    const data = await orderJob(this.#options, requester, headers, order);
    return headers.raw ? withRaw(data, exchanges, client.seesPersonalData) : data;
  }

  #timed(
    { signal, exchanges, client, flow }: Requester,
    { timeoutMs, traceparent, refresh: fresh, raw }: ServiceHeaders,
    effect: 'read' | 'change',
    run: (call: Call) => Promise<unknown>,
  ): Promise<unknown> {
    const { clock, stopped } = this.#options;
    const signals = [signal, stopped];
    const options = { clock, effect, timeoutMs, signals, exchanges, traceparent, flow, fresh };
    const data = timedCall(options, run);
    return raw ? data.then((told) => withRaw(told, exchanges, client.seesPersonalData)) : data;
  }
}

const LATE = { status: null, code: 'timeout', message: SENT_AND_SILENT };
const UNSETTLED = { status: null, code: 'unknown', message: 'по состоянию у поставщика исход пока не виден' };

/** An outcome that nobody knows is that of a vendor, which is named even where it has said nothing. */
function withVendor(caught: unknown, { kind: vendor, account }: ChangeRequest): unknown {
  if (!(caught instanceof Failure) || caught.foreign || caught.details !== undefined) return caught;
  const { name, description, cause } = caught;
  if (name !== 'VENDOR_OUTCOME_UNKNOWN') return caught;
  const reason = cause === undefined ? undefined : Failure.from(cause).name;
  // Our own mistake says nothing of the vendor.
  if (reason === 'BUS_INTERNAL_ERROR') return caught;
  const known = reason === 'BUS_TIMEOUT' ? LATE : UNSETTLED;
  return new Failure(name, { description, details: { vendor, account, ...known }, cause: caught });
}
