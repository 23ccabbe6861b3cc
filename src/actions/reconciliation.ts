import { type Static, Type } from 'typebox';
import type { Failure } from '#core/failure.ts';
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
    reason: Type.Union([Type.String(), Type.Null()], {
      description: 'why it was not compared; of a further currency, which one',
    }),
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
  /** Why there is no report. */
  readonly failure: Failure | undefined;
  /** In the words of a sentence: "касса". */
  readonly name: string;
};

/**
 * Compares two reports of one shift figure by figure. Money matches when it differs by no more than the tolerance, a
 * count when it is the same.
 *
 * A report may be in several currencies: the first of the register's that both have, or else the first of all, is the
 * one that is told above, and its figures come first. Those of the others follow, each with its currency in the reason,
 * where a side tells anything but zeros in it: compared as well where both have it; where one has it alone, the shift
 * matches no longer, since nobody knows the other side of that money.
 */
export function reconcile(
  fiscalOutcome: ReportOutcome,
  backofficeOutcome: ReportOutcome,
  tolerance: string,
): Reconciliation {
  const fiscal = toSide(fiscalOutcome, 'касса');
  const backoffice = toSide(backofficeOutcome, 'учётная система');
  const all = [...new Set([...fiscal.counters.keys(), ...backoffice.counters.keys()])];
  const isOfBoth = (currency: string) => fiscal.counters.has(currency) && backoffice.counters.has(currency);
  const currency = all.find(isOfBoth) ?? all[0] ?? null;
  if (currency === null) return { currency, matched: null, figures: [] };

  const rowsIn = (one: string) =>
    FIGURE_NAMES.map((figure) => compare(figure, fiscal, backoffice, one, tolerance));
  const figures = rowsIn(currency).filter((row) => row.fiscal !== null || row.backoffice !== null);
  const further = all.filter((one) => one !== currency);
  const others = further.map((one) => ({ one, rows: rowsIn(one).filter(isTurnover) }));
  const told = [...figures, ...others.flatMap(({ one, rows }) => rows.map((row) => inCurrency(one, row)))];
  const isLacking = others.some(({ one, rows }) => !isOfBoth(one) && rows.length > 0);
  return { currency, matched: verdict(told, isLacking), figures: told };
}

/** Is there any money, or anything counted, on either side? */
function isTurnover({ fiscal, backoffice }: ReconciledFigure): boolean {
  return Number(fiscal) !== 0 || Number(backoffice) !== 0;
}

function inCurrency(currency: string, row: ReconciledFigure): ReconciledFigure {
  return { ...row, reason: row.reason === null ? `валюта ${currency}` : `${currency}: ${row.reason}` };
}

function toSide(outcome: ReportOutcome, name: string): Side {
  return 'failure' in outcome
    ? { counters: countersOf(null), failure: outcome.failure, name }
    : { counters: countersOf(outcome.report), failure: undefined, name };
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

function whySilent({ name, failure, counters }: Side, currency: string): string {
  if (failure) return `${name} не дала отчёта: ${failure.name}`;
  if (counters.has(currency)) return `${name} этого не сообщает`;
  const others = [...counters.keys()].join(', ');
  return others === '' ? `${name} не сообщает сумм` : `${name} считает в другой валюте: ${others}`;
}

/** Null as soon as a side has failed too: then nothing was compared. */
function verdict(figures: readonly ReconciledFigure[], isLacking: boolean): boolean | null {
  const compared = figures.filter(({ matched }) => matched !== null);
  if (!compared.every(({ matched }) => matched)) return false;
  return compared.length === 0 || isLacking ? null : true;
}
