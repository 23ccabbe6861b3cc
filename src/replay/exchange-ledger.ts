import { parseJson } from '#core/json.ts';
import type { FixtureExchange, VendorResponse } from './fixture.ts';
import { compare } from './matcher.ts';

/** A call to a vendor, as its server sees it. */
export type VendorCall = {
  readonly account: string;
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Undefined where nobody can know it yet; it matches anything then. */
  readonly body: string | undefined;
};

/** The exchanges of a fixture and which of them are used. */
export type ExchangeLedger = {
  /** The answer of the first exchange that matches and is not used up, without using it. */
  find(call: VendorCall): VendorResponse | undefined;
  /** The same, and uses it; a call that nothing matches is noted. */
  claim(call: VendorCall): VendorResponse | undefined;
  /** Something that cannot be played as the fixture says. */
  complain(difference: string): void;
  /** From here on, calls that nothing matches are nobody's fault. */
  stopJudging(): void;
  /** Calls that nothing matched, then exchanges that were never used. */
  differences(): string[];
};

/** `/a?b=1` → its path and query. */
export function splitTarget(target: string): Pick<VendorCall, 'path' | 'query'> {
  const at = target.indexOf('?');
  if (at < 0) return { path: target, query: new URLSearchParams() };
  return { path: target.slice(0, at), query: new URLSearchParams(target.slice(at)) };
}

type Entry = { readonly exchange: FixtureExchange; readonly index: number; used: number };

const MAX_NEAR = 3;

function isEmpty(value: unknown): boolean {
  return (
    value === undefined ||
    value === null ||
    (typeof value === 'object' && !Array.isArray(value) && Object.keys(value).length === 0)
  );
}

/** Numbers and truth values are text in a query. */
function asText(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asText);
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
}

function compareQuery(expected: FixtureExchange['request']['query'], call: VendorCall, at: string): string[] {
  return Object.entries(expected ?? {}).flatMap(([name, value]) => {
    const given = call.query.getAll(name);
    const actual = Array.isArray(value) || given.length > 1 ? given : given[0];
    return compare(
      { [name]: asText(value) },
      actual === undefined ? {} : { [name]: actual },
      at,
      'given-keys',
    );
  });
}

function compareHeaders(
  expected: FixtureExchange['request']['headers'],
  call: VendorCall,
  at: string,
): string[] {
  const lowered = Object.entries(expected ?? {}).map(([name, value]) => [name.toLowerCase(), asText(value)]);
  return compare(Object.fromEntries(lowered), call.headers, at, 'given-keys');
}

function bodyOf(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return text;
  }
}

function compareBody(expected: unknown, { body }: VendorCall, at: string): string[] {
  if (isEmpty(expected) || body === undefined || body === expected) return [];
  return compare(expected, bodyOf(body), at, 'given-keys');
}

function isSamePath(expected: string, actual: string): boolean {
  if (expected === actual) return true;
  try {
    return decodeURIComponent(expected) === decodeURIComponent(actual);
  } catch {
    return false;
  }
}

function isSamePlace({ exchange: { vendor, request } }: Entry, call: VendorCall): boolean {
  return vendor === call.account && request.method === call.method && isSamePath(request.path, call.path);
}

/** Why a call to the same place is another one; empty when it is not. */
function differencesOf({ exchange: { request }, index }: Entry, call: VendorCall): string[] {
  const at = `exchanges[${index}].request`;
  return [
    ...compareQuery(request.query, call, `${at}.query`),
    ...compareHeaders(request.headers, call, `${at}.headers`),
    ...compareBody(request.body, call, `${at}.body`),
  ];
}

function isUsedUp({ exchange: { times = 1 }, used }: Entry): boolean {
  return times !== 'any' && used >= times;
}

/** Also says why the exchanges that came near did not fit. */
function describeUnmatched(call: VendorCall, entries: readonly Entry[]): string[] {
  const near = entries.filter((entry) => isSamePlace(entry, call)).slice(0, MAX_NEAR);
  const reasons = near.flatMap((entry) =>
    isUsedUp(entry) ? [`exchanges[${entry.index}] is used up`] : differencesOf(entry, call),
  );
  const query = call.query.size > 0 ? `?${call.query}` : '';
  const place = `exchanges: nothing answers ${call.method} ${call.path}${query} of "${call.account}"`;
  return near.length === 0 ? [place] : [`${place}:`, ...reasons.map((reason) => `  ${reason}`)];
}

function describeUnused(entries: readonly Entry[]): string[] {
  return entries.flatMap(({ exchange: { vendor, request, times = 1, optional }, index, used }) => {
    if (optional || times === 'any' || used >= times) return [];
    const often = times === 1 ? 'never used' : `used ${used} of ${times} times`;
    return [`exchanges[${index}]: ${request.method} ${request.path} of "${vendor}" was ${often}`];
  });
}

/**
 * Matches calls with a fixture's exchanges. It asserts nothing while a call is under way, for the bus would
 * take that for a fault of the vendor; what was wrong is told at the end.
 */
export function createExchangeLedger(exchanges: readonly FixtureExchange[]): ExchangeLedger {
  const entries: Entry[] = exchanges.map((exchange, index) => ({ exchange, index, used: 0 }));
  const complaints: string[] = [];
  let isJudging = true;
  const match = (call: VendorCall) =>
    entries.find(
      (entry) => !isUsedUp(entry) && isSamePlace(entry, call) && differencesOf(entry, call).length === 0,
    );
  return {
    find: (call) => match(call)?.exchange.response,
    claim(call) {
      const entry = match(call);
      if (entry) entry.used += 1;
      else if (isJudging) complaints.push(...describeUnmatched(call, entries));
      return entry?.exchange.response;
    },
    complain(difference) {
      complaints.push(difference);
    },
    stopJudging() {
      isJudging = false;
    },
    differences: () => [...complaints, ...describeUnused(entries)],
  };
}
