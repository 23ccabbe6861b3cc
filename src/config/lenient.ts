/** Reading what may not be what it should: the schema has complained already, the checks go on with the rest. */

/** The object or list itself, to be read by key; an empty object where there is none. */
export function asRecord(value: unknown): Record<string | number, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string | number, unknown>) : {};
}

/** The list itself; an empty one where there is none. */
export function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

export function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** The texts of a list, with their places in it. */
export function asTexts(value: unknown): [index: number, text: string][] {
  return asList(value).flatMap((item, index) => (typeof item === 'string' ? [[index, item]] : []));
}
