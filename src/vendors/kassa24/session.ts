import type { Call } from '#core/call.ts';
import type { HttpRequest, HttpResponse } from '#core/http.ts';
import type { HttpClient } from '#core/http-client.ts';
import { createTokenSession } from '#outbound/token-session.ts';
import { isExpired, loginDataOf, unreadableAnswer } from './failures.ts';
import { readToken, readUserId } from './wire.ts';

/** A cashier: the login is his phone. */
export type Credentials = { readonly login: string; readonly password: string };

/** One cashier's calls; logs in when needed, and once more when the token has expired. */
export type Session = {
  /** The cashier's `User.Id`; null before the first login, and where it is not told. */
  readonly userId: number | null;
  send(request: HttpRequest, call: Call): Promise<HttpResponse>;
};

type Login = { readonly token: string; readonly userId: number | null };

/** 'Авторизация': a token lives 24 hours and cannot be renewed, only replaced. */
async function logIn(
  { login, password }: Credentials,
  http: HttpClient,
  call: Call,
  settling: Pick<HttpRequest, 'settling'>,
): Promise<Login> {
  const response = await http.send(
    {
      method: 'POST',
      path: '/auth',
      body: { Login: login, Password: password },
      effect: 'login',
      ...settling,
    },
    call,
  );
  const data = loginDataOf(response, http);
  const unreadable = unreadableAnswer(response, http);
  return { token: readToken(data, unreadable), userId: readUserId(data, unreadable) };
}

export function createSession(credentials: Credentials, http: HttpClient): Session {
  let userId: number | null = null;
  const session = createTokenSession({
    async login(call, settling) {
      const login = await logIn(credentials, http, call, settling);
      userId = login.userId;
      return login.token;
    },
  });
  return {
    get userId() {
      return userId;
    },
    send: (request, call) =>
      session.send(
        call,
        (token) =>
          http.send({ ...request, headers: { ...request.headers, authorization: `Bearer ${token}` } }, call),
        (response) => isExpired(response, http),
        request.settling,
      ),
  };
}
