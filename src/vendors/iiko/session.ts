import { createHash } from 'node:crypto';
import type { Call } from '#core/call.ts';
import { type Clock, type Timer, withTimeOut } from '#core/clock.ts';
import { Failure } from '#core/failure.ts';
import type { HttpRequest, HttpResponse } from '#core/http.ts';
import type { HttpClient } from '#core/http-client.ts';
import type { Log } from '#core/log.ts';
import { isHtml } from '#outbound/answer.ts';
import { createTokenSession, type TokenSession } from '#outbound/token-session.ts';
import { vendorFailure } from '#outbound/vendor-failure.ts';
import { loginFailureOf } from './failures.ts';
import { createLoginPause, type LoginPause } from './login-pause.ts';

export type SessionOptions = {
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly log: Log;
  readonly login: string;
  readonly password: string;
  /** For the times in descriptions. */
  readonly zone: string;
  /** Unused for so long, the licence slot is given back. */
  readonly idleLogoutMs: number;
};

const LOGOUT_TIMEOUT_MS = 5_000;

/** The key goes as a cookie: in a URL it would end up in the logs of every proxy. */
function cookie(token: string): Record<string, string> {
  return { cookie: `key=${token}` };
}

/** A UUID; whatever else is fit for a cookie will do, a page or JSON will not. */
const TOKEN = /^[\w.~+/=-]+$/;

/** The token is the whole body. The text is never quoted: it may be a token all the same. */
function readToken(response: HttpResponse, http: HttpClient): string {
  const token = response.text.trim();
  if (response.status === 200 && TOKEN.test(token)) return token;
  if (response.status !== 200 || isHtml(response)) throw loginFailureOf(response, http);
  throw vendorFailure('VENDOR_BAD_RESPONSE', http, {
    status: response.status,
    code: 'bad_token',
    message: 'ответ на вход не похож на ключ',
  });
}

/** The one token of a server, and the licence slot it holds: given back when idle and at the end. */
export class Session {
  readonly #options: SessionOptions;
  readonly #pause: LoginPause;
  readonly #tokens: TokenSession;
  /** Requests and logins; a login may outlive the request that wanted it. */
  readonly #underWay = new Set<Promise<unknown>>();
  /** Perhaps nobody waits for it any more. */
  #loggingIn: Promise<string> | undefined;
  /** The last logout. Never rejects. */
  #leaving: Promise<void> = Promise.resolve();
  #idle: Timer | undefined;
  #closed = false;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#pause = createLoginPause(options.clock, options.zone);
    this.#tokens = createTokenSession({
      login: (call, settling) => this.#use(this.#logInAlone(call, settling)),
    });
  }

  /** Sends with the token, after one new login if it turns out to have died. */
  send(request: HttpRequest, call: Call): Promise<HttpResponse> {
    const { http } = this.#options;
    return this.#use(
      this.#tokens.send(
        call,
        (token) => http.send({ ...request, headers: { ...request.headers, ...cookie(token) } }, call),
        (response) => response.status === 401 && !isHtml(response),
        request.settling,
      ),
    );
  }

  /** Waits for what is under way and gives the slot back. */
  async close(): Promise<void> {
    this.#closed = true;
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay);
    this.#idle?.cancel();
    await this.#leaving;
    await this.#logOut();
  }

  async #use<T>(work: Promise<T>): Promise<T> {
    this.#underWay.add(work);
    try {
      return await work;
    } finally {
      this.#underWay.delete(work);
      this.#restartIdle();
    }
  }

  #restartIdle(): void {
    const { clock, idleLogoutMs } = this.#options;
    this.#idle?.cancel();
    const onIdle = () => {
      if (this.#underWay.size > 0) this.#restartIdle();
      else this.#leaving = this.#logOut();
    };
    // A straggler that came after the end must not keep the slot.
    this.#idle = clock.setTimeout(onIdle, this.#closed ? 0 : idleLogoutMs);
  }

  /** After the login that is under way: the slot that it takes is enough, and there may be no other. */
  async #logInAlone(call: Call, settling: Pick<HttpRequest, 'settling'>): Promise<string> {
    const before = this.#loggingIn?.catch(() => undefined);
    const login = Promise.resolve(before).then((token) => token ?? this.#logIn(call, settling));
    this.#loggingIn = login;
    try {
      return await login;
    } finally {
      if (this.#loggingIn === login) this.#loggingIn = undefined;
    }
  }

  async #logIn(call: Call, settling: Pick<HttpRequest, 'settling'>): Promise<string> {
    const { http, login, password } = this.#options;
    this.#pause.check();
    // With a single slot a login before the end of the logout would be refused.
    await this.#leaving;
    try {
      const pass = createHash('sha1').update(password, 'utf8').digest('hex');
      const query = [['login', login] as const, ['pass', pass] as const];
      const request = {
        method: 'POST',
        path: '/resto/api/auth',
        query,
        effect: 'login',
        takesSlot: true,
        ...settling,
      } as const;
      const token = readToken(await http.send(request, call), http);
      this.#pause.end();
      return token;
    } catch (error) {
      throw this.#pause.after(error);
    }
  }

  async #logOut(): Promise<void> {
    const { http, clock, log } = this.#options;
    const { token } = this.#tokens;
    if (token === undefined) return;
    this.#tokens.forget();
    const deadline = clock.now() + LOGOUT_TIMEOUT_MS;
    // Repeated like a read: a second logout of the same key changes nothing.
    const logout = {
      method: 'POST',
      path: '/resto/api/logout',
      headers: cookie(token),
      effect: 'read',
    } as const;
    try {
      await withTimeOut(clock, LOGOUT_TIMEOUT_MS, [], (signal) =>
        http.send(logout, { deadline, signal, exchanges: [], traceparent: undefined }),
      );
    } catch (error) {
      log.warn(
        { failure: Failure.from(error).name },
        'an iiko logout failed, its licence slot may stay taken',
      );
    }
  }
}
