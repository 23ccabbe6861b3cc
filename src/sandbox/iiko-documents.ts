import { randomUUID } from 'node:crypto';
import { isJsonObject } from '#core/json.ts';

/** One edited transaction of an acceptance document, as it came. */
export type AcceptanceItem = Readonly<Record<string, unknown>>;

/** What the server keeps of a shift's acceptance (004_… "Выгрузка документа принятия кассовой смены по id смены"). */
export type AcceptanceDocument = {
  readonly id: string;
  accountShortageId: string | null;
  counteragentShortageId: string | null;
  accountSurplusId: string | null;
  counteragentSurplusId: string | null;
  items: readonly AcceptanceItem[];
};

/** A draft: nothing is edited yet. */
export function createDocument(): AcceptanceDocument {
  return {
    id: randomUUID(),
    accountShortageId: null,
    counteragentShortageId: null,
    accountSurplusId: null,
    counteragentSurplusId: null,
    items: [],
  };
}

/** A text that says something. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

export function itemsOf(body: Readonly<Record<string, unknown>>): readonly AcceptanceItem[] {
  return Array.isArray(body.items) ? body.items.filter(isJsonObject) : [];
}
