import type { Pool } from 'undici';
import type { Call } from '#core/call.ts';
import type { Signal } from '#core/cancellation.ts';
import { delay } from '#core/clock.ts';
import { Failure } from '#core/failure.ts';
import type { Effect, HttpRequest, HttpResponse } from '#core/http.ts';
import type { DownloadTarget } from '#core/http-client.ts';
import type { AccountHealth, AccountHttp, HttpClientOptions } from './account-http.ts';
import { Activity } from './activity.ts';
import { Attempt } from './attempt.ts';
import { type CallEnd, createBreaker } from './breaker.ts';
import { createConnectionPool } from './connection-pool.ts';
import { deadlineOf, isFollowed, timeoutOf } from './deadline.ts';
import { failureNameOf, faultMessage } from './fault.ts';
import { FileBody } from './file-body.ts';
import { createGate, type Gate } from './gate.ts';
import { Health } from './health.ts';
import { callEndOf, type Lost, type Outcome } from './outcome.ts';
import { lowerCaseNames, type OutgoingRequest, toOutgoingRequest } from './outgoing-request.ts';
import { pauseBeforeRepeat } from './repeats.ts';
import { type ResponseBody, TextBody } from './response-body.ts';
import { SecretVault } from './secret-vault.ts';
import { SharedCall } from './shared-call.ts';
import { vendorFailure } from './vendor-failure.ts';

export type { AccountHttp, HttpClientOptions } from './account-http.ts';

const MAX_LOGGED_CHARACTERS = 500;

/** Ends a repeat before it has begun. */
const NO_USE = new Error('the breaker is open');

const BREAKER_OPEN: Lost = { fault: 'breaker_open', sent: false, left: false, isHasty: false, status: null };

/** A request on its way through the account. */
type Sending = {
  readonly request: HttpRequest;
  readonly call: Call;
  readonly outgoing: OutgoingRequest;
  /** What takes the answer; a new one for every attempt. */
  readonly createBody: () => ResponseBody;
  tellBreaker?: ((end: CallEnd) => void) | undefined;
};

class AccountClient implements AccountHttp {
  readonly vendor: string;
  readonly account: string;
  readonly #options: HttpClientOptions;
  readonly #prefix: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #pool: Pool;
  readonly #gate: Gate;
  readonly #breaker;
  readonly #activity;
  readonly #health;
  readonly #vault = new SecretVault();

  constructor(options: HttpClientOptions, gate: Gate) {
    const { origin, pathname } = new URL(options.baseUrl);
    this.vendor = options.vendor;
    this.account = options.account;
    this.#options = options;
    this.#prefix = pathname.replace(/\/+$/, '');
    this.#headers = lowerCaseNames(options.headers);
    this.#pool = createConnectionPool(origin, options);
    this.#gate = gate;
    this.#breaker = createBreaker(options.clock);
    this.#activity = new Activity(options.clock);
    this.#health = new Health(options.clock);
    this.keepSecrets(Object.values(options.headers));
  }

  send(request: HttpRequest, call: Call): Promise<HttpResponse> {
    return this.#send(request, call, () => new TextBody(this.#options.maxResponseBytes));
  }

  download(request: HttpRequest, call: Call, target: DownloadTarget): Promise<HttpResponse> {
    return this.#send(request, call, () => new FileBody(target, this.#options.maxResponseBytes));
  }

  conceal(text: string, maxCharacters: number): string {
    return this.#vault.conceal(text, maxCharacters);
  }

  keepSecrets(secrets: readonly string[]): void {
    this.#vault.keep(secrets);
  }

  keepToken(token: string): void {
    this.#vault.keepToken(token);
  }

  quiet(forMs: number, signal: Signal): Promise<void> {
    return this.#activity.quiet(forMs, signal);
  }

  close(): Promise<void> {
    return this.#pool.close();
  }

