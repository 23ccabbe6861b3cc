import { Type } from 'typebox';
import { defineVendorAction } from '#domain/action.ts';
import { vendorFailure } from '#outbound/vendor-failure.ts';
import type { Cabinet } from './cabinet.ts';
import { ERROR_NAMES } from './error-names.ts';
import { ReportId } from './ids.ts';
import { findReport } from './report-list.ts';
import { Report, ReportListReply } from './report-schema.ts';
import { reportInWords } from './words.ts';

/** 3.2 'Загрузка списка отчетов', of the account's own agreement. */
export const listReports = defineVendorAction<Cabinet>()({
  address: 'ofd_ru.reports',
  action: 'list_reports',
  target: { account: 'ofd-ru' },
  effect: 'read',
  request: Type.Null(),
  reply: ReportListReply,
  async handle(_data, { vendor, call, client, headers }) {
    if (headers.refresh) vendor.forgetAgreement();
    const { fields } = await vendor.listReports(true, call);
    return reportInWords(fields, vendor.reading(client.seesPersonalData)) as ReportListReply;
  },
});

/** One report of the list: the vendor has no way to ask for one. `VENDOR_REJECTED` (`ReportNotFound`) without it. */
export const getReport = defineVendorAction<Cabinet>()({
  address: 'ofd_ru.reports',
  action: 'get_report',
  target: { account: 'ofd-ru' },
  effect: 'read',
  request: ReportId,
  reply: Report,
  async handle({ id, ofd_agreement_id: given }, { vendor, call, client, headers }) {
    if (headers.refresh) vendor.forgetAgreement();
    // Which agreement its own is does not matter: INN and KPP lead to the list.
    const isOwn = given === undefined || (await vendor.agreementFor(given, call)).isOwn;
    const list = await vendor.listReports(isOwn, call);
    const row = findReport(list, id);
    if (row) return reportInWords(row.fields, vendor.reading(client.seesPersonalData)) as Report;
    throw vendorFailure('VENDOR_REJECTED', vendor.http, {
      status: 200,
      code: 'ReportNotFound',
      message: list.isComplete ? '' : 'список отчётов пришёл не целиком',
      description: ERROR_NAMES.ReportNotFound?.description ?? '',
    });
  },
});
