import type { HttpRequest } from '#core/http.ts';

/** A request as it goes out; made once, however often it is sent. */
export type OutgoingRequest = {
  readonly method: HttpRequest['method'];
  /** With the account's prefix and the query: holds secrets. */
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string | null;
};

/** Header names in lower case, so that a request's replace the account's. */
export function lowerCaseNames(headers: Readonly<Record<string, string>>): Record<string, string> {
  const lowered: Record<string, string> = {};
  for (const name of Object.keys(headers)) {
    const value = headers[name];
    if (value !== undefined) lowered[name.toLowerCase()] = value;
  }
  return lowered;
}

function queryOf(query: HttpRequest['query']): string {
  if (query === undefined || query.length === 0) return '';
  const pairs = query.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`);
  return `?${pairs.join('&')}`;
}

function bodyOf(body: unknown): string | null {
  if (body === undefined) return null;
  return typeof body === 'string' ? body : JSON.stringify(body);
}

/** `accountHeaders` in lower case. */
export function toOutgoingRequest(
  request: HttpRequest,
  prefix: string,
  accountHeaders: Readonly<Record<string, string>>,
  traceparent: string | undefined,
): OutgoingRequest {
  const headers = { ...accountHeaders };
  const body = bodyOf(request.body);
  if (body !== null) headers['content-type'] = 'application/json';
  if (traceparent !== undefined) headers.traceparent = traceparent;
  if (request.headers) Object.assign(headers, lowerCaseNames(request.headers));
  return { method: request.method, path: prefix + request.path + queryOf(request.query), headers, body };
}
