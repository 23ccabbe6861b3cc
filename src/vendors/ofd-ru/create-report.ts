import { defineVendorChange } from '#domain/action.ts';
import type { Cabinet } from './cabinet.ts';
import { orderChange } from './order.ts';
import { OrderData } from './order-data.ts';
import { Report } from './report-schema.ts';
import { reportInWords } from './words.ts';

/** Orders a report and answers it as it was taken; 3.1 'Запрос на генерацию пользовательского отчета'. */
export const createReport = defineVendorChange<Cabinet>()({
  address: 'ofd_ru.reports',
  action: 'create_report',
  target: { account: 'ofd-ru' },
  request: OrderData,
  reply: Report,
  change: ({ vendor }) =>
    orderChange(
      vendor,
      ({ row, showPersonalData }) => reportInWords(row.fields, vendor.reading(showPersonalData)) as Report,
    ),
});
