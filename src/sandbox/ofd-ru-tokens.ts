import { randomBytes } from 'node:crypto';
import { isJsonObject } from '#core/json.ts';
import { bare, failed, naiveUtc } from './ofd-ru-answers.ts';
import type { OfdRuState, User } from './ofd-ru-state.ts';
import type { SimulatedRequest, SimulatedResponse } from './simulator.ts';

const LIFETIME_MS = 3_600_000;
const TOKEN_BYTES = 16;
const MS_PER_SECOND = 1000;

/** Requests that left a second apart may arrive a little closer. */
const TOLERANCE_MS = 100;

/** Undocumented: the vendor says only that there may be one request a second. */
function tooOften(state: OfdRuState, user: User): SimulatedResponse | undefined {
  const now = state.clock.now();
  const since = now - (state.lastRequest.get(user) ?? Number.NEGATIVE_INFINITY);
  if (state.perSecond > 0 && since < MS_PER_SECOND / state.perSecond - TOLERANCE_MS) {
    return failed('TooManyRequests', 429);
  }
  state.lastRequest.set(user, now);
  return undefined;
}

/** 1.1 'Авторизация через AuthToken': a wrong password is answered by 403 and an empty object. */
export function login(state: OfdRuState, { body }: SimulatedRequest): SimulatedResponse {
  const { Login, Password } = isJsonObject(body) ? body : {};
  const user = state.users.get(String(Login ?? ''));
  if (!user || user.password !== Password) return { status: 403, body: {} };
  const refusal = tooOften(state, user);
  if (refusal) return refusal;
  const token = randomBytes(TOKEN_BYTES).toString('hex');
  const now = state.clock.now();
  const expires = now + LIFETIME_MS;
  for (const [old, session] of state.tokens) if (session.expires <= now) state.tokens.delete(old);
  state.tokens.set(token, { user, expires });
  return bare({ AuthToken: token, ExpirationDateUtc: naiveUtc(expires) });
}

/** The user whose token this is, or the refusal. */
export function authorize(state: OfdRuState, { query }: SimulatedRequest): User | SimulatedResponse {
  const session = state.tokens.get(query.get('AuthToken') ?? '');
  if (!session || session.expires <= state.clock.now()) return failed('AccessDenied', 403);
  return tooOften(state, session.user) ?? (state.isLocked ? failed('AccessDenied', 403) : session.user);
}

/** Makes every token that was given for a login a token of yesterday; tokens of the configuration stay. */
export function expireTokens(state: OfdRuState): void {
  for (const session of state.tokens.values()) {
    if (Number.isFinite(session.expires)) session.expires = state.clock.now();
  }
}
