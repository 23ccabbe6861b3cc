import { endInTurn } from '#core/ending-turns.ts';

/** As much as has to be put off to later turns of the event loop. */
const MUCH = 10_000;

/** Lets so much end at once that whatever ends after it has to wait; resolves when all of it has ended. */
export function endMuch(): Promise<void> {
  return new Promise((resolve) => {
    for (let index = 1; index < MUCH; index += 1) endInTurn(() => {});
    endInTurn(resolve);
  });
}
