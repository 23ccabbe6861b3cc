import type { Call } from '#core/call.ts';
import { Failure } from '#core/failure.ts';
import { answerOf, type Desk } from './desk.ts';
import { statusOf } from './failures.ts';
import {
  IN_PROGRESS,
  isLost,
  pause,
  toHttpRequest,
  waitMs,
  type ZAnswer,
  type ZRequest,
} from './z-request.ts';

/** Nothing was heard of the vendor, so that asking again may help. */
function isUnreached(failure: Failure): boolean {
  return (
    /^(BUS_|VENDOR_(UNAVAILABLE|TIMEOUT|RATE_LIMITED|AUTH_FAILED)$)/.test(failure.name) && !isLost(failure)
  );
}

/**
 * The Z report of a shift that is closed: sent again with its own Uid, its answer is repeated and nothing happens.
 * Undefined where no body can be had; rejects when the vendor cannot be reached now.
 */
export async function repeatedZ(desk: Desk, request: ZRequest, call: Call): Promise<ZAnswer | undefined> {
  const { session, http, clock } = desk;
  for (let waits = 0; ; waits += 1) {
    try {
      const response = await session.send(
        { ...toHttpRequest(request), effect: 'document', settling: true },
        call,
      );
      if (statusOf(response, http) !== IN_PROGRESS) {
        return { answer: answerOf(response, http), uid: request.uid };
      }
    } catch (caught) {
      const failure = Failure.from(caught);
      if (isUnreached(failure)) throw failure;
      return undefined;
    }
    await pause(clock, waitMs(waits), call);
  }
}
