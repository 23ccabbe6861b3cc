import { median } from './quantiles.ts';

/** Does a figure keep its aim? */
export function verdict(isKept: boolean): string {
  return isKept ? 'ok' : 'missed';
}

/** Columns as wide as they need be; the first to the left, as names are, the others to the right. */
export function printTable(columns: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = columns.map((_, index) =>
    Math.max(...[columns, ...rows].map((cells) => cells[index]?.length ?? 0)),
  );
  for (const cells of [columns, ...rows]) {
    const padded = cells.map((cell, index) =>
      index === 0 ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0),
    );
    console.log(padded.join('   ').trimEnd());
  }
}

/** Two cells: the median of the ratios of some rounds, and their spread; empty without any. */
export function ratioCells(ratios: readonly number[]): [string, string] {
  if (ratios.length === 0) return ['', ''];
  return [median(ratios).toFixed(2), `${Math.min(...ratios).toFixed(2)} – ${Math.max(...ratios).toFixed(2)}`];
}
