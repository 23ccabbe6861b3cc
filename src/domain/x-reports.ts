import type { Call } from '#core/call.ts';
import type { Failure } from '#core/failure.ts';
import type { Register } from './directory.ts';

/** Where a register's figures are asked for: at its own vendor, or in its back office. */
export type ReportSource = Pick<Register, 'token' | 'account' | 'port'> & { readonly isBackoffice?: true };

/** A Report, in a shape of its own where an upstream speaks our protocol, or why there is none. */
export type ReportOutcome = { readonly report: unknown } | { readonly failure: Failure };

/** The X reports of many registers. */
export type XReports = {
  /**
   * Asks them all at once, each joining whoever asks for the same figures meanwhile, and answers in their order. Never
   * rejects, and resolves when `withinMs` are over, or the call's own time where that is earlier: what was sent and
   * not answered by then is `VENDOR_TIMEOUT`, what was still waiting for its turn `BUS_TIMEOUT`.
   */
  ask(sources: readonly ReportSource[], call: Call, withinMs?: number): Promise<readonly ReportOutcome[]>;
};
