import type { Call } from '#core/call.ts';
import type { HttpRequest } from '#core/http.ts';
import type { Change, Settlement } from '#domain/change.ts';
import { formatDateTime } from '#domain/time.ts';
import type { Agreement } from './agreement.ts';
import type { Cabinet } from './cabinet.ts';
import { checkOrder, nameOf, type OrderData, toOrderBody } from './order-data.ts';
import { type ReportList, type ReportRow, readReport } from './report-list.ts';
import { createTag, tagged, tagOf } from './tag.ts';
import type { Reading } from './words.ts';

/** What will prove an order: all that the vendor lists of it. */
export type OrderEvidence = {
  readonly tag: string;
  readonly agreement: Agreement;
  /** RFC 3339, by our clock. */
  readonly since: string;
};

/** An order that was taken: its report, and whose it is. */
export type Taken = { readonly row: ReportRow; readonly agreement: Agreement; readonly reading: Reading };

const ORDER_PATH = '/api/customer/reports';

/** The vendor's clock may be behind ours. */
const CLOCK_SKEW_MS = 60_000;

function createdMs({ created }: ReportRow): number {
  const time = formatDateTime(created, 'UTC');
  return time ? Date.parse(time) : Number.NaN;
}

/** A report ordered since then whose name has no tag: perhaps ours, if the vendor cuts or rewrites names. */
function mayBeOurs(row: ReportRow, { since }: OrderEvidence): boolean {
  return tagOf(row.name) === undefined && createdMs(row) >= Date.parse(since) - CLOCK_SKEW_MS;
}

function settleBy(list: ReportList, evidence: OrderEvidence): ReportRow | 'not_done' | 'undecidable' {
  const ours = list.rows.find(({ name }) => tagOf(name) === evidence.tag);
  if (ours) return ours;
  const isTold = list.isComplete && !list.rows.some((row) => mayBeOurs(row, evidence));
  return isTold ? 'not_done' : 'undecidable';
}

/**
 * 3.1 'Запрос на генерацию пользовательского отчета'. Every order makes a report and uses up the limit, so it is
 * sent once; a lost one is found by the tag in its name. `answer` makes of it what the order is answered with.
 */
export function orderChange<Answer>(
  cabinet: Cabinet,
  answer: (taken: Taken) => Answer,
): Change<OrderData, OrderEvidence, Answer> {
  const { zone, clock } = cabinet;

  function post(data: OrderData, { tag, agreement }: OrderEvidence, call: Call) {
    const wireName = tagged(nameOf(data), tag);
    const body = toOrderBody(data, { wireName, agreementId: agreement.id, zone });
    const request: HttpRequest = { method: 'POST', path: ORDER_PATH, body, effect: 'change' };
    return cabinet.ask(request, call);
  }

  return {
    // A tag is found whatever was ordered since.
    evidenceLasts: true,

    async prepare(data, { call }, earlier) {
      checkOrder(data);
      // Also says, before anything is sent, whether the times are there.
      toOrderBody(data, { wireName: '', agreementId: null, zone });
      if (earlier) return { evidence: earlier };
      const agreement = await cabinet.agreementFor(data.ofd_agreement_id, call);
      return { evidence: { tag: createTag(), agreement, since: new Date(clock.now()).toISOString() } };
    },

    async send(data, evidence, { call, showPersonalData }) {
      const { data: report, complain } = await post(data, evidence, call);
      const row = readReport(report, complain);
      return answer({
        row,
        agreement: evidence.agreement,
        reading: cabinet.reading(showPersonalData, complain),
      });
    },

    async settle(evidence, { call, showPersonalData }): Promise<Settlement<Answer>> {
      const list = await cabinet.listReports(evidence.agreement, call, true);
      const settled = settleBy(list, evidence);
      if (typeof settled === 'string') return settled;
      const reading = cabinet.reading(showPersonalData, list.complain);
      return { answer: answer({ row: settled, agreement: evidence.agreement, reading }) };
    },
  };
}
