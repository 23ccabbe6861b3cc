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
  // Every level costs two characters, so that a short message need not be walked.
  const tooDeep = text.length > 2 * maxDepth && isDeeperThan(maxDepth, envelope);
  return tooDeep ? { fault: 'too deep', envelope } : { envelope };
}
