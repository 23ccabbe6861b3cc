import type { Call } from '#core/call.ts';
import type { HttpRequest, HttpResponse } from '#core/http.ts';
import type { HttpClient } from '#core/http-client.ts';
import { createTokenSession } from '#outbound/token-session.ts';
import { isExpired, loginDataOf, unreadableAnswer } from './failures.ts';
import { readToken } from './wire.ts';

/** A cashier: the login is his phone. */
export type Credentials = { readonly login: string; readonly password: string };

/** One cashier's calls; logs in when needed, and once more when the token has expired. */
export type Session = {
  send(request: HttpRequest, call: Call): Promise<HttpResponse>;
};

/** 'Авторизация': a token lives 24 hours and cannot be renewed, only replaced. */
async function logIn({ login, password }: Credentials, http: HttpClient, call: Call): Promise<string> {
  const response = await http.send(
    { method: 'POST', path: '/auth', body: { Login: login, Password: password }, effect: 'login' },
    call,
  );
  return readToken(loginDataOf(response, http), unreadableAnswer(response, http));
}

export function createSession(credentials: Credentials, http: HttpClient): Session {
  const session = createTokenSession({ login: (call) => logIn(credentials, http, call) });
  return {
    send: (request, call) =>
      session.send(
        call,
        (token) =>
          http.send({ ...request, headers: { ...request.headers, authorization: `Bearer ${token}` } }, call),
        (response) => isExpired(response, http),
      ),
  };
}
