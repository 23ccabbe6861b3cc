import type { Call } from '#core/call.ts';
import { Failure } from '#core/failure.ts';
import type { HttpResponse } from '#core/http.ts';
import type { ChangeContext } from '#domain/change.ts';
import { vendorFailure } from '#outbound/vendor-failure.ts';
import { type Answer, answerOf, type Desk, getShift, getShiftData } from './desk.ts';
import { outcomeUnknown, statusOf } from './failures.ts';
import { isClosed } from './map.ts';
import { forgetUid, rememberNextUid, renewUid } from './uid.ts';
import { readShift, type Shift } from './wire.ts';
import { markInProgress, releaseUid, rememberUidOf } from './z-memory.ts';
import { isZ, isZOf, namesOtherRegister } from './z-proof.ts';
import {
  DONE_BEFORE,
  IN_PROGRESS,
  isLost,
  pause,
  toHttpRequest,
  UNKNOWN_UID,
  waitMs,
  type ZAnswer,
  type ZRequest,
} from './z-request.ts';

/** An answer, told apart; without `answer` where it is to be sent again. */
type Told = {
  readonly response: HttpResponse;
  readonly status: number;
  readonly answer: Answer | undefined;
};

const SETTLING = { settling: true } as const;

const MAX_LOSSES = 2;
const PAUSE_AFTER_LOSS_MS = 300;

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
    this.#mayRenew = !isDoubtful && !request.isShared;
  }

  async run(): Promise<ZAnswer> {
    for (;;) {
      const answer = await this.#attempt();
      if (answer) return answer;
    }
  }

  /** Undefined when it is to be sent again. */
  async #attempt(): Promise<ZAnswer | undefined> {
    let told: Told;
    try {
      told = await this.#ask();
    } catch (caught) {
      const failure = Failure.from(caught);
      if (isLost(failure)) return this.#recover(failure);
      throw await this.#refused(failure);
    }
    const { response, status, answer } = told;
    if (status === IN_PROGRESS) return this.#wait(response);
    if (!answer) return this.#renew();
    if (status === DONE_BEFORE) return this.#believe(answer);
    await rememberNextUid(this.#desk, response);
    return this.#accept(answer);
  }

  async #ask(): Promise<Told> {
    const { session, http } = this.#desk;
    const response = await session.send(toHttpRequest(this.#request), this.#call);
    const status = statusOf(response, http);
    const isUnanswered = status === IN_PROGRESS || (status === UNKNOWN_UID && this.#mayRenew);
    return { response, status, answer: isUnanswered ? undefined : answerOf(response, http) };
  }

  /** After a loss a refusal may be about what the lost attempt has done. */
  async #refused(failure: Failure): Promise<Failure> {
    const { details } = failure;
    const isUidGone = details && 'code' in details && details.code === String(UNKNOWN_UID);
    if (isUidGone) await releaseUid(this.#desk, this.#request.idShift);
    return this.#isAmbiguous ? outcomeUnknown(failure, this.#desk.http) : failure;
  }

  /** A success without a report of this register proves nothing before the shift was read. */
  async #accept(answer: Answer): Promise<ZAnswer> {
    const z = { answer, uid: this.#request.uid };
    if (!isZ(answer)) throw this.#unproven(answer);
    if (!namesOtherRegister(answer, this.#desk)) return z;
    const shift = await this.#readShift(answer);
    if (isClosed(shift) && isZOf(shift, answer, this.#desk)) return z;
    throw this.#unproven(answer);
  }

  /** "Done before" with this Uid, by us or by another program: the shift tells, and the report. */
  async #believe(answer: Answer): Promise<ZAnswer | undefined> {
    await forgetUid(this.#desk);
    const shift = await this.#readShift(answer);
    if (isClosed(shift)) {
      if (isZOf(shift, answer, this.#desk)) return { answer, uid: this.#request.uid };
      throw this.#unproven(answer);
    }
    // Nothing of ours was ever sent under it.
    if (this.#mayRenew) return this.#renew();
    await releaseUid(this.#desk, this.#request.idShift);
    const { http } = this.#desk;
    const usedUp = vendorFailure('VENDOR_REJECTED', http, {
      status: DONE_BEFORE,
      message: 'этим Uid проведена другая операция, а смена открыта',
      description: 'Uid этого закрытия занят другой операцией кассы: повторите с новым operation.id',
    });
    throw this.#isAmbiguous ? outcomeUnknown(usedUp, http) : usedUp;
  }

  async #readShift(answer: Answer): Promise<Shift> {
    const { idShift } = this.#request;
    try {
      const { data, unreadable } = await getShiftData(this.#desk, idShift, this.#call, SETTLING);
      return readShift(data, this.#desk.time, unreadable);
    } catch {
      throw this.#unproven(answer);
    }
  }

  #unproven(answer: Answer): Failure {
    const unreadable = answer.unreadable('missing_field', 'из ответа не видно Z-отчёта этой смены');
    return outcomeUnknown(unreadable, this.#desk.http);
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
