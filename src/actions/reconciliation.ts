import { type Static, Type } from 'typebox';
import {
  countersOf,
  FIGURE_NAMES,
  FIGURES,
  type Figure,
  type FigureName,
  type LooseCounter,
  sumFigure,
} from '#domain/figures.ts';
import { isWithin, moneyDifference } from '#domain/money.ts';
import type { ReportOutcome } from '#domain/x-reports.ts';

const FigureValue = Type.Union(
  [Type.String({ pattern: '^-?\\d+\\.\\d{2,}$' }), Type.Integer(), Type.Null()],
  { description: 'money, a count, or null: not told' },
);

/** One figure of both sides. */
export const ReconciledFigure = Type.Object(
  {
    figure: Type.Enum([...FIGURE_NAMES], { description: "the counter's key" }),
    fiscal: FigureValue,
    backoffice: FigureValue,
    difference: FigureValue,
    matched: Type.Union([Type.Boolean(), Type.Null()], { description: 'null: not compared' }),
    reason: Type.Union([Type.String(), Type.Null()], { description: 'why it was not compared' }),
  },
  { additionalProperties: false },
);
type ReconciledFigure = Static<typeof ReconciledFigure>;

export type Reconciliation = {
  readonly currency: string | null;
  readonly matched: boolean | null;
  readonly figures: ReconciledFigure[];
};

/** What one side tells, and what is said where it does not tell a figure. */
type Side = {
  readonly counters: ReadonlyMap<string, readonly LooseCounter[]>;
  readonly failed: boolean;
  /** In the words of a sentence: "касса". */
  readonly name: string;
};

/**
 * Compares two reports of one shift figure by figure, in the currency that both have. Money matches when it differs
 * by no more than the tolerance, a count when it is the same.
 */
export function reconcile(
  fiscalOutcome: ReportOutcome,
  backofficeOutcome: ReportOutcome,
  tolerance: string,
): Reconciliation {
  const fiscal = toSide(fiscalOutcome, 'касса');
  const backoffice = toSide(backofficeOutcome, 'учётная система');
  const currency = currencyOf(fiscal, backoffice);
  if (currency === null) return { currency, matched: null, figures: [] };
  const figures = FIGURE_NAMES.map((figure) => compare(figure, fiscal, backoffice, currency, tolerance));
  const told = figures.filter((row) => row.fiscal !== null || row.backoffice !== null);
  return { currency, matched: verdict(told), figures: told };
}

function toSide(outcome: ReportOutcome, name: string): Side {
  const failed = 'failure' in outcome;
  return { counters: countersOf(failed ? null : outcome.report), failed, name };
}

/** The first of the fiscal side's that both have, else its first, else the back office's first. */
function currencyOf({ counters: fiscal }: Side, { counters: backoffice }: Side): string | null {
  const common = [...fiscal.keys()].find((currency) => backoffice.has(currency));
  return common ?? [...fiscal.keys(), ...backoffice.keys()][0] ?? null;
}

function compare(
  figure: FigureName,
  fiscal: Side,
  backoffice: Side,
  currency: string,
  tolerance: string,
): ReconciledFigure {
  const told = ({ counters }: Side) => sumFigure(figure, counters.get(currency) ?? []);
  const values = { fiscal: told(fiscal), backoffice: told(backoffice) };
  if (values.fiscal === null || values.backoffice === null) {
    const reason = whySilent(values.fiscal === null ? fiscal : backoffice, currency);
    return { figure, ...values, difference: null, matched: null, reason };
  }
  const difference = differenceOf(figure, values.fiscal, values.backoffice);
  const matched = FIGURES[figure] === 'money' ? isWithin(String(difference), tolerance) : difference === 0;
  return { figure, ...values, difference, matched, reason: null };
}

function differenceOf(figure: FigureName, one: Figure, other: Figure): Figure {
  return FIGURES[figure] === 'money' ? (moneyDifference(one, other) ?? null) : Number(one) - Number(other);
}

function whySilent({ name, failed, counters }: Side, currency: string): string {
  if (failed) return `${name} не ответила`;
  if (counters.has(currency)) return `${name} этого не сообщает`;
  const others = [...counters.keys()].join(', ');
  return others === '' ? `${name} не сообщает сумм` : `${name} считает в другой валюте: ${others}`;
}

/** Null as soon as a side has failed too: then nothing was compared. */
function verdict(figures: readonly ReconciledFigure[]): boolean | null {
  const compared = figures.filter(({ matched }) => matched !== null);
  return compared.length === 0 ? null : compared.every(({ matched }) => matched);
}
