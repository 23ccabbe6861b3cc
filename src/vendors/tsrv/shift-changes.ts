import { FAILURES, Failure } from '#core/failure.ts';
import type { HttpClient } from '#core/http-client.ts';
import type { Change, Prepared, Settlement } from '#domain/change.ts';
import type { ForwardedMessage } from '#domain/vendor.ts';
import { isSameShift, readShiftState, type ShiftFacts, type ShiftState } from './shift-state.ts';
import { forward, SHIFT_ADDRESS } from './upstream.ts';

/** The shift before anything was sent. */
type Evidence = { readonly token: string; readonly before: ShiftState };

type Decide = (before: ShiftState, after: ShiftState) => Settlement<unknown>;

function refusal(name: 'AVQFR_SHIFT_IS_CLOSED' | 'AVQFR_SHIFT_IS_OPENED'): { refusal: Failure } {
  const { description } = FAILURES[name];
  return { refusal: Failure.told({ name, description, data: { description, name } }) };
}

/** The report of a shift whose Z was lost: what the last X report has told of the shift, and no figures. */
function lostReport(shift: ShiftFacts): unknown {
  return {
    cashier: shift.cashier,
    close_date: null,
    company_name: shift.company_name,
    counters: null,
    device_id: shift.device_id,
    first_sale_number: null,
    last_sale_number: null,
    number: shift.number,
    open_date: shift.open_date,
    sales_count: null,
    tax_number: shift.tax_number,
    uid: null,
  };
}

const decideClosing: Decide = (before, after) => {
  if (before === 'untold' || after === 'untold') return 'undecidable';
  if (before === 'closed') return after === 'closed' ? refusal('AVQFR_SHIFT_IS_CLOSED') : 'undecidable';
  if (after !== 'closed' && isSameShift(before.open, after.open)) return 'not_done';
  return { answer: lostReport(before.open) };
};

const decideOpening: Decide = (before, after) => {
  if (before === 'untold' || after === 'untold') return 'undecidable';
  if (after === 'closed') return 'not_done';
  if (before === 'closed') return { answer: { result: 'Ok' } };
  return isSameShift(before.open, after.open) ? refusal('AVQFR_SHIFT_IS_OPENED') : 'undecidable';
};

const DECISIONS: Readonly<Record<string, Decide>> = { open_shift: decideOpening, close_shift: decideClosing };

/** Who may use the register, told by a PIN that is no part of what is remembered: a repeat may bring another. */
const AUTHORITY = new Set(['authorize', 'logout', 'change_pin_code']);

/** A change of the upstream that leaves nothing behind by which it could be told whether it was done. */
function plainChange(http: HttpClient, message: ForwardedMessage): Change {
  return {
    prepare: async () => ({ evidence: null }),
    send: (_data, _evidence, { call }) => forward(http, message, { effect: 'change' }, call),
    ...(AUTHORITY.has(message.headers.action ?? '') && { isForgotten: true }),
  };
}

function preparedAgain(earlier: Evidence, settled: Settlement<unknown>): Prepared<Evidence, unknown> {
  if (settled === 'undecidable') throw new Failure('VENDOR_OUTCOME_UNKNOWN');
  if (settled === 'not_done') return { evidence: earlier };
  if ('refusal' in settled) throw settled.refusal;
  return settled;
}

/**
 * Opening and closing are told by the number of the shift, which is read first. Whatever else changes something at
 * the upstream cannot be told afterwards.
 */
export function forwardedChange(http: HttpClient, message: ForwardedMessage): Change {
  const { address, headers } = message;
  const { action = '', token } = headers;
  const decide = address === SHIFT_ADDRESS ? DECISIONS[action] : undefined;
  const plain = plainChange(http, message);
  if (!decide || token === undefined) return plain;
  const change: Change<unknown, Evidence> = {
    ...plain,
    async prepare(_data, { call, isDoubtful }, earlier) {
      const state = await readShiftState(http, token, call);
      if (!isDoubtful || !earlier) return { evidence: { token, before: state } };
      // The earlier attempt may have been done since it was looked for.
      return preparedAgain(earlier, decide(earlier.before, state));
    },
    async settle(evidence, { call }) {
      return decide(evidence.before, await readShiftState(http, evidence.token, call, { settling: true }));
    },
  };
  return change;
}
