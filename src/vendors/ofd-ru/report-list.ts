import { isJsonObject, JsonNumber } from '#core/json.ts';
import type { Complain } from './answer.ts';

/** A report of the list as far as the bus itself looks at it. */
export type ReportRow = {
  readonly id: string;
  /** `Todo`, `Processing`, `Done`, `Error`, `Deleted`; others are passed on. */
  readonly status: string;
  /** As the vendor keeps it, with our tag. */
  readonly name: string | null;
  readonly reportType: string | null;
  /** Naive UTC. */
  readonly created: string | null;
  /** The whole report as it came, in the document's spelling. */
  readonly fields: Readonly<Record<string, unknown>>;
};

export type ReportList = {
  readonly rows: readonly ReportRow[];
  /** Are all reports in it? A list may come in pages, although none were asked for. */
  readonly isComplete: boolean;
  readonly agreementId: string | null;
  /** The whole list as it came, in the document's spelling. */
  readonly fields: Readonly<Record<string, unknown>>;
};

function text(value: unknown): string | null {
  return typeof value === 'string' ? value.trim() || null : null;
}

/** A whole number, also as text; null when it is none. */
function count(value: unknown): number | null {
  const digits = typeof value === 'number' || value instanceof JsonNumber ? String(value) : text(value);
  return digits !== null && /^\d+$/.test(digits) ? Number(digits) : null;
}

/** Everything of a report but its id and its state may be absent. */
export function readReport(value: unknown, complain: Complain): ReportRow {
  const fields = isJsonObject(value) ? value : {};
  const [id, status] = [text(fields.Id), text(fields.Status)];
  if (id === null) throw complain('missing_field', 'у отчёта нет обязательного поля Id');
  if (status === null) throw complain('missing_field', 'у отчёта нет обязательного поля Status');
  return {
    id,
    status,
    name: text(fields.Name),
    reportType: text(fields.ReportType),
    created: text(fields.CDateUtc),
    fields,
  };
}

/** 1.2 and 3.2: the same list, in an envelope or without one. */
export function readReportList(data: unknown, complain: Complain): ReportList {
  const fields = Array.isArray(data) ? { List: data } : isJsonObject(data) ? data : {};
  const list = 'List' in fields ? (fields.List ?? []) : undefined;
  if (!Array.isArray(list)) throw complain('missing_field', 'нет обязательного поля List');
  const rows = list.map((row) => readReport(row, complain));
  const total = count(fields.TotalCount);
  return {
    rows,
    isComplete: total === null || rows.length >= total,
    agreementId: text(fields.OfdAgreementId),
    fields: { ...fields, List: list },
  };
}

/** Ids are the same whatever the case of their letters. */
export function isSameId(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

export function findReport(list: ReportList, id: string): ReportRow | undefined {
  return list.rows.find((row) => isSameId(row.id, id));
}

/** Is its state this one? */
export function isIn({ status }: ReportRow, ...states: readonly string[]): boolean {
  return states.some((state) => isSameId(state, status));
}
