import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import type { SimulatedRequest } from './simulator.ts';

/**
 * One disturbance of a simulator, the body of `POST /_sandbox/faults`. It waits `delay_ms` first, then does what
 * `fault` says, or answers `status`, `body` or `text`, `headers`; without these the simulator answers, and its answer is
 * only late, or has other texts (`replace`) or further `headers`.
 */
export const Fault = Type.Object(
  {
    method: Type.Optional(Type.Enum(['GET', 'POST', 'PUT', 'DELETE'])),
    /** Exact, or a prefix that ends in `*`; without it every path. */
    path: Type.Optional(Type.String({ pattern: '^(/|\\*$)' })),
    /** A text that is in the request's body: where every request has the same path, this says what is asked. */
    asks: Type.Optional(Type.String({ minLength: 1 })),
    /** How many requests it hits; 0: all until it is cleared. */
    times: Type.Optional(Type.Integer({ minimum: 0 })),
    /** How many fitting requests it lets pass first. */
    skip: Type.Optional(Type.Integer({ minimum: 0 })),
    delay_ms: Type.Optional(Type.Integer({ minimum: 0, maximum: 3_600_000 })),
    /** The last three carry the request out, the others do not; `trickle` sends a byte of its answer a second. */
    fault: Type.Optional(
      Type.Enum(['reset', 'hang', 'html', 'not_json', 'truncate', 'lost_answer', 'trickle']),
    ),
    status: Type.Optional(Type.Integer({ minimum: 200, maximum: 599 })),
    body: Type.Optional(Type.Unknown()),
    text: Type.Optional(Type.String()),
    /** They replace the simulator's own: `date` makes its clock wrong. */
    headers: Type.Optional(Type.Record(Type.String(), Type.String())),
    /** Texts in the body of the simulator's answer, and what stands there instead: another register's number. */
    replace: Type.Optional(Type.Record(Type.String({ minLength: 1 }), Type.String())),
    /** Seconds, sent as `Retry-After`; without a `status` the answer is a 429. */
    retry_after: Type.Optional(Type.Integer({ minimum: 0 })),
  },
  { additionalProperties: false },
);
export type Fault = Static<typeof Fault>;

const checked = Compile(Fault);

/** Does this fault answer with something of its own? */
export function isScripted(fault: Fault): boolean {
  return [fault.status, fault.body, fault.text, fault.retry_after].some((part) => part !== undefined);
}

/** Does it change an answer? */
function isAltering({ headers, replace }: Fault): boolean {
  return headers !== undefined || replace !== undefined;
}

/** What is wrong with a fault, one sentence each; empty when it is fine. */
function complaintsOf(value: unknown): string[] {
  const unreadable = checked.Errors(value).flatMap((error) => {
    if (error.keyword === 'boolean') return [];
    const { additionalProperties, allowedValues }: Record<string, unknown> = error.params;
    const names = additionalProperties ?? allowedValues;
    const hint = Array.isArray(names) ? `: ${names.join(', ')}` : '';
    return [`${error.instancePath || 'the fault'} ${error.message}${hint}`];
  });
  if (unreadable.length > 0) return unreadable;
  const fault = value as Fault;
  return [
    fault.fault !== undefined &&
      (isScripted(fault) || isAltering(fault)) &&
      'a `fault` has no answer of its own',
    fault.body !== undefined && fault.text !== undefined && '`body` and `text` exclude each other',
    fault.replace && isScripted(fault) && "`replace` is about the simulator's own answer",
    fault.fault === undefined &&
      !isScripted(fault) &&
      !isAltering(fault) &&
      fault.delay_ms === undefined &&
      'the fault does nothing',
  ].filter((complaint) => typeof complaint === 'string');
}

function fits(fault: Fault, { method, path, text }: Disturbed): boolean {
  if (fault.method !== undefined && fault.method !== method) return false;
  if (fault.asks !== undefined && !text.includes(fault.asks)) return false;
  if (fault.path === undefined) return true;
  return fault.path.endsWith('*') ? path.startsWith(fault.path.slice(0, -1)) : path === fault.path;
}

/** What of a request decides whether a fault hits it. */
type Disturbed = Pick<SimulatedRequest, 'method' | 'path' | 'text'>;

type Pending = { readonly id: number; readonly fault: Fault; skip: number; left: number };

export type PendingFault = Fault & { readonly id: number; readonly left: number | null };

/** The faults of one simulator, in the order they were added. */
export class Faults {
  #pending: Pending[] = [];
  #lastId = 0;

  /** Adds a fault, or says what is wrong with it. */
  add(value: unknown): PendingFault | { readonly complaints: readonly string[] } {
    const complaints = complaintsOf(value);
    if (complaints.length > 0) return { complaints };
    const fault = value as Fault;
    const left = fault.times === 0 ? Number.POSITIVE_INFINITY : (fault.times ?? 1);
    this.#lastId += 1;
    const pending = { id: this.#lastId, fault, skip: fault.skip ?? 0, left };
    this.#pending.push(pending);
    return shown(pending);
  }

  /** Those that can still hit; `left` is null for a fault without end. */
  list(): PendingFault[] {
    return this.#pending.map(shown);
  }

  clear(): void {
    this.#pending = [];
  }

  /** The fault that this request suffers, used up by it. A fault that still skips leaves it to the next one. */
  take(request: Disturbed): Fault | undefined {
    for (const pending of this.#pending) {
      if (!fits(pending.fault, request)) continue;
      if (pending.skip > 0) {
        pending.skip -= 1;
        continue;
      }
      pending.left -= 1;
      if (pending.left === 0) this.#pending = this.#pending.filter((other) => other !== pending);
      return pending.fault;
    }
    return undefined;
  }
}

function shown({ id, fault, left }: Pending): PendingFault {
  return { ...fault, id, left: Number.isFinite(left) ? left : null };
}
