import type { Call } from '#core/call.ts';
import { Failure } from '#core/failure.ts';
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
  /**
   * `settling`, to be sent with the request: what settles a change passes an open breaker, so its login must. One that is
   * abandoned may succeed all the same: its token is used.
   */
  login(call: Call, settling: Pick<HttpRequest, 'settling'>): Promise<string>;
};

/** Of one login; the next may get the same text. */
type Token = {
  readonly text: string;
  /** What came of the login that was tried when it had expired, and the era in which it was. */
  replacement?: { readonly outcome: Promise<Token>; readonly era: number };
};

function isRefusal(error: unknown): boolean {
  return error instanceof Failure && error.name === 'VENDOR_AUTH_FAILED';
}

/**
 * A vendor's session. However many ask at once, one login is under way; it lives until the last of its waiters
 * has left, and its failure is theirs: whoever comes next tries anew. Whoever had been sent with the same token finds out
 * later that it has expired, maybe one after the other; they get the token of the first one's login or its refusal, since a
 * vendor that is asked again for each of them may lock the account.
 */
export function createTokenSession(options: TokenSessionOptions): TokenSession {
  let token: Token | undefined;
  let login: SharedCall<Token> | undefined;
  /** Counts logins that succeeded and logouts: what was found out before is outdated. */
  let era = 0;

  async function logIn(shared: SharedCall<Token>, settling: HttpRequest['settling']): Promise<Token> {
    const text = await options.login(shared, settling ? { settling } : {});
    // A vendor that refuses what comes next may quote it.
    shared.sentTo?.keepToken?.(text);
    // An abandoned login may end after the next one has.
    token ??= { text };
    era += 1;
    return token;
  }

  async function begin(
    shared: SharedCall<Token>,
    settling: HttpRequest['settling'],
    expired: Token | undefined,
  ): Promise<void> {
    login = shared;
    await shared.run(() => {
      const outcome = logIn(shared, settling);
      const remember = () => {
        if (expired) expired.replacement = { outcome, era };
      };
      outcome.then(remember, (error: unknown) => {
        if (isRefusal(error)) remember();
      });
      return outcome;
    });
    if (login === shared) login = undefined;
  }

  function tokenFor(call: Call, settling: HttpRequest['settling'], expired?: Token): Token | Promise<Token> {
    if (token) return token;
    const known = login?.isUnderWay ? login : undefined;
    if (!known && expired?.replacement?.era === era) return expired.replacement.outcome;
    const shared = known ?? new SharedCall<Token>(call);
    const result = shared.join(call);
    if (!known) void begin(shared, settling, expired);
    return result;
  }

  /** Somebody else may have replaced it already. */
  function drop(expired: Token): void {
    if (token === expired) token = undefined;
  }

  return {
    get token() {
      return token?.text;
    },
    forget() {
      token = undefined;
      era += 1;
    },
    async send(call, request, isExpired, settling) {
      const first = await tokenFor(call, settling);
      const response = await request(first.text);
      if (!isExpired(response)) return response;

      drop(first);
      const second = await tokenFor(call, settling, first);
      const answer = await request(second.text);
      if (isExpired(answer)) drop(second);
      return answer;
    },
  };
}
