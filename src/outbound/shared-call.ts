import type { Call, Exchange } from '#core/call.ts';
import { Cancellation, type Signal } from '#core/cancellation.ts';
import { Failure } from '#core/failure.ts';
import type { Flow } from '#core/flow.ts';
import type { Attempt } from './attempt.ts';
import { faultMessage } from './fault.ts';
import { Flows, type FlowWatcher } from './flows.ts';
import { type VendorAccount, vendorFailure } from './vendor-failure.ts';

type Requester<T> = {
  readonly call: Call;
  readonly resolve: (value: T) => void;
  readonly reject: (failure: unknown) => void;
  readonly leave: () => void;
  /** Takes back the turns that the run takes on its behalf. */
  readonly giveUpTurns: () => void;
};

/** An attempt at a vendor, and how far it has come. */
type Trip = { readonly http: VendorAccount; readonly attempt: Pick<Attempt, 'hasLeft' | 'isOver'> };

/** Each makes an answer of its own of what it is told, which may be large: others have their turn in between. */
const TOLD_A_TURN = 32;

/** Aborted as soon as nobody waits any more, while it is told with the last of them. */
class Desertion extends Cancellation {
  readonly #isDeserted: () => boolean;

  constructor(isDeserted: () => boolean) {
    super();
    this.#isDeserted = isDeserted;
  }

  override get aborted(): boolean {
    return super.aborted || this.#isDeserted();
  }
}

/**
 * The call of a run that several requesters wait for. It lives until the last of them has left: its deadline
 * is the latest of theirs, its signal is aborted when nobody is left.
 */
export class SharedCall<T> implements Call {
  readonly exchanges: Exchange[] = [];
  readonly traceparent: string | undefined;
  readonly flow: Flow | undefined;
  readonly #cancellation = new Desertion(() => this.#isDeserted);
  readonly #requesters = new Set<Requester<T>>();
  readonly #flows = new Flows();
  /** Those under way and, where there are none, those that were last. */
  #trips: readonly Trip[] = [];
  #isOver = false;
  /** What is said to those who still wait, once the run has ended. */
  #tell: ((requester: Requester<T>) => void) | undefined;

  /** Continues the trace, and is the flow, of whoever asks first. */
  constructor({ traceparent, flow }: Pick<Call, 'traceparent' | 'flow'>) {
    this.traceparent = traceparent;
    this.flow = flow;
  }

  get deadline(): number {
    let latest = Number.NEGATIVE_INFINITY;
    for (const { call } of this.#requesters) latest = Math.max(latest, call.deadline);
    return latest;
  }

  get signal(): Signal {
    return this.#cancellation;
  }

  /** Nobody waits any more, though not all of them may know it yet. */
  get #isDeserted(): boolean {
    for (const { call } of this.#requesters) if (!call.signal.aborted) return false;
    return this.#requesters.size > 0;
  }

  /** Has anything been asked before, on behalf of any of those who wait? */
  get hasBegun(): boolean {
    if (this.exchanges.length > 0) return true;
    for (const { call } of this.#requesters) if (hasBegun(call)) return true;
    return false;
  }

  /** Is it still worth joining? */
  get isUnderWay(): boolean {
    return !this.#isOver && !this.#cancellation.aborted;
  }

  /** The vendor that the last attempt was made at. */
  get sentTo(): VendorAccount | undefined {
    return this.#trips.at(-1)?.http;
  }

  /** Told when an attempt on its behalf begins: whoever leaves after that is told that the vendor was late. */
  onAttempt(http: VendorAccount, attempt: Trip['attempt']): void {
    this.#trips = [...this.#trips.filter((trip) => !trip.attempt.isOver), { http, attempt }];
    for (const { call } of this.#requesters) if (call instanceof SharedCall) call.onAttempt(http, attempt);
  }

  /**
   * Waits for the run. The call's signal ends the waiting of this requester alone, with `VENDOR_TIMEOUT` if anything
   * was sent, else with `BUS_TIMEOUT`.
   */
  join(call: Call): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const leave = () => this.#leave(requester);
    const requester: Requester<T> = { call, resolve, reject, leave, giveUpTurns: this.#takeTurnsOf(call) };
    this.#requesters.add(requester);
    // Whoever joins late waits for what was sent, too.
    if (call instanceof SharedCall)
      for (const { http, attempt } of this.#trips) call.onAttempt(http, attempt);
    if (call.signal.aborted) requester.leave();
    else call.signal.addEventListener('abort', requester.leave);
    return promise;
  }

  /** Whose turns it takes: whichever of those who wait for it comes first. See {@link Flows}. */
  watchFlows(watcher: FlowWatcher): () => void {
    return this.#flows.watch(watcher);
  }

  /** Starts the run, once, after the first requester has joined. Never rejects: the requesters are told. */
  async run(work: (shared: Call) => Promise<T>): Promise<void> {
    // The first requester may have gone before it came.
    if (this.#isOver) return;
    try {
      const value = await work(this);
      this.#end(({ resolve }) => resolve(value));
    } catch (failure) {
      this.#end(({ reject }) => reject(failure));
    }
  }

  #takeTurnsOf(call: Call): () => void {
    if (call instanceof SharedCall) return call.watchFlows(this.#flows);
    this.#flows.put(call.flow);
    return () => this.#flows.drop(call.flow);
  }

  /** What the run has left to do is for nobody: it is given up before those who wait are told. */
  #end(tell: (requester: Requester<T>) => void): void {
    this.#isOver = true;
    this.#tell = tell;
    this.#cancellation.abort();
    this.#tellSome(tell);
  }

  #tellSome(tell: (requester: Requester<T>) => void): void {
    let told = 0;
    for (const requester of this.#requesters) {
      if (told === TOLD_A_TURN) return void setImmediate(() => this.#tellSome(tell));
      this.#dismiss(requester);
      tell(requester);
      told += 1;
    }
  }

  #leave(requester: Requester<T>): void {
    if (!this.#requesters.has(requester)) return;
    if (this.#tell) {
      this.#dismiss(requester);
      return this.#tell(requester);
    }
    const isLast = this.#requesters.size === 1;
    if (isLast) {
      this.#isOver = true;
      // The attempt under way ends at once, and its exchange is noted before the requester is dismissed.
      this.#cancellation.abort();
    }
    this.#dismiss(requester);
    requester.reject(this.#lateness());
  }

  #dismiss(requester: Requester<T>): void {
    this.#requesters.delete(requester);
    requester.giveUpTurns();
    requester.call.signal.removeEventListener('abort', requester.leave);
    requester.call.exchanges.push(...this.exchanges);
  }

  #lateness(): Failure {
    const { sentTo } = this;
    if (!sentTo) return new Failure('BUS_TIMEOUT');
    const hasLeft = this.#trips.some(({ attempt }) => attempt.hasLeft);
    const message = faultMessage('timeout', hasLeft);
    return vendorFailure('VENDOR_TIMEOUT', sentTo, { status: null, code: 'timeout', message });
  }
}

/** Has anything been asked on its behalf before? */
export function hasBegun(call: Pick<Call, 'exchanges'>): boolean {
  return call instanceof SharedCall ? call.hasBegun : call.exchanges.length > 0;
}