  health(): AccountHealth {
    return { breaker: this.#breaker.state, ...this.#health.times };
  }

  async #send(request: HttpRequest, call: Call, createBody: () => ResponseBody): Promise<HttpResponse> {
    const settling = request.settling === true;
    if (!settling && this.#breaker.state === 'open') throw this.#failure(BREAKER_OPEN, request.effect);

    const outgoing = toOutgoingRequest(request, this.#prefix, this.#headers, call.traceparent);
    const sending: Sending = { request, call, outgoing, createBody };
    let last: Outcome | undefined;
    this.#activity.begin();
    try {
      const enter = () => {
        const now = this.#options.clock.now();
        if (now >= deadlineOf(call, now)) throw new Failure('BUS_TIMEOUT');
        sending.tellBreaker = this.#breaker.admit(settling);
        if (!sending.tellBreaker) throw this.#failure(BREAKER_OPEN, request.effect);
        return this.#attempt(sending);
      };
      const first = await this.#gate.run(call, enter);
      last = await this.#repeat(first, sending);
      if ('response' in last) return last.response;
      throw this.#failure(last, request.effect);
    } finally {
      this.#activity.end();
      if (last) this.#health.note(last);
      sending.tellBreaker?.(last ? callEndOf(last) : 'abandoned');
    }
  }

  /** One attempt, entered among the call's exchanges as soon as it has ended. */
  #attempt(sending: Sending): Promise<Outcome> {
    const { request, call, outgoing, createBody } = sending;
    const { clock, timeoutMs: ownMs } = this.#options;
    const startedAt = clock.now();
    return new Promise((resolve, reject) => {
      const onEnd = (outcome: Outcome) => {
        this.#record(outcome, request, call, clock.now() - startedAt);
        // Before the turn is given on: whoever comes next must find the breaker closed.
        if (callEndOf(outcome) === 'answered') sending.tellBreaker?.('answered');
        resolve(outcome);
      };
      const options = { clock, timeoutMs: timeoutOf(request, ownMs), isFollowed: isFollowed(request) };
      const attempt = new Attempt(options, call, createBody(), onEnd, reject);
      if (call instanceof SharedCall) call.onAttempt(this, attempt);
      attempt.begin(this.#pool, outgoing);
    });
  }

  /** Repeats what may be repeated while there is time; when there is none left, the last outcome stands. */
  async #repeat(first: Outcome, sending: Sending): Promise<Outcome> {
    const { request, call } = sending;
    const { clock } = this.#options;
    let last = first;
    for (let repeats = 0; ; repeats += 1) {
      const pauseMs = pauseBeforeRepeat(request, last, repeats, clock.now());
      if (pauseMs === undefined || clock.now() + pauseMs >= deadlineOf(call, clock.now())) return last;
      try {
        await delay(clock, pauseMs, call.signal);
        last = await this.#gate.run(call, () => {
          // Others have found out meanwhile that there is no use in it.
          if (this.#breaker.state === 'open' && request.settling !== true) throw NO_USE;
          return this.#attempt(sending);
        });
      } catch (error) {
        if (call.signal.aborted || error === NO_USE) return last;
        throw error;
      }
    }
  }

  /** Neither the query nor headers nor bodies are logged: that is where secrets are. */
  #record(outcome: Outcome, request: HttpRequest, call: Call, ms: number): void {
    const { method } = request;
    // Found only by whoever writes the line, which hardly anybody does.
    const path = { toJSON: () => this.conceal(request.path, MAX_LOGGED_CHARACTERS) };
    if ('response' in outcome) {
      call.exchanges.push({ account: this.account, request, outcome: outcome.response, ms });
      const { status } = outcome.response;
      this.#options.log.debug({ method, path, status, ms }, 'vendor answered');
    } else {
      const { fault, code } = outcome;
      call.exchanges.push({ account: this.account, request, outcome: { fault }, ms });
      this.#options.log.debug({ method, path, fault, code, ms }, 'vendor did not answer');
    }
  }

  #failure(lost: Lost, effect: Effect): Failure {
    const { fault, sent, left, status, code, cause } = lost;
    if (left && !sent) return new Failure('BUS_TIMEOUT');
    const message = faultMessage(fault, sent, code);
    return vendorFailure(failureNameOf(fault, effect, sent), this, { status, code: fault, message, cause });
  }
}

/** The way to one account's vendor: one pool of connections, its breaker, and its limits, or a gate it shares. */
export function createHttpClient(options: HttpClientOptions, gate = createGate(options)): AccountHttp {
  return new AccountClient(options, gate);
}
