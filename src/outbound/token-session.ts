import type { Call } from '#core/call.ts';
import type { HttpRequest, HttpResponse } from '#core/http.ts';
import { SharedCall } from './shared-call.ts';

export type TokenSession = {
  /** The token in use; undefined before the first login and after `forget`. */
  readonly token: string | undefined;
  /** Drops the token, after a logout: the next `send` logs in. */
  forget(): void;
  /**
   * Sends with a token, logging in first if there is none, and once more if the answer says that it has
   * expired. The answer to the second attempt is given whatever it says.
   */
  send(
    call: Call,
    request: (token: string) => Promise<HttpResponse>,
    isExpired: (response: HttpResponse) => boolean,
    settling?: HttpRequest['settling'],
  ): Promise<HttpResponse>;
};

export type TokenSessionOptions = {
  /** `settling`, to be sent with the request: what settles a change passes an open breaker, so its login must. */
  login(call: Call, settling: Pick<HttpRequest, 'settling'>): Promise<string>;
};

/**
 * A vendor's session. However many ask at once, one login is under way; it lives until the last of its waiters
 * has left, and its failure is theirs alone: whoever comes next tries anew.
 */
export function createTokenSession(options: TokenSessionOptions): TokenSession {
  let token: string | undefined;
  let login: SharedCall<string> | undefined;

  async function begin(shared: SharedCall<string>, settling: HttpRequest['settling']): Promise<void> {
    login = shared;
    await shared.run(async (call) => {
      const fresh = await options.login(call, settling ? { settling } : {});
      // A vendor that refuses what comes next may quote it.
      shared.sentTo?.keepToken?.(fresh);
      // An abandoned login may end after the next one has.
      token ??= fresh;
      return fresh;
    });
    if (login === shared) login = undefined;
  }

  function tokenFor(call: Call, settling: HttpRequest['settling']): string | Promise<string> {
    if (token !== undefined) return token;
    const shared = login?.isUnderWay ? login : new SharedCall<string>(call);
    const result = shared.join(call);
    if (shared !== login) void begin(shared, settling);
    return result;
  }

  /** Somebody else may have replaced it already. */
  function drop(expired: string): void {
    if (token === expired) token = undefined;
  }

  return {
    get token() {
      return token;
    },
    forget() {
      token = undefined;
    },
    async send(call, request, isExpired, settling) {
      const first = await tokenFor(call, settling);
      const response = await request(first);
      if (!isExpired(response)) return response;

      drop(first);
      const second = await tokenFor(call, settling);
      const answer = await request(second);
      if (isExpired(answer)) drop(second);
      return answer;
    },
  };
}
