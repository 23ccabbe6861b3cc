import type { Pool } from 'undici';
import type { Call, Fault } from '#core/call.ts';
import { GIVEN_UP } from '#core/cancellation.ts';
import type { Clock, Timer } from '#core/clock.ts';
import { Failure } from '#core/failure.ts';
import type { HttpResponse } from '#core/http.ts';
import { deadlineOf } from './deadline.ts';
import { codeOf, faultOf } from './fault.ts';
import type { Lost, Outcome } from './outcome.ts';
import type { OutgoingRequest } from './outgoing-request.ts';
import type { Content, ResponseBody } from './response-body.ts';

/** A vendor that is well has answered by then. */
const FAIR_MS = 5000;

/** Of a file so much has to come within each time-out. */
const PROGRESS_BYTES = 16_384;

type Controller = { abort(reason: Error): void };
type DataController = { pause(): void; resume(): void };

export type AttemptOptions = {
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** Its end is waited for once it has left, whoever still wants to know. */
  readonly isFollowed: boolean;
};

/**
 * One request on its way, as undici's handler. Undici's `dispatch` is used, not `request`, because it tells
 * the moment when the request begins to leave.
 *
 * One that is followed is waited for, once it has left, as long as the account's time-out says. Everything else stops with
 * its requester.
 */
export class Attempt {
  readonly #options: AttemptOptions;
  readonly #call: Call;
  readonly #body: ResponseBody;
  readonly #resolve: (outcome: Outcome) => void;
  readonly #reject: (failure: Failure) => void;
  readonly #onAbort = () => this.#stop(this.#options.clock.now() < this.#call.deadline);
  readonly #begunAt: number;
  #since: number;
  #newBytes = 0;
  #timer: Timer | undefined;
  #controller: Controller | undefined;
  #status: number | null = null;
  #headers: HttpResponse['headers'] = {};
  #isOver = false;

  constructor(
    options: AttemptOptions,
    call: Call,
    body: ResponseBody,
    resolve: (outcome: Outcome) => void,
    reject: (failure: Failure) => void,
  ) {
    this.#options = options;
    this.#call = call;
    this.#body = body;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#begunAt = options.clock.now();
    this.#since = this.#begunAt;
  }

  /** Has the request begun to leave? Until then there is at most a connection that is being made. */
  get hasLeft(): boolean {
    return this.#controller !== undefined;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  begin(pool: Pool, request: OutgoingRequest): void {
    this.#call.signal.addEventListener('abort', this.#onAbort);
    this.#watch();
    pool.dispatch(request, this);
  }

  onRequestStart(controller: Controller): void {
    // Given up while the connection was being made: it must not leave any more. Nor may it leave twice.
    if (this.#call.signal.aborted && !this.#controller) this.#onAbort();
    if (this.#isOver || this.#controller) return controller.abort(GIVEN_UP);
    this.#controller = controller;
    if (!this.#options.isFollowed) return;
    this.#since = this.#options.clock.now();
    this.#call.signal.removeEventListener('abort', this.#onAbort);
  }

  onResponseStart(_controller: unknown, status: number, headers: HttpResponse['headers']): void {
    if (this.#isOver || status < 200) return;
    this.#status = status;
    this.#headers = headers;
    const fault = this.#body.begin(status, headers);
    if (fault) this.#lose(fault);
  }

  onResponseData(controller: DataController, chunk: Buffer): void {
    // Undici tells of nothing, too, whenever it goes on after a pause.
    if (this.#isOver || chunk.length === 0) return;
    if (this.#body.streams) this.#noteProgress(chunk.length);
    const taken = this.#body.take(chunk);
    if (typeof taken === 'string') return this.#lose(taken);
    if (!taken) return;
    controller.pause();
    taken.then(
      () => controller.resume(),
      (error: unknown) => this.#fail(error),
    );
  }

  /** A file may take longer than anything else, but not for ever. */
  #noteProgress(bytes: number): void {
    this.#newBytes += bytes;
    if (this.#newBytes < PROGRESS_BYTES) return;
    this.#newBytes = 0;
    this.#since = this.#options.clock.now();
  }

  onResponseEnd(): void {
    if (this.#isOver) return;
    const body = this.#body.end();
    if (!(body instanceof Promise)) return this.#answer(body);
    body.then(
      (content) => this.#answer(content),
      (error: unknown) => this.#fail(error),
    );
  }

  onResponseError(_controller: unknown, error: Error): void {
    this.#fail(error);
  }

  #fail(error: unknown): void {
    if (this.#isOver) return;
    // Whoever takes the body has failed, not the vendor.
    if (error instanceof Failure) return this.#break(error);
    const code = codeOf(error);
    if (code === 'UND_ERR_INVALID_ARG') return this.#break(Failure.from(error));
    const progress = this.#status !== null ? 'answering' : this.#controller ? 'sent' : 'connecting';
    // The error itself may carry the answer's bytes.
    const cause = new Error(`${code}: ${error instanceof Error ? error.message : ''}`);
    this.#lose(faultOf(code, progress), { code, cause });
  }

  #answer(content: Content | Fault): void {
    if (this.#isOver) return;
    if (typeof content === 'string') return this.#lose(content);
    this.#end();
    this.#resolve({ response: { status: this.#status ?? 0, headers: this.#headers, ...content } });
  }

  #break(failure: Failure): void {
    this.#end();
    this.#controller?.abort(GIVEN_UP);
    this.#reject(failure);
  }

  #stop(left: boolean): void {
    if (this.#isOver) return;
    const { clock, timeoutMs } = this.#options;
    const isHasty = clock.now() - this.#begunAt < Math.min(FAIR_MS, timeoutMs);
    this.#lose('timeout', { left, isHasty });
  }

  #lose(fault: Fault, known: Partial<Lost> = {}): void {
    this.#end();
    this.#controller?.abort(GIVEN_UP);
    this.#resolve({ fault, sent: this.hasLeft, status: this.#status, left: false, isHasty: false, ...known });
  }

  #end(): void {
    this.#isOver = true;
    this.#timer?.cancel();
    this.#call.signal.removeEventListener('abort', this.#onAbort);
  }

  #limit(): number {
    const ownLimit = this.#since + this.#options.timeoutMs;
    if (this.#options.isFollowed && this.#controller) return ownLimit;
    return Math.min(deadlineOf(this.#call, this.#options.clock.now()), ownLimit);
  }

  /** By how much the limit moves while it is waited for is all that counts: the clock may be set meanwhile. */
  #watch(ms = this.#limit() - this.#options.clock.now()): void {
    const limit = this.#limit();
    this.#timer = this.#options.clock.setTimeout(() => {
      const movedMs = Math.min(this.#limit() - limit, this.#options.timeoutMs);
      if (movedMs > 0) this.#watch(movedMs);
      else this.#stop(false);
    }, ms);
  }
}
