import { defineVendorJob } from '#domain/action.ts';
import { FileResult } from '#domain/job-view.ts';
import type { Cabinet } from './cabinet.ts';
import { ReportId } from './ids.ts';
import { downloadJob } from './report-job.ts';

/** Downloads a report, once it is ready. */
export const downloadReport = defineVendorJob<Cabinet>()({
  address: 'ofd_ru.reports',
  action: 'download_report',
  target: { account: 'ofd-ru' },
  request: ReportId,
  result: FileResult,
  job: ({ vendor }) => downloadJob(vendor),
});
