import type { Exchange } from '#core/call.ts';
import { isJsonObject, parseForeignJson } from '#core/json.ts';
import { maskFreeTexts } from '#domain/free-text.ts';
import { redact } from '#domain/redaction.ts';

function parsed(text: string): unknown {
  try {
    return parseForeignJson(text);
  } catch (error) {
    // As a text it would keep the secrets that are struck out by their keys.
    return error instanceof RangeError ? null : text;
  }
}

/** Where vendors let people write for each other. */
const isFreeText = (key: string) => /comment$/i.test(key);

function withoutPeople(answer: unknown, showPersonalData: boolean): unknown {
  const clean = redact(answer, showPersonalData);
  return showPersonalData ? clean : maskFreeTexts(clean, isFreeText);
}

/** The answers of the vendors in order, secrets removed, people masked; a login's answer is nothing but a secret. */
function rawAnswers(exchanges: readonly Exchange[], showPersonalData: boolean): unknown[] {
  return exchanges.flatMap(({ request, outcome }) =>
    request.effect === 'login' || 'fault' in outcome
      ? []
      : [withoutPeople(parsed(outcome.text), showPersonalData)],
  );
}

/**
 * `headers.raw`: the vendor's untouched answers under `raw`, beside the keys of the answer. An answer without keys, a list,
 * moves under `data` then: `{data: […], raw: […]}`. The schema of a reply is that of the answer itself.
 */
export function withRaw(data: unknown, exchanges: readonly Exchange[], showPersonalData: boolean): unknown {
  const raw = rawAnswers(exchanges, showPersonalData);
  return isJsonObject(data) ? { ...data, raw } : { data, raw };
}

/** The answer as its action has it. */
export function withoutRaw(answer: unknown): unknown {
  if (!isJsonObject(answer)) return answer;
  const { raw: _, ...own } = answer;
  const isMoved = Object.keys(own).length === 1 && Object.hasOwn(own, 'data') && !isJsonObject(own.data);
  return isMoved ? own.data : own;
}
