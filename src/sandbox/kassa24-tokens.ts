import { randomBytes } from 'node:crypto';
import { isJsonObject } from '#core/json.ts';
import { refusal, success, userAnswer } from './kassa24-answers.ts';
import type { Cashier, Kassa24State } from './kassa24-state.ts';
import type { SimulatedRequest, SimulatedResponse } from './simulator.ts';

const LIFETIME_MS = 24 * 3_600_000;

/** How long ago a token that is expired on demand ended: the document's `2h36m46s`. */
const EXPIRED_AGO_MS = ((2 * 60 + 36) * 60 + 46) * 1000;

const segment = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

function createToken(cashier: Cashier, expires: number): string {
  const payload = { IdUser: cashier.id, exp: Math.floor(expires / 1000) };
  return `${segment({ alg: 'HS256', typ: 'JWT' })}.${segment(payload)}.${randomBytes(32).toString('base64url')}`;
}

/** `POST /auth`: a token for 24 hours; further logins leave earlier tokens alone. */
export function login(state: Kassa24State, { body }: SimulatedRequest): SimulatedResponse {
  const { Login, Password } = isJsonObject(body) ? body : {};
  const cashier = state.cashiers.get(String(Login ?? ''));
  if (!cashier || cashier.password !== Password) {
    return refusal(401, 'Unauthorized: неверный логин или пароль');
  }
  const expires = state.clock.now() + LIFETIME_MS;
  const token = createToken(cashier, expires);
  state.tokens.set(token, { cashier, expires });
  return success({ Token: token, User: userAnswer(cashier) });
}

/** `2h36m46s`, as Go prints a duration. */
function goDuration(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return `${hours > 0 ? `${hours}h` : ''}${hours + minutes > 0 ? `${minutes}m` : ''}${seconds % 60}s`;
}

/** The cashier whose token this is, or the 401. */
export function authorize(state: Kassa24State, { headers }: SimulatedRequest): Cashier | SimulatedResponse {
  const token = /^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1];
  const session = token === undefined ? undefined : state.tokens.get(token);
  if (!session) return refusal(401, 'Unauthorized');
  const overdue = state.clock.now() - session.expires;
  if (overdue < 0) return session.cashier;
  return refusal(401, `Unauthorized: token is expired by ${goDuration(overdue)}`);
}

/** Makes every token a token of yesterday. */
export function expireTokens(state: Kassa24State): void {
  for (const session of state.tokens.values()) session.expires = state.clock.now() - EXPIRED_AGO_MS;
}
