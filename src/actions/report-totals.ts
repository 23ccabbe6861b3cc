import { type Static, Type } from 'typebox';
import { countersOf, FIGURE_NAMES, type LooseCounter, sumFigure } from '#domain/figures.ts';
import { Counter } from '#domain/report.ts';

const { currency, ...figures } = Counter.properties;

/** The figures of one currency over many registers. */
export const Total = Type.Object(
  {
    currency,
    registers: Type.Integer({ description: 'how many reports count in this currency' }),
    ...figures,
  },
  { additionalProperties: false, description: 'null: not told by one of them' },
);
export type Total = Static<typeof Total>;

/** The figures of all reports, exactly added up by currency, in order of first appearance. */
export function totalsOf(reports: readonly unknown[]): Total[] {
  const byCurrency = new Map<string, { registers: number; readonly counters: LooseCounter[] }>();
  for (const report of reports) {
    for (const [name, counters] of countersOf(report)) {
      const known = byCurrency.get(name) ?? { registers: 0, counters: [] };
      known.registers += 1;
      known.counters.push(...counters);
      byCurrency.set(name, known);
    }
  }
  return [...byCurrency].map(([name, { registers, counters }]) => {
    const sums = FIGURE_NAMES.map((figure) => [figure, sumFigure(figure, counters)]);
    return { currency: name, registers, ...Object.fromEntries(sums) };
  });
}
