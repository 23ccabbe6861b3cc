import type { Call } from '#core/call.ts';
import { Failure } from '#core/failure.ts';
import type { HttpRequest } from '#core/http.ts';
import { defineVendorChange } from '#domain/action.ts';
import type { Change } from '#domain/change.ts';
import { vendorFailure } from '#outbound/vendor-failure.ts';
import type { Agreement } from './agreement.ts';
import type { Cabinet } from './cabinet.ts';
import { ReportId } from './ids.ts';
import { findReport, isIn, type ReportRow, readReport } from './report-list.ts';
import { Report } from './report-schema.ts';
import { cancelPath, queryOfUrl, reportPath } from './report-url.ts';
import { reportInWords } from './words.ts';

type EndEvidence = {
  readonly agreement: Agreement;
  /** As the vendor's own URL says it, else as the document does. */
  readonly query: readonly (readonly [string, string])[];
};

/** What ends a report: how it is asked for, and when there is nothing to ask for. */
type Ending = {
  request(id: string, query: EndEvidence['query']): HttpRequest;
  query(row: ReportRow | undefined, id: string, agreement: Agreement): EndEvidence['query'];
  /** Throws when the report is beyond it. */
  check(row: ReportRow): void;
};

/** Is the refusal that there is no such report? Then it is gone, and that is what was wanted. */
function saysGone(caught: unknown): boolean {
  const details = caught instanceof Failure ? caught.details : undefined;
  return details !== undefined && 'code' in details && details.code === 'ReportNotFound';
}

function goneReport(id: string): Report {
  return { id, status: 'Deleted' };
}

function endChange(cabinet: Cabinet, ending: Ending): Change<ReportId, EndEvidence & { id: string }, Report> {
  const words = (row: ReportRow, showPersonalData: boolean) =>
    reportInWords(row.fields, cabinet.reading(showPersonalData)) as Report;

  async function find(id: string, { isOwn }: Agreement, call: Call, settling: boolean) {
    const list = await cabinet.listReports(isOwn, call, settling);
    return { row: findReport(list, id), isComplete: list.isComplete };
  }

  return {
    async prepare({ id, ofd_agreement_id: given }, { call, showPersonalData }, earlier) {
      const agreement = earlier?.agreement ?? (await cabinet.agreementFor(given, call));
      const { row, isComplete } = await find(id, agreement, call, false);
      // A part of the list says nothing of what is not in it; the vendor itself will.
      if (!row && isComplete) return { answer: goneReport(id) };
      if (row && isIn(row, 'Deleted')) return { answer: words(row, showPersonalData) };
      if (row) ending.check(row);
      return { evidence: { id, agreement, query: ending.query(row, id, agreement) } };
    },

    async send({ id }, { query }, { call, showPersonalData }) {
      try {
        const { data, complain } = await cabinet.ask(ending.request(id, query), call);
        // 4 shows the deleted report; what cancelling answers is not documented.
        const hasReport = typeof data === 'object' && data !== null && 'Id' in data;
        return hasReport ? words(readReport(data, complain), showPersonalData) : goneReport(id);
      } catch (caught) {
        if (saysGone(caught)) return goneReport(id);
        throw caught;
      }
    },

    async settle({ id, agreement }, { call, showPersonalData }) {
      const { row, isComplete } = await find(id, agreement, call, true);
      if (!row) return isComplete ? { answer: goneReport(id) } : 'undecidable';
      return isIn(row, 'Deleted') ? { answer: words(row, showPersonalData) } : 'not_done';
    },
  };
}

function agreementQuery(name: string, { id }: Agreement): EndEvidence['query'] {
  return id === null ? [] : [[name, id]];
}

/** 4 'Удаление файла сгенерированного пользовательского отчета', table 5. */
function deletion({ baseUrl }: Cabinet): Ending {
  return {
    request: (id, query) => ({ method: 'DELETE', path: reportPath(id), query, effect: 'change' }),
    query: (row, id, agreement) =>
      queryOfUrl(row?.fields.DeleteUrl, reportPath(row?.id ?? id), baseUrl) ?? [
        ...agreementQuery('ofdAgreementId', agreement),
        ...agreementQuery('command.ofdAgreementId', agreement),
        ['command.id', id],
      ],
    check() {},
  };
}

/** Table 2, `CancelUrl`: a GET that changes something. Only what is not ready yet can be cancelled. */
function cancellation({ baseUrl, http }: Cabinet): Ending {
  return {
    request: (id, query) => ({ method: 'GET', path: cancelPath(id), query, effect: 'change' }),
    query: (row, id, agreement) =>
      queryOfUrl(row?.fields.CancelUrl, cancelPath(row?.id ?? id), baseUrl) ??
      agreementQuery('ofdAgreementId', agreement),
    check(row) {
      if (!isIn(row, 'Done', 'Error')) return;
      throw vendorFailure('VENDOR_REJECTED', http, {
        status: 200,
        code: 'report_ended',
        message: `отчёт уже в состоянии ${row.status}`,
        description: 'отменить можно только отчёт, который ещё не сформирован; готовый удаляет delete_report',
      });
    },
  };
}

export function cancelChange(cabinet: Cabinet): Change<ReportId, EndEvidence & { id: string }, Report> {
  return endChange(cabinet, cancellation(cabinet));
}

/** Cancels a report that is not ready yet. Already gone is done. */
export const cancelReport = defineVendorChange<Cabinet>()({
  address: 'ofd_ru.reports',
  action: 'cancel_report',
  target: { account: 'ofd-ru' },
  request: ReportId,
  reply: Report,
  change: ({ vendor }) => cancelChange(vendor),
});

/** Deletes a report and its file. Already gone is done. */
export const deleteReport = defineVendorChange<Cabinet>()({
  address: 'ofd_ru.reports',
  action: 'delete_report',
  target: { account: 'ofd-ru' },
  request: ReportId,
  reply: Report,
  change: ({ vendor }) => endChange(vendor, deletion(vendor)),
});
