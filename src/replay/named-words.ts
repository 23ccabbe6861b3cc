import { isJsonObject, JsonNumber } from '#core/json.ts';

const WORDS = /[\p{L}\p{N}_-]+/gu;
const WORD = /^[\p{L}\p{N}_-]+$/u;

function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'number' || value instanceof JsonNumber) return [String(value)];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => [key, ...textsIn(inner)]);
}

/**
 * Is a name somewhere in the values? Looks through them once, however many names are asked for. What is more than one
 * word is looked for anywhere in a text.
 */
export function createWordFinder(...values: readonly unknown[]): (name: string) => boolean {
  const texts = values.flatMap(textsIn);
  const words = new Set(texts.flatMap((text) => text.match(WORDS) ?? []));
  return (name) => (WORD.test(name) ? words.has(name) : texts.some((text) => text.includes(name)));
}
