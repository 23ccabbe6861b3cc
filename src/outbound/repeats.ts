import type { HttpRequest } from '#core/http.ts';
import type { Outcome } from './outcome.ts';

const REPEATABLE_STATUSES = new Set([429, 500, 502, 503, 504]);
const MAX_REPEATS = 2;
const MS_PER_SECOND = 1000;

type Request = Pick<HttpRequest, 'effect' | 'takesSlot'>;

/** A pause grows threefold, and everybody's is another. */
function jitterMs(repeats: number): number {
  return (100 + Math.random() * 200) * 3 ** repeats;
}

/** RFC 9110 10.2.3: whole seconds or an HTTP date. Undefined if there is none that can be read. */
function retryAfterMs(value: unknown, now: number): number | undefined {
  if (typeof value !== 'string') return undefined;
  if (/^\s*\d+\s*$/.test(value)) return Number(value) * MS_PER_SECOND;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
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

  const askedMs = retryAfterMs(outcome.response.headers['retry-after'], now);
  return askedMs === undefined ? undefined : Math.max(askedMs, pauseMs);
}
