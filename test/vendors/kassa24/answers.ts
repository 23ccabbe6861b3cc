import type { HttpResponse } from '#core/http.ts';
import { unreadableAnswer } from '#vendors/kassa24/failures.ts';
import type { Unreadable } from '#vendors/kassa24/fields.ts';

export const account = { vendor: 'kassa24', account: 'almaty' };

export function answer(status: number, body: unknown, headers: HttpResponse['headers'] = {}): HttpResponse {
  return { status, headers, text: typeof body === 'string' ? body : JSON.stringify(body) };
}

export const unreadable: Unreadable = unreadableAnswer(answer(200, ''), account);

/** The failure that a function throws, as a client would see it. */
export function failureOf(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error('it did not fail');
}
