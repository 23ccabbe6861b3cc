import type { SimulatedRequest } from './simulator.ts';

/** How many requests are remembered. */
const KEPT = 200;

const HEADER_WITH_CREDENTIALS = /auth|cookie|token|key/i;
const FIELD_WITH_CREDENTIALS = /^(pass(word)?|pin|puk|key|secret|(auth|access)_?token)$/i;
const HIDDEN = '***';

export type SeenRequest = {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, readonly string[]>>;
  readonly headers: Readonly<Record<string, string>>;
  /** As JSON where it is some, else the text; null without one. */
  readonly body: unknown;
};

function withoutCredentials(body: unknown): unknown {
  if (Array.isArray(body)) return body.map(withoutCredentials);
  if (typeof body !== 'object' || body === null || 'toJSON' in body) return body;
  return Object.fromEntries(
    Object.entries(body).map(([key, value]) => [
      key,
      FIELD_WITH_CREDENTIALS.test(key) ? HIDDEN : withoutCredentials(value),
    ]),
  );
}

function seen({ method, path, query, headers, body, text }: SimulatedRequest): SeenRequest {
  const queryValues = [...new Set(query.keys())].map((name) => [
    name,
    FIELD_WITH_CREDENTIALS.test(name) || /^token$/i.test(name) ? [HIDDEN] : query.getAll(name),
  ]);
  const headerValues = Object.entries(headers).map(([name, value = '']) => [
    name,
    HEADER_WITH_CREDENTIALS.test(name) ? HIDDEN : value,
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

  add(request: SimulatedRequest): void {
    this.#requests.push(seen(request));
    if (this.#requests.length > KEPT) this.#requests.shift();
  }

  list(): readonly SeenRequest[] {
    return this.#requests;
  }
}
