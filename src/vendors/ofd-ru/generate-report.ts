import { Type } from 'typebox';
import { defineVendorJob } from '#domain/action.ts';
import { FileDescription } from '#domain/job-view.ts';
import type { Cabinet } from './cabinet.ts';
import { OrderData } from './order-data.ts';
import { reportJob } from './report-job.ts';
import { Report } from './report-schema.ts';

/** Orders a report, follows it and downloads it. */
export const generateReport = defineVendorJob<Cabinet>()({
  address: 'ofd_ru.reports',
  action: 'generate_report',
  target: { account: 'ofd-ru' },
  request: OrderData,
  result: Type.Object({ report: Type.Union([Report, Type.Null()]), file: FileDescription }),
  job: ({ vendor }) => reportJob(vendor),
});
