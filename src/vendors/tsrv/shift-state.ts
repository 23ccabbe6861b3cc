import type { Call } from '#core/call.ts';
import { Failure } from '#core/failure.ts';
import type { HttpRequest } from '#core/http.ts';
import type { HttpClient } from '#core/http-client.ts';
import { isJsonObject } from '#core/json.ts';
import { askXReport } from './upstream.ts';

/** What a Report tells of a shift itself, as the upstream spells it. */
export type ShiftFacts = Readonly<Record<(typeof FACTS)[number], unknown>>;

const FACTS = ['cashier', 'company_name', 'device_id', 'number', 'open_date', 'tax_number'] as const;

/** The register's shift as its X report tells it; `untold`: the upstream answers, and does not tell. */
export type ShiftState = { readonly open: ShiftFacts } | 'closed' | 'untold';

function factsOf(report: unknown): ShiftFacts | undefined {
  if (!isJsonObject(report) || typeof report.number !== 'number') return undefined;
  return Object.fromEntries(FACTS.map((key) => [key, report[key] ?? null])) as ShiftFacts;
}

/** Rejects when the upstream cannot be reached now. */
export async function readShiftState(
  http: HttpClient,
  token: string,
  call: Call,
  settling: Pick<HttpRequest, 'settling'> = {},
): Promise<ShiftState> {
  try {
    const open = factsOf(await askXReport(http, token, call, settling));
    return open ? { open } : 'untold';
  } catch (caught) {
    const failure = Failure.from(caught);
    if (failure.name === 'AVQFR_SHIFT_IS_CLOSED') return 'closed';
    if (failure.foreign || failure.name === 'VENDOR_BAD_RESPONSE') return 'untold';
    throw failure;
  }
}

/** Is it the same shift, by its number? */
export function isSameShift(one: ShiftFacts, other: ShiftFacts): boolean {
  return one.number === other.number;
}
