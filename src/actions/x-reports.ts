import type { Call, Exchange } from '#core/call.ts';
import { Cancellation } from '#core/cancellation.ts';
import type { Clock } from '#core/clock.ts';
import { Failure } from '#core/failure.ts';
import type { Log } from '#core/log.ts';
import { Report } from '#domain/report.ts';
import type { ReportOutcome, ReportSource, XReports } from '#domain/x-reports.ts';
import { getXReport } from './get-x-report.ts';
import { readKey } from './read-key.ts';
import { deviations } from './validation.ts';
import type { VendorCalls } from './vendor-calls.ts';

/** How long a call may take to notice that its time is over; less than the message itself is given for it. */
const GRACE_MS = 50;

export type XReportsOptions = {
  readonly calls: Pick<VendorCalls, 'joinPart'>;
  readonly clock: Clock;
  readonly log: Log;
};

/** One register's part of a call. */
type Part = {
  readonly exchanges: Exchange[];
  readonly ended: Promise<void>;
  outcome: ReportOutcome | undefined;
};

/** The X reports of registers, read as `get_x_report` reads the one of a single register. */
export function createXReports({ calls, clock, log }: XReportsOptions): XReports {
  /** Our own reports keep the schema, an upstream's are passed as they came. */
  function checked({ account, token }: ReportSource, report: unknown): unknown {
    const wrong = deviations(Report, report);
    if (wrong.length === 0) return report;
    if (account.vendor.forward) {
      // Every read of such a register says so again.
      log.debug({ token, account: account.name, wrong }, 'an upstream reports in a shape of its own');
      return report ?? null;
    }
    const cause = new Error(`the report breaks its schema: ${account.name}: ${JSON.stringify(wrong)}`);
    throw new Failure('BUS_INTERNAL_ERROR', { cause });
  }

  async function read(source: ReportSource, call: Call): Promise<unknown> {
    const { token, account, port, isBackoffice } = source;
    if (!port.getXReport) throw new Failure('BUS_UNSUPPORTED_ACTION');
    const key = readKey(getXReport, null, isBackoffice && { backoffice: account.name });
    return calls.joinPart(token, key, call, async (joined) =>
      checked(source, await port.getXReport?.(joined)),
    );
  }

  /** `limits` are those of all parts. */
  function begin(source: ReportSource, call: Call, limits: Pick<Call, 'deadline' | 'signal'>): Part {
    const exchanges: Exchange[] = [];
    const { traceparent, fresh = false, flow } = call;
    const reading = read(source, { ...limits, exchanges, traceparent, fresh, flow });
    const ended = reading.then(
      (report) => {
        part.outcome = { report };
      },
      (error: unknown) => {
        part.outcome = { failure: Failure.from(error) };
      },
    );
    const part: Part = { exchanges, ended, outcome: undefined };
    return part;
  }

  /** Resolves when all parts have ended, or, with those that are left cut off, soon after the deadline. */
  function untilDue(
    parts: readonly Part[],
    call: Call,
    { deadline, signal }: { readonly deadline: number; readonly signal: Cancellation },
  ): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        timer.cancel();
        call.signal.removeEventListener('abort', cutOff);
        resolve();
      };
      const cutOff = () => {
        timer.cancel();
        timer = clock.setTimeout(end, GRACE_MS);
        signal.abort();
      };
      let timer = clock.setTimeout(cutOff, Math.max(0, deadline - clock.now()));
      call.signal.addEventListener('abort', cutOff, { once: true });
      if (call.signal.aborted) cutOff();
      void Promise.all(parts.map(({ ended }) => ended)).then(end);
    });
  }

  return {
    async ask(sources, call, withinMs = Number.POSITIVE_INFINITY) {
      const deadline = Math.min(clock.now() + withinMs, call.deadline);
      const limits = { deadline, signal: new Cancellation() };
      if (call.signal.aborted) limits.signal.abort();
      const parts = sources.map((source) => begin(source, call, limits));
      await untilDue(parts, call, limits);
      // Registers of one account may have shared a call, which is one all the same.
      for (const exchange of new Set(parts.flatMap(({ exchanges }) => exchanges)))
        call.exchanges.push(exchange);
      return parts.map(({ outcome }) => outcome ?? { failure: new Failure('VENDOR_TIMEOUT') });
    },
  };
}
