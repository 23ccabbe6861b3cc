import { isSecretHeader, isSecretKey, isSecretKeyOfOurs } from '#core/secret-keys.ts';
import type { SimulatedRequest } from './simulator.ts';

/** How many requests are remembered. */
const KEPT = 200;

/** Under which iiko is shown the token of a session. */
const SESSION_KEY = /^key$/i;

const HIDDEN = '***';

export type SeenRequest = {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, readonly string[]>>;
  readonly headers: Readonly<Record<string, string>>;
  /** As JSON where it is some, else the text; null without one. */
  readonly body: unknown;
};

/** In a body that is a Message of ours, `token` is a register's serial. */
function withoutCredentials(body: unknown): unknown {
  if (Array.isArray(body)) return body.map(withoutCredentials);
  if (typeof body !== 'object' || body === null || 'toJSON' in body) return body;
  return Object.fromEntries(
    Object.entries(body).map(([key, value]) => [
      key,
      isSecretKeyOfOurs(key) || SESSION_KEY.test(key) ? HIDDEN : withoutCredentials(value),
    ]),
  );
}

function seen({ method, path, query, headers, body, text }: SimulatedRequest): SeenRequest {
  const queryValues = [...new Set(query.keys())].map((name) => [
    name,
    isSecretKey(name) || SESSION_KEY.test(name) ? [HIDDEN] : query.getAll(name),
  ]);
  const headerValues = Object.entries(headers).map(([name, value = '']) => [
    name,
    isSecretHeader(name) ? HIDDEN : value,
  ]);
  return {
    method,
    path,
    query: Object.fromEntries(queryValues),
    headers: Object.fromEntries(headerValues),
    body: body === undefined ? text || null : withoutCredentials(body),
  };
}

/** What a simulator was asked lately, oldest first, without credentials: tests count what the vendor saw. */
export class RequestJournal {
  readonly #requests: SeenRequest[] = [];
  #total = 0;

  /** How many there have been, those that are forgotten among them. */
  get total(): number {
    return this.#total;
  }

  add(request: SimulatedRequest): void {
    this.#total += 1;
    this.#requests.push(seen(request));
    if (this.#requests.length > KEPT) this.#requests.shift();
  }

  list(): readonly SeenRequest[] {
    return this.#requests;
  }
}
