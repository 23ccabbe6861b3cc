import { isDeeperThan, isJsonObject, parseJson } from '#core/json.ts';

/** A text as a JSON object, and what is wrong with it; one that nests too deep may still say who sent it. */
export type EnvelopeReading =
  | { readonly fault: 'not JSON' | 'not an object'; readonly envelope?: undefined }
  | { readonly fault?: 'too deep'; readonly envelope: Record<string, unknown> };

/** Reads the object that every dialect's messages are, of at most `maxDepth` levels. */
export function readEnvelope(text: string, maxDepth: number): EnvelopeReading {
  let envelope: unknown;
  try {
    envelope = parseJson(text);
  } catch {
    return { fault: 'not JSON' };
  }
  if (!isJsonObject(envelope)) return { fault: 'not an object' };
  const tooDeep = isDeeperThan(maxDepth, text, envelope);
  return tooDeep ? { fault: 'too deep', envelope } : { envelope };
}
