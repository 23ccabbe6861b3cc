import type { Call } from '#core/call.ts';
import { Failure } from '#core/failure.ts';
import { type Counter, emptyCounter, type Report } from '#domain/report.ts';

/** A report with one counter. */
export function fakeReport(currency: string, figures: Partial<Counter> = {}): Report {
  return {
    cashier: null,
    close_date: null,
    company_name: null,
    counters: [{ ...emptyCounter(currency), ...figures }],
    device_id: 1,
    first_sale_number: null,
    last_sale_number: null,
    number: 1,
    open_date: null,
    sales_count: null,
    tax_number: null,
    uid: null,
  };
}

/** A vendor that answers never, and notices when nobody waits any more. */
export function hangs({ signal }: Call): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Failure('BUS_TIMEOUT')));
  });
}
