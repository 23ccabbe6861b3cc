import type { Exchange, Fault } from '#core/call.ts';
import type { HttpRequest, HttpResponse } from '#core/http.ts';
import { parseJson } from '#core/json.ts';
import type { FixtureExchange, VendorResponse } from './fixture.ts';

/** What can be played again; other faults depend on the machine or on what went before. */
const FAULTS: Readonly<Partial<Record<Fault, VendorResponse['fault']>>> = {
  refused: 'refuse',
  reset: 'reset',
  timeout: 'hang',
  truncated: 'truncate',
};

/** Headers that say nothing of the conversation, or that a replay writes itself. */
const DULL = new Set(
  (
    'accept accept-encoding accept-language user-agent host traceparent tracestate content-type content-length ' +
    'content-encoding transfer-encoding connection keep-alive date server vary etag cache-control expires pragma ' +
    'last-modified strict-transport-security x-powered-by x-request-id via age alt-svc'
  ).split(' '),
);

/** Why the exchange cannot be played again; undefined when it can. */
export function unplayableFault({ outcome }: Exchange): Fault | undefined {
  return 'fault' in outcome && FAULTS[outcome.fault] === undefined ? outcome.fault : undefined;
}

/** Went the answer's body into a file? Then nothing of it is left to be played again. */
export function isDownload({ outcome }: Exchange): boolean {
  return 'status' in outcome && outcome.file !== undefined;
}

function told<T>(headers: Readonly<Record<string, T | undefined>>): [string, T][] {
  return Object.entries(headers).flatMap(([name, value]) =>
    value === undefined || DULL.has(name.toLowerCase()) ? [] : [[name, value]],
  );
}

function queryOf(query: HttpRequest['query'] = []): Record<string, string | string[]> {
  const values = new Map<string, string[]>();
  for (const [name, value] of query) values.set(name, [...(values.get(name) ?? []), value]);
  return Object.fromEntries(
    [...values].map(([name, all]) => [name, all.length === 1 ? String(all[0]) : all]),
  );
}

/** A body as it was written out, so that what only JSON can say (exact numbers) is kept. */
function sentBody(body: unknown): unknown {
  return body === undefined || typeof body === 'string' ? body : parseJson(JSON.stringify(body));
}

function toRequest({ method, path, query, headers = {}, body }: HttpRequest): FixtureExchange['request'] {
  const parts = { query: queryOf(query), headers: Object.fromEntries(told(headers)), body: sentBody(body) };
  const given = Object.entries(parts).filter(
    ([, part]) => part !== undefined && (typeof part !== 'object' || Object.keys(part ?? {}).length > 0),
  );
  return { method, path, ...Object.fromEntries(given) };
}

function jsonOf(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

function toResponse({ status, headers, text }: HttpResponse): VendorResponse {
  const body = jsonOf(text);
  const type = headers['content-type'];
  const isUsual =
    type === undefined || String(type).startsWith(body === undefined ? 'text/plain' : 'application/json');
  const kept = Object.fromEntries([
    ...(isUsual ? [] : [['content-type', String(type)] as const]),
    ...told(headers).map(([name, value]) => [name, typeof value === 'string' ? value : [...value]] as const),
  ]);
  return {
    status,
    ...(Object.keys(kept).length > 0 && { headers: kept }),
    ...(body !== undefined ? { body } : text !== '' && { text }),
  };
}

/** One attempt as a fixture's exchange, secrets and all. */
export function toFixtureExchange({ account, request, outcome }: Exchange): FixtureExchange {
  const fault = 'fault' in outcome ? FAULTS[outcome.fault] : undefined;
  const response = 'fault' in outcome ? { fault: fault ?? 'reset' } : toResponse(outcome);
  return { vendor: account, request: toRequest(request), response };
}
