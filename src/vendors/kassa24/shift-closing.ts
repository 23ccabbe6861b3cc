import type { Call } from '#core/call.ts';
import type { Change, ChangeContext, Settlement } from '#domain/change.ts';
import type { Report } from '#domain/report.ts';
import type { ShiftChangeData } from '#domain/vendor.ts';
import { vendorFailure } from '#outbound/vendor-failure.ts';
import { type Answer, type Desk, getKkm, getShift, getShiftData, leniently } from './desk.ts';
import { isClosed, openShiftId, toReport } from './map.ts';
import { toShiftRequest } from './shift-date.ts';
import { shiftIsClosed } from './shift-failures.ts';
import { currentUid, forgetUid } from './uid.ts';
import { type Kkm, readShift } from './wire.ts';
import { holdUid, releaseUid, rememberedClosing } from './z-memory.ts';
import { isZOf } from './z-proof.ts';
import { repeatedZ } from './z-repetition.ts';
import { sendZ } from './z-report.ts';
import type { ZAnswer, ZRequest } from './z-request.ts';

/** What is fixed at the first attempt, and what the Report tells of the shift itself. */
export type ClosingEvidence = { readonly request: ZRequest; readonly report: Report };

/** A shift that has been closed. */
export type Closed = {
  readonly report: Report;
  /** Undefined where no body can be had. */
  readonly z: ZAnswer | undefined;
  /** `Data` of the shift's information, where it has been read after the closing. */
  readonly shift: Answer | undefined;
  /** The Uid that it was closed with. */
  readonly uid: string;
};

const SETTLING = { settling: true } as const;

/** How long the vendor may still be at an operation that it has called "in progress" (milliseconds). */
const IN_PROGRESS_MS = 60_000;

/** Rejects with `AVQFR_SHIFT_IS_CLOSED`; an expired shift is closed like any other. */
async function readOpenShift(desk: Desk, idShift: number, kkm: Kkm | undefined, call: Call): Promise<Report> {
  const shift = await getShift(desk, idShift, call);
  if (isClosed(shift)) throw shiftIsClosed('смена закрыта (IdStatusShift 2)', desk.http);
  return toReport({ ...(kkm ? { kkm } : {}), shift, device: desk.device });
}

async function prepareClosing(
  desk: Desk,
  data: ShiftChangeData,
  { call, isDoubtful }: ChangeContext,
  earlier: ClosingEvidence | undefined,
): Promise<ClosingEvidence> {
  const body = toShiftRequest(data, desk.device.id_kkm);
  if (isDoubtful && earlier) {
    await readOpenShift(desk, earlier.request.idShift, undefined, call);
    const uid = (await rememberedClosing(desk, earlier.request.idShift))?.uid ?? earlier.request.uid;
    return { ...earlier, request: { ...earlier.request, uid } };
  }
  const kkm = await getKkm(desk, call);
  const idShift = openShiftId(kkm);
  if (idShift === undefined) throw shiftIsClosed('у кассы нет открытой смены (Kkm.IdShift)', desk.http);
  const report = await readOpenShift(desk, idShift, kkm, call);
  const closing = await rememberedClosing(desk, idShift);
  if (closing?.is_open_question)
    return { request: { idShift, uid: closing.uid, body, isShared: true }, report };
  return { request: { idShift, uid: await currentUid(desk, call), body }, report };
}

/** Reads whether the shift is closed, and asks for its Z report where it is. */
async function settleClosing(
  desk: Desk,
  evidence: ClosingEvidence,
  call: Call,
): Promise<Closed | 'not_done'> {
  const { idShift, uid: sentUid } = evidence.request;
  await holdUid(desk, idShift, sentUid);
  const answer = await getShiftData(desk, idShift, call, SETTLING);
  const shift = readShift(answer.data, desk.time, answer.unreadable);
  const closing = await rememberedClosing(desk, idShift);
  if (!isClosed(shift)) {
    refuseInProgress(desk, closing?.in_progress_at ?? null);
    // Nobody may send anything before this is believed.
    await releaseUid(desk, idShift);
    return 'not_done';
  }
  const request = { ...evidence.request, uid: closing?.uid ?? sentUid };
  const repeated = await repeatedZ(desk, request, call);
  // What else this Uid may have been used for is no report of this shift.
  const z = repeated && isZOf(shift, repeated.answer, desk) ? repeated : undefined;
  await forgetUid(desk);
  await releaseUid(desk, idShift);
  const report = { ...evidence.report, close_date: shift.dateClose };
  return { report, z, shift: answer, uid: request.uid };
}

function refuseInProgress({ clock, http }: Desk, at: number | null): void {
  const sinceMs = at === null ? undefined : clock.now() - at;
  // A clock that was set back must not make it last longer.
  if (sinceMs === undefined || sinceMs < 0 || sinceMs > IN_PROGRESS_MS) return;
  const message = 'операция с этим Uid ещё выполняется';
  throw vendorFailure('VENDOR_TIMEOUT', http, { status: null, code: '449', message });
}

/** 001_… 'POST /shifts/:IdShift/z', once. */
export function createClosing<A>(
  ofDesk: Desk,
  toAnswer: (closed: Closed, showPersonalData: boolean) => A,
): Change<ShiftChangeData, ClosingEvidence, A> {
  const desk = leniently(ofDesk);
  return {
    // A shift is closed once, and a Uid is carried out once.
    evidenceLasts: true,
    async prepare(data, context, earlier) {
      return { evidence: await prepareClosing(desk, data, context, earlier) };
    },
    async send(_data, { request, report }, context) {
      const z = await sendZ(desk, request, context);
      return toAnswer({ report, z, shift: undefined, uid: z.uid }, context.showPersonalData);
    },
    async settle(evidence, { call, showPersonalData }): Promise<Settlement<A>> {
      const settled = await settleClosing(desk, evidence, call);
      if (settled === 'not_done') return settled;
      return { answer: answerOrWithoutBody(settled, (closed) => toAnswer(closed, showPersonalData)) };
    },
  };
}

/** A body that cannot be read is as good as none: the shift is closed all the same. */
function answerOrWithoutBody<A>(closed: Closed, toAnswer: (closed: Closed) => A): A {
  try {
    return toAnswer(closed);
  } catch {
    return toAnswer({ ...closed, z: undefined });
  }
}
