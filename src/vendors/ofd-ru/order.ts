import type { Call } from '#core/call.ts';
import type { HttpRequest } from '#core/http.ts';
import type { Change, Settlement } from '#domain/change.ts';
import { formatDateTime } from '#domain/time.ts';
import type { Agreement } from './agreement.ts';
import type { Cabinet } from './cabinet.ts';
import { checkOrder, nameOf, type OrderData, toOrderBody } from './order-data.ts';
import { type ReportList, type ReportRow, readReport } from './report-list.ts';
import { tagged, tagOf, toTag } from './tag.ts';

/** What will prove an order: all that the vendor lists of it. */
export type OrderEvidence = {
  readonly tag: string;
  readonly agreement: Agreement;
  /** RFC 3339, by our clock. */
  readonly since: string;
  /** What the vendor tells of the report as it was ordered; absent in what an older version wrote down. */
  readonly body?: Readonly<Record<string, unknown>>;
};

/** The keys by which reports without a name differ. */
const TOLD = ['ReportType', 'DateFrom', 'DateTo'] as const;

/** An order that was taken: its report, whose it is, and who ordered it. */
export type Taken = {
  readonly row: ReportRow;
  readonly agreement: Agreement;
  readonly showPersonalData: boolean;
};

const ORDER_PATH = '/api/customer/reports';

/** The vendor's clock may be behind ours. */
const CLOCK_SKEW_MS = 60_000;

function createdMs({ created }: ReportRow): number {
  const time = formatDateTime(created, 'UTC');
  return time ? Date.parse(time) : Number.NaN;
}

/** Comparable: the vendor tells the period in the same wall clock, without its offset and fractions. */
function comparable(value: unknown): string | undefined {
  const text = typeof value === 'string' ? value.trim().toLowerCase() : '';
  return text === '' ? undefined : text.replace(/^(\d{4}-\d{2}-\d{2}t\d{2}:\d{2}:\d{2}).*$/, '$1');
}

/** Has the report another type or period? What either does not tell makes no difference. */
function isOther({ fields }: ReportRow, { body = {} }: OrderEvidence): boolean {
  return TOLD.some((key) => {
    const [told, ordered] = [comparable(fields[key]), comparable(body[key])];
    return told !== undefined && ordered !== undefined && told !== ordered;
  });
}

/**
 * A report like it that was ordered since then, and whose name has no tag: perhaps ours, if the vendor cuts or
 * rewrites names.
 */
function mayBeOurs(row: ReportRow, evidence: OrderEvidence): boolean {
  const isLater = createdMs(row) >= Date.parse(evidence.since) - CLOCK_SKEW_MS;
  return tagOf(row.name) === undefined && isLater && !isOther(row, evidence);
}

function settleBy(list: ReportList, evidence: OrderEvidence): ReportRow | 'not_done' | 'undecidable' {
  const ours = list.rows.find(({ name }) => tagOf(name) === evidence.tag);
  if (ours) return ours;
  const isTold = list.isComplete && !list.rows.some((row) => mayBeOurs(row, evidence));
  return isTold ? 'not_done' : 'undecidable';
}

/**
 * 3.1 'Запрос на генерацию пользовательского отчета'. Every order makes a report and uses up the limit, so it is
 * sent once; a lost one is found by the tag in its name. `answer` makes of it what the order is answered with; it must
 * not throw, since the order would never be settled then.
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

    async prepare(data, { call, operation }, earlier) {
      checkOrder(data, zone);
      if (earlier) return { evidence: earlier };
      const agreement = await cabinet.agreementFor(data.ofd_agreement_id, call);
      const sent = toOrderBody(data, { wireName: '', agreementId: agreement.id, zone });
      const body = Object.fromEntries(TOLD.map((key) => [key, sent[key]]));
      const since = new Date(clock.now()).toISOString();
      return { evidence: { tag: toTag(operation), agreement, since, body } };
    },

    async send(data, evidence, { call, showPersonalData }) {
      const { data: report, complain } = await post(data, evidence, call);
      const row = readReport(report, complain);
      const told = tagOf(row.name);
      if (told !== undefined && told !== evidence.tag) {
        throw complain('other_report', 'ответ на заказ рассказывает о другом отчёте');
      }
      return answer({ row, agreement: evidence.agreement, showPersonalData });
    },

    async settle(evidence, { call, showPersonalData }): Promise<Settlement<Answer>> {
      const { agreement } = evidence;
      const settled = settleBy(await cabinet.listReports(agreement.isOwn, call, true), evidence);
      if (typeof settled === 'string') return settled;
      return { answer: answer({ row: settled, agreement, showPersonalData }) };
    },
  };
}
