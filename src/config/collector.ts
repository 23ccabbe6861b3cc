import { type Complain, type Complaint, type ConfigPath, formatPath, formatPlace } from './complaint.ts';

/** Gathers complaints; only the first about each place is kept, since later ones follow from it. */
export type Collector = {
  readonly complain: Complain;
  /** In the file's order; without a file, in the order they came. */
  complaints(): Complaint[];
};

export function createCollector(lineOf: (path: ConfigPath) => number | undefined): Collector {
  const byPath = new Map<string, Complaint>();
  return {
    complain(path, message) {
      const key = formatPath(path);
      if (byPath.has(key)) return;
      const line = lineOf(path);
      byPath.set(key, { path: formatPlace(path), ...(line !== undefined && { line }), message });
    },
    complaints: () => [...byPath.values()].toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0)),
  };
}
