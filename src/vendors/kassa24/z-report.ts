import type { Call } from '#core/call.ts';
import { type Clock, delay } from '#core/clock.ts';
import { Failure } from '#core/failure.ts';
import type { HttpRequest, HttpResponse } from '#core/http.ts';
import type { ChangeContext } from '#domain/change.ts';
import { vendorFailure } from '#outbound/vendor-failure.ts';
import { type Answer, answerOf, type Desk, getShift } from './desk.ts';
import { outcomeUnknown, statusOf } from './failures.ts';
import { forgetUid, rememberNextUid, renewUid } from './uid.ts';
import { markInProgress, rememberUidOf } from './z-memory.ts';

/** What makes a closing the same one, however often it is sent. */
export type ZRequest = {
  readonly idShift: number;
  readonly uid: string;
  readonly body: { readonly IdKkm: number; readonly Date?: string };
};

/** The Z report, and the Uid that it was made with. */
export type ZAnswer = { readonly answer: Answer; readonly uid: string };

/** What the statuses of operations with a Uid mean, beside 200. */
const DONE_BEFORE = 208;
const IN_PROGRESS = 449;
const UNKNOWN_UID = 452;

const SETTLING = { settling: true } as const;

const MAX_LOSSES = 2;
const PAUSE_AFTER_LOSS_MS = 300;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 5000;

function toHttpRequest({ idShift, uid, body }: ZRequest): HttpRequest {
  return { method: 'POST', path: `/shifts/${idShift}/z`, headers: { uid }, body, effect: 'change' };
}

/** Rejects where the time is over before the pause is. */
async function pause(clock: Clock, ms: number, call: Call): Promise<void> {
  if (clock.now() + ms >= call.deadline) throw new Failure('VENDOR_TIMEOUT');
  await delay(clock, ms, call.signal);
}

function waitMs(waits: number): number {
  return Math.min(FIRST_WAIT_MS * 2 ** waits, LONGEST_WAIT_MS);
}

function hasStatus({ details }: Failure): boolean {
  return details !== undefined && 'status' in details && details.status !== null;
}

/** Does nobody know what became of it? */
function isLost(failure: Failure): boolean {
  if (failure.name === 'VENDOR_UNAVAILABLE') return hasStatus(failure);
  return failure.name === 'VENDOR_OUTCOME_UNKNOWN' || failure.name === 'VENDOR_BAD_RESPONSE';
}

/** Nothing was heard of the vendor, so that asking again may help. */
function isUnreached(failure: Failure): boolean {
  return (
    /^(BUS_|VENDOR_(UNAVAILABLE|TIMEOUT|RATE_LIMITED|AUTH_FAILED)$)/.test(failure.name) && !isLost(failure)
  );
}

/**
 * `POST /shifts/:IdShift/z`. The vendor carries a Uid out once, so that the same request may be sent again after
 * a lost answer and while it is in progress; another Uid is taken only if the very first answer says that the
 * vendor does not know this one.
 */
class ZSending {
  readonly #desk: Desk;
  readonly #call: Call;
  #request: ZRequest;
  #losses = 0;
  #waits = 0;
  /** May one of these attempts have done it? */
  #isAmbiguous = false;
  #mayRenew: boolean;

  constructor(desk: Desk, request: ZRequest, { call, isDoubtful }: ChangeContext) {
    this.#desk = desk;
    this.#request = request;
    this.#call = call;
    this.#mayRenew = !isDoubtful;
  }

  async run(): Promise<ZAnswer> {
    for (;;) {
      const answer = await this.#attempt();
      if (answer) return answer;
    }
  }

  /** Undefined when it is to be sent again. */
  async #attempt(): Promise<ZAnswer | undefined> {
    const { session, http } = this.#desk;
    let response: HttpResponse;
    let status: number;
    try {
      response = await session.send(toHttpRequest(this.#request), this.#call);
      status = statusOf(response, http);
      if (status !== IN_PROGRESS && !(status === UNKNOWN_UID && this.#mayRenew)) {
        return await this.#accept(response, status);
      }
    } catch (caught) {
      const failure = Failure.from(caught);
      if (isLost(failure)) return this.#recover(failure);
      // After a loss a refusal may be about what the lost attempt has done.
      throw this.#isAmbiguous ? outcomeUnknown(failure, http) : failure;
    }
    return status === IN_PROGRESS ? this.#wait(response) : this.#renew();
  }

  async #accept(response: HttpResponse, status: number): Promise<ZAnswer> {
    const answer = answerOf(response, this.#desk.http);
    if (status === DONE_BEFORE) await forgetUid(this.#desk);
    else await rememberNextUid(this.#desk, response);
    return { answer, uid: this.#request.uid };
  }

  /** The vendor's state is read first, then the same is sent again: it is carried out, or its answer repeated. */
  async #recover(lost: Failure): Promise<undefined> {
    const { clock, http } = this.#desk;
    this.#losses += 1;
    this.#isAmbiguous = true;
    this.#mayRenew = false;
    if (this.#losses > MAX_LOSSES) throw outcomeUnknown(lost, http);
    try {
      await pause(clock, PAUSE_AFTER_LOSS_MS, this.#call);
      await getShift(this.#desk, this.#request.idShift, this.#call, SETTLING);
    } catch {
      throw outcomeUnknown(lost, http);
    }
  }

  async #renew(): Promise<undefined> {
    const { idShift } = this.#request;
    const uid = await renewUid(this.#desk, this.#call);
    await rememberUidOf(this.#desk, idShift, uid);
    this.#request = { ...this.#request, uid };
    this.#mayRenew = false;
  }

  async #wait(response: HttpResponse): Promise<undefined> {
    const { clock, http } = this.#desk;
    this.#isAmbiguous = true;
    this.#mayRenew = false;
    await markInProgress(this.#desk, this.#request.idShift, this.#request.uid);
    try {
      await pause(clock, waitMs(this.#waits), this.#call);
    } catch {
      throw vendorFailure('VENDOR_OUTCOME_UNKNOWN', http, {
        status: response.status,
        code: String(IN_PROGRESS),
        message: 'операция с этим Uid ещё выполняется',
      });
    }
    this.#waits += 1;
  }
}

/** Closes the shift; rejects with the vendor's refusal, or with `VENDOR_OUTCOME_UNKNOWN`. */
export function sendZ(desk: Desk, request: ZRequest, context: ChangeContext): Promise<ZAnswer> {
  return new ZSending(desk, request, context).run();
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
        { ...toHttpRequest(request), effect: 'document', ...SETTLING },
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
