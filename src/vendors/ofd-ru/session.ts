import type { Call } from '#core/call.ts';
import { type Clock, delay } from '#core/clock.ts';
import { Failure } from '#core/failure.ts';
import type { HttpRequest, HttpResponse } from '#core/http.ts';
import type { DownloadingHttpClient, DownloadTarget } from '#core/http-client.ts';
import { isJsonObject } from '#core/json.ts';
import { createTokenSession } from '#outbound/token-session.ts';
import { complaintAbout, isAccessDenied, loginDataOf } from './answer.ts';

/** A user's login, or a token that was given out once and is never renewed. */
export type Credentials =
  | { readonly login: string; readonly password: string }
  | { readonly authToken: string };

export type SessionOptions = {
  readonly http: DownloadingHttpClient;
  readonly clock: Clock;
  readonly credentials: Credentials;
  /** Requests a second, the login among them. */
  readonly perSecond: number;
};

/** The calls of one user; logs in when needed, before the token ends, and once more when it is refused. */
export type Session = {
  send(request: HttpRequest, call: Call): Promise<HttpResponse>;
  download(request: HttpRequest, call: Call, target: DownloadTarget): Promise<HttpResponse>;
};

type Token = { readonly text: string; readonly renewAtMs: number | undefined };

const LOGIN_PATH = '/api/Authorization/CreateAuthToken';
const RENEW_BEFORE_MS = 60_000;
const MS_PER_SECOND = 1000;

/** `ExpirationDateUtc` is UTC without saying so. */
function toEpochMs(value: unknown): number | undefined {
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  const ms = Date.parse(/(?:Z|[+-]\d{2}:?\d{2})$/i.test(text) ? text : `${text}Z`);
  return Number.isNaN(ms) ? undefined : ms;
}

/** An end that is no later than now says that the clocks differ, and nothing of the token. */
function renewalOf(expiration: unknown, nowMs: number): number | undefined {
  const endMs = toEpochMs(expiration);
  if (endMs === undefined || endMs <= nowMs) return undefined;
  return endMs - Math.min(RENEW_BEFORE_MS, (endMs - nowMs) / 2);
}

/** 1.1 'Авторизация через AuthToken'. The token is never quoted. */
async function logIn(
  { http, clock }: SessionOptions,
  { login, password }: { readonly login: string; readonly password: string },
  call: Call,
  settling: Pick<HttpRequest, 'settling'>,
): Promise<Token> {
  const body = { Login: login, Password: password };
  const request = { method: 'POST', path: LOGIN_PATH, body, effect: 'login', ...settling } as const;
  const response = await http.send(request, call);
  const data = loginDataOf(response, http);
  const { AuthToken, ExpirationDateUtc } = isJsonObject(data) ? data : {};
  const text = typeof AuthToken === 'string' ? AuthToken.trim() : '';
  if (!/^[!-~]+$/.test(text)) {
    throw complaintAbout(response, http)('missing_field', 'в ответе на вход нет AuthToken');
  }
  return { text, renewAtMs: renewalOf(ExpirationDateUtc, clock.now()) };
}

/** The token goes where the document wants it, in the query: nothing that holds a query may be logged. */
function signed(request: HttpRequest, token: string): HttpRequest {
  return { ...request, query: [...(request.query ?? []), ['AuthToken', token]] };
}

export function createSession(options: SessionOptions): Session {
  const { http, clock, credentials, perSecond } = options;
  // The process before this one may have sent a request just now, and the vendor counts both.
  const firstAtMs = clock.now() + MS_PER_SECOND / perSecond;
  let renewAtMs: number | undefined;

  const tokens = createTokenSession({
    async login(call, settling) {
      if ('authToken' in credentials) return credentials.authToken;
      const token = await logIn(options, credentials, call, settling);
      renewAtMs = token.renewAtMs;
      return token.text;
    },
  });

  async function waitForFirst(call: Call): Promise<void> {
    const waitMs = firstAtMs - clock.now();
    // A clock that was set back must not stop the account.
    if (waitMs <= 0 || waitMs > MS_PER_SECOND / perSecond) return;
    await delay(clock, waitMs, call.signal).catch(() => {
      throw new Failure('BUS_TIMEOUT');
    });
  }

  async function carry(
    call: Call,
    send: (token: string) => Promise<HttpResponse>,
    settling?: HttpRequest['settling'],
  ): Promise<HttpResponse> {
    await waitForFirst(call);
    if (renewAtMs !== undefined && clock.now() >= renewAtMs) {
      renewAtMs = undefined;
      tokens.forget();
    }
    if ('authToken' in credentials) return send(credentials.authToken);
    return tokens.send(call, send, (response) => isAccessDenied(response, http), settling);
  }

  return {
    send: (request, call) =>
      carry(call, (token) => http.send(signed(request, token), call), request.settling),
    download: (request, call, target) =>
      carry(call, (token) => http.download(signed(request, token), call, target)),
  };
}
