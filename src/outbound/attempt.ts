import type { Pool } from 'undici';
import type { Call, Fault } from '#core/call.ts';
import type { Clock, Timer } from '#core/clock.ts';
import { Failure } from '#core/failure.ts';
import type { Effect, HttpResponse } from '#core/http.ts';
import { codeOf, faultOf } from './fault.ts';
import type { OutgoingRequest } from './outgoing-request.ts';
import { isPacked, textOf, unpacked } from './response-text.ts';

/** An attempt that brought no answer. */
export type Lost = {
  readonly fault: Fault;
  /** Had the request begun to leave? Only if it had not is it sure that the vendor did nothing. */
  readonly sent: boolean;
  /** The requester went away before its deadline. */
  readonly left: boolean;
  /** The HTTP status, if the head of the answer had come. */
  readonly status: number | null;
  /** The network's own word, `ECONNREFUSED`. */
  readonly code?: string;
  readonly cause?: unknown;
};

export type Outcome = { readonly response: HttpResponse } | Lost;

type Controller = { abort(reason: Error): void };

export type AttemptOptions = {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly maxResponseBytes: number;
};

/**
 * One request on its way, as undici's handler. Undici's `dispatch` is used, not `request`, because it tells
 * the moment when the request begins to leave.
 *
 * A change that has left is waited for as long as the account's time-out says, whoever still wants to know:
 * its outcome has to be found out. Everything else stops with its requester.
 */
export class Attempt {
  readonly #options: AttemptOptions;
  readonly #call: Call;
  readonly #isChange: boolean;
  readonly #resolve: (outcome: Outcome) => void;
  readonly #reject: (failure: Failure) => void;
  readonly #onAbort = () => this.#stop(this.#options.clock.now() < this.#call.deadline);
  #since: number;
  #timer: Timer | undefined;
  #controller: Controller | undefined;
  #status: number | null = null;
  #headers: HttpResponse['headers'] = {};
  #chunks: Buffer[] = [];
  #bytes = 0;
  #isOver = false;

  constructor(
    options: AttemptOptions,
    effect: Effect,
    call: Call,
    resolve: (outcome: Outcome) => void,
    reject: (failure: Failure) => void,
  ) {
    this.#options = options;
    this.#call = call;
    this.#isChange = effect === 'change';
    this.#resolve = resolve;
    this.#reject = reject;
    this.#since = options.clock.now();
  }

  begin(pool: Pool, request: OutgoingRequest): void {
    this.#call.signal.addEventListener('abort', this.#onAbort);
    this.#watch();
    pool.dispatch(request, this);
  }

  onRequestStart(controller: Controller): void {
    // Given up while the connection was being made: it must not leave any more. Nor may it leave twice.
    if (this.#isOver || this.#controller) return controller.abort(new Error('given up'));
    this.#controller = controller;
    if (!this.#isChange) return;
    this.#since = this.#options.clock.now();
    this.#call.signal.removeEventListener('abort', this.#onAbort);
  }

  onResponseStart(_controller: unknown, status: number, headers: HttpResponse['headers']): void {
    if (this.#isOver || status < 200) return;
    this.#status = status;
    this.#headers = headers;
    if (Number(headers['content-length']) > this.#options.maxResponseBytes) this.#lose('too_large');
  }

  onResponseData(_controller: unknown, chunk: Buffer): void {
    if (this.#isOver) return;
    this.#bytes += chunk.length;
    if (this.#bytes > this.#options.maxResponseBytes) return this.#lose('too_large');
    this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    if (this.#isOver) return;
    const encoding = this.#headers['content-encoding'];
    if (!isPacked(encoding) || this.#bytes === 0) return this.#answer(textOf(this.#chunks));
    unpacked(Buffer.concat(this.#chunks), encoding, this.#options.maxResponseBytes).then(
      (text) => this.#answer(text),
      (error: unknown) => this.#fail(error),
    );
  }

  onResponseError(_controller: unknown, error: Error): void {
    this.#fail(error);
  }

  #fail(error: unknown): void {
    if (this.#isOver) return;
    const code = codeOf(error);
    if (code === 'UND_ERR_INVALID_ARG') {
      this.#end();
      return this.#reject(Failure.from(error));
    }
    const progress = this.#status !== null ? 'answering' : this.#controller ? 'sent' : 'connecting';
    // The error itself may carry the answer's bytes.
    const cause = new Error(`${code}: ${error instanceof Error ? error.message : ''}`);
    this.#lose(faultOf(code, progress), { code, cause });
  }

  #answer(text: string): void {
    if (this.#isOver) return;
    this.#end();
    this.#resolve({ response: { status: this.#status ?? 0, headers: this.#headers, text } });
  }

  #stop(left: boolean): void {
    if (!this.#isOver) this.#lose('timeout', { left });
  }

  #lose(fault: Fault, known: { code?: string; cause?: unknown; left?: boolean } = {}): void {
    this.#end();
    this.#controller?.abort(new Error('given up'));
    const sent = this.#controller !== undefined;
    this.#resolve({ fault, sent, status: this.#status, left: false, ...known });
  }

  #end(): void {
    this.#isOver = true;
    this.#timer?.cancel();
    this.#call.signal.removeEventListener('abort', this.#onAbort);
  }

  #limit(): number {
    const ownLimit = this.#since + this.#options.timeoutMs;
    return this.#isChange && this.#controller ? ownLimit : Math.min(this.#call.deadline, ownLimit);
  }

  /** The limit may move while it is waited for: a change leaves, a later requester joins a read. */
  #watch(): void {
    this.#timer = this.#options.clock.setTimeout(() => {
      if (this.#options.clock.now() < this.#limit()) this.#watch();
      else this.#stop(false);
    }, this.#limit() - this.#options.clock.now());
  }
}
