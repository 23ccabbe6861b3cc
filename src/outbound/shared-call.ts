import type { Call, Exchange } from '#core/call.ts';
import { Failure } from '#core/failure.ts';
import { type VendorAccount, vendorFailure } from './vendor-failure.ts';

type Requester<T> = {
  readonly call: Call;
  readonly resolve: (value: T) => void;
  readonly reject: (failure: unknown) => void;
  readonly leave: () => void;
};

/**
 * The call of a run that several requesters wait for. It lives until the last of them has left: its deadline
 * is the latest of theirs, its signal is aborted when nobody is left.
 */
export class SharedCall<T> implements Call {
  readonly exchanges: Exchange[] = [];
  readonly traceparent: string | undefined;
  readonly #controller = new AbortController();
  readonly #requesters = new Set<Requester<T>>();
  #sentTo: VendorAccount | undefined;
  #isOver = false;

  /** Continues the trace of whoever asked first. */
  constructor(traceparent: string | undefined) {
    this.traceparent = traceparent;
  }

  get deadline(): number {
    let latest = Number.NEGATIVE_INFINITY;
    for (const { call } of this.#requesters) latest = Math.max(latest, call.deadline);
    return latest;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Is it still worth joining? */
  get isUnderWay(): boolean {
    return !this.#isOver;
  }

  /** The vendor that the last attempt was made at. */
  get sentTo(): VendorAccount | undefined {
    return this.#sentTo;
  }

  /** Told when an attempt on its behalf begins: whoever leaves after that is told that the vendor was late. */
  onAttempt(http: VendorAccount): void {
    this.#sentTo = http;
    for (const { call } of this.#requesters) if (call instanceof SharedCall) call.onAttempt(http);
  }

  /**
   * Waits for the run. `leave` ends the waiting of this requester alone, as does its signal, with
   * `VENDOR_TIMEOUT` if anything was sent, else with `BUS_TIMEOUT`.
   */
  join(call: Call): { result: Promise<T>; leave: () => void } {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const requester: Requester<T> = { call, resolve, reject, leave: () => this.#leave(requester) };
    this.#requesters.add(requester);
    if (call.signal.aborted) requester.leave();
    else call.signal.addEventListener('abort', requester.leave);
    return { result: promise, leave: requester.leave };
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

  #end(tell: (requester: Requester<T>) => void): void {
    this.#isOver = true;
    for (const requester of this.#requesters) {
      this.#dismiss(requester);
      tell(requester);
    }
  }

  #leave(requester: Requester<T>): void {
    if (!this.#requesters.has(requester)) return;
    const isLast = this.#requesters.size === 1;
    if (isLast) {
      this.#isOver = true;
      // The attempt under way ends at once, and its exchange is noted before the requester is dismissed.
      this.#controller.abort();
    }
    this.#dismiss(requester);
    requester.reject(this.#lateness());
  }

  #dismiss(requester: Requester<T>): void {
    this.#requesters.delete(requester);
    requester.call.signal.removeEventListener('abort', requester.leave);
    requester.call.exchanges.push(...this.exchanges);
  }

  #lateness(): Failure {
    if (!this.#sentTo) return new Failure('BUS_TIMEOUT');
    const message = 'ответ не пришёл вовремя';
    return vendorFailure('VENDOR_TIMEOUT', this.#sentTo, { status: null, code: 'timeout', message });
  }
}
