import { reportAnswer } from './ofd-ru-reports.ts';
import type { OfdRuState, ReportState, SimulatedReport } from './ofd-ru-state.ts';
import { expireTokens } from './ofd-ru-tokens.ts';

const STATES: readonly ReportState[] = ['Todo', 'Processing', 'Done', 'Error', 'Deleted'];

type Change = (state: OfdRuState, value: unknown) => void;

function numberOf(key: string, value: unknown, least: number): number {
  if (typeof value === 'number' && value >= least) return value;
  throw new Error(`${key} is a number from ${least}`);
}

function isTrue(key: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw new Error(`${key} is true or false`);
}

const CHANGES: Readonly<Record<string, Change>> = {
  expire_tokens: (state, value) => {
    if (isTrue('expire_tokens', value)) expireTokens(state);
  },
  /** Of reports that are ordered from now on. */
  speed: (state, value) => {
    const speed = numberOf('speed', value, 0);
    if (speed === 0) throw new Error('speed is above 0');
    state.speed = speed;
  },
  per_second: (state, value) => {
    state.perSecond = numberOf('per_second', value, 0);
  },
  page_size: (state, value) => {
    state.pageSize = numberOf('page_size', value, 1);
  },
  /** Lists come in pages although none were asked for. */
  always_paged: (state, value) => {
    state.alwaysPaged = isTrue('always_paged', value);
  },
  max_days: (state, value) => {
    state.maxDays = numberOf('max_days', value, 0);
  },
  locked: (state, value) => {
    state.isLocked = isTrue('locked', value);
  },
  /** Of every cabinet. */
  limit: (state, value) => {
    const limit = numberOf('limit', value, 0);
    for (const agreement of state.agreements.values()) agreement.limit = limit;
  },
};

function findReport(state: OfdRuState, id: unknown): SimulatedReport {
  const report =
    id === 'last' ? state.reports.at(-1) : state.reports.find((candidate) => candidate.id === id);
  if (!report) throw new Error('report is "last" or the id of a report');
  return report;
}

function setState(state: OfdRuState, report: SimulatedReport, value: unknown): void {
  const wanted = STATES.find((candidate) => candidate === value);
  if (!wanted) throw new Error(`state is one of ${STATES.join(', ')}`);
  report.fixed = wanted;
  if (wanted === 'Done') report.ends = Math.min(report.ends, state.clock.now());
}

/**
 * `{report: "last" | id, state: "Todo" | …}` (it stays so), and any of `expire_tokens`, `speed`, `per_second` (0: no
 * limit), `page_size`, `always_paged`, `max_days`, `locked`, `limit`. Answers how the vendor is doing.
 */
export function control(state: OfdRuState, change: Readonly<Record<string, unknown>>): unknown {
  const { report, state: wanted, ...changes } = change;
  const unknown = Object.keys(changes).filter((key) => !Object.hasOwn(CHANGES, key));
  if (unknown.length > 0) {
    throw new Error(
      `unknown: ${unknown.join(', ')}; there are: report, state, ${Object.keys(CHANGES).join(', ')}`,
    );
  }
  for (const [key, value] of Object.entries(changes)) CHANGES[key]?.(state, value);
  if (report !== undefined || wanted !== undefined) setState(state, findReport(state, report), wanted);
  return {
    speed: state.speed,
    per_second: state.perSecond,
    agreements: [...state.agreements.values()].map(({ id, inn, kpp, limit, consumed }) => ({
      id,
      inn,
      kpp,
      limit,
      consumed,
    })),
    reports: state.reports.map((one) => reportAnswer(state, one)),
  };
}
