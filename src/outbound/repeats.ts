import type { HttpRequest, HttpResponse } from '#core/http.ts';
import type { Outcome } from './outcome.ts';

const REPEATABLE_STATUSES = new Set([429, 500, 502, 503, 504]);
const MAX_REPEATS = 2;
const MS_PER_SECOND = 1000;

type Request = Pick<HttpRequest, 'effect' | 'takesSlot'>;

/** A pause grows threefold, and everybody's is another. */
function jitterMs(repeats: number): number {
  return (100 + Math.random() * 200) * 3 ** repeats;
}

/** RFC 9110 5.6.7: a day of the week and all the rest; `Date.parse` takes `-5` for a year. */
const HTTP_DATE = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? .*\d\d:\d\d:\d\d/;

function httpDate(value: unknown): number | undefined {
  if (typeof value !== 'string' || !HTTP_DATE.test(value)) return undefined;
  // Of the three forms one does not say that it is UTC, which all of them are.
  const at = Date.parse(value.endsWith('GMT') ? value : `${value} GMT`);
  return Number.isNaN(at) ? undefined : at;
}

/** RFC 9110 10.2.3: whole seconds or an HTTP date, by the vendor's clock. Undefined if there is none that can be read. */
function retryAfterMs(headers: HttpResponse['headers'], now: number): number | undefined {
  const value = headers['retry-after'];
  if (typeof value === 'string' && /^\d+$/.test(value)) return Number(value) * MS_PER_SECOND;
  const at = httpDate(value);
  return at === undefined ? undefined : Math.max(0, at - (httpDate(headers.date) ?? now));
}

function maxRepeats({ effect, takesSlot }: Request, outcome: Outcome): number {
  const isReset = 'fault' in outcome && outcome.fault === 'reset' && !outcome.left;
  if (effect === 'document') return isReset ? 1 : 0;
  if (effect === 'change' || takesSlot) return 0;
  if ('fault' in outcome) return isReset ? MAX_REPEATS : 0;
  if (!REPEATABLE_STATUSES.has(outcome.response.status)) return 0;
  if (outcome.response.status !== 500) return MAX_REPEATS;
  // Perhaps how a wrong password is refused: whoever logs in with it again and again is locked out.
  return effect === 'login' ? 0 : 1;
}

/**
 * How long to wait before the attempt is repeated, in milliseconds; undefined: it must not be.
 * `repeats` is how many there have been.
 */
export function pauseBeforeRepeat(
  request: Request,
  outcome: Outcome,
  repeats: number,
  now: number,
): number | undefined {
  if (repeats >= maxRepeats(request, outcome)) return undefined;
  const pauseMs = jitterMs(repeats);
  if ('fault' in outcome || outcome.response.status !== 429) return pauseMs;

  const askedMs = retryAfterMs(outcome.response.headers, now);
  return askedMs === undefined ? undefined : Math.max(askedMs, pauseMs);
}
