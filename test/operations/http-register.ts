import { Failure } from '#core/failure.ts';
import { parseJson } from '#core/json.ts';
import type { Change, Settlement } from '#domain/change.ts';
import { tagOf } from './model-register.ts';

type State = { readonly isOpen: boolean; readonly shift: number; readonly isSilent: boolean };

async function ask<T>(url: string, method: 'GET' | 'POST'): Promise<T> {
  let response: Response;
  try {
    response = await fetch(url, { method });
  } catch (cause) {
    throw new Failure(method === 'POST' ? 'VENDOR_OUTCOME_UNKNOWN' : 'VENDOR_UNAVAILABLE', { cause });
  }
  if (response.status === 403) throw new Failure('AVQFR_SHIFT_IS_OPENED');
  return parseJson(await response.text()) as T;
}

/** Opens a shift at a register that is reached over HTTP: the model in another process. */
export function openAt(url: string): Change<unknown, State, { shift: number }> {
  return {
    prepare: async () => ({ evidence: await ask<State>(url, 'GET') }),
    send: (data) => ask(`${url}/${tagOf(data)}`, 'POST'),
    async settle(evidence): Promise<Settlement<{ shift: number }>> {
      const { isSilent, shift } = await ask<State>(url, 'GET');
      if (isSilent) return 'undecidable';
      return shift === evidence.shift ? 'not_done' : { answer: { shift } };
    },
  };
}
