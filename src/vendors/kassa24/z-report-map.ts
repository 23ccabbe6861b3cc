import type { Report } from '#domain/report.ts';
import type { Desk } from './desk.ts';
import { toCounters } from './map.ts';
import type { Closed } from './shift-closing.ts';
import { readZReport } from './wire.ts';

/** The Report of a shift that has been closed; without a body its figures are not known. */
export function toZReport({ report, z, uid }: Closed, { time }: Desk): Report {
  if (!z) return { ...report, uid };
  const told = readZReport(z.answer.data, { ...time, isLenient: true }, z.answer.unreadable);
  return {
    ...report,
    close_date: told.dateClose ?? report.close_date,
    counters: toCounters(told),
    open_date: report.open_date ?? told.dateOpen,
    sales_count: told.sales.qty,
    uid,
  };
}
