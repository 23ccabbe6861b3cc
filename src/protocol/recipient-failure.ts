import { Failure } from '#core/failure.ts';

/** The name of a failure that a recipient on the Vert.x bus made up: it has none, only a code and a text. */
export const RECIPIENT_FAILURE = 'RECIPIENT_FAILURE';

/** What `message.fail(code, text)` is on the Vert.x bus. */
export function recipientFailure(code: number, description: string): Failure {
  const data = { description, name: RECIPIENT_FAILURE, code };
  return Failure.told({ name: RECIPIENT_FAILURE, description, code, data });
}
