import type { Call } from '#core/call.ts';
import { Failure } from '#core/failure.ts';
import { isJsonObject } from '#core/json.ts';
import type { Change, ChangeContext, Settlement } from '#domain/change.ts';
import type { ShiftChangeData } from '#domain/vendor.ts';
import { type Answer, answerOf, type Desk, getKkm, getShiftData, leniently } from './desk.ts';
import { outcomeUnknown } from './failures.ts';
import { member } from './fields.ts';
import { checkRegister, isExpired, isOpen, openShiftId } from './map.ts';
import { toShiftRequest } from './shift-date.ts';
import { openingFailure, shiftIsOpened, shiftIsPending } from './shift-failures.ts';
import { forgetUid, rememberNextUid, renewForgottenUid, renewUid } from './uid.ts';
import { readShift, type Shift } from './wire.ts';

/** `Kkm.IdShift` before anything was sent; null without a shift. */
export type OpeningEvidence = { readonly id_shift: number | null };

/** A shift that has been opened: the vendor's `Data`, and the Uid of the first operation in it. */
export type Opened = { readonly answer: Answer; readonly uid: string | null };

const SETTLING = { settling: true } as const;

/** An expired shift has to be closed first; a shift of another cashier cannot be looked at, and is left to the vendor. */
async function refuseExpired(desk: Desk, idShift: number, call: Call): Promise<void> {
  let shift: Shift;
  try {
    const { data, unreadable } = await getShiftData(desk, idShift, call);
    shift = readShift(data, desk.time, unreadable);
  } catch (caught) {
    if (Failure.from(caught).name === 'VENDOR_REJECTED') return;
    throw caught;
  }
  if (isExpired(shift)) throw shiftIsPending('смена просрочена (IdStatusShift)', desk.http);
}

async function prepareOpening(
  desk: Desk,
  { call, isDoubtful }: ChangeContext,
  earlier: OpeningEvidence | undefined,
): Promise<OpeningEvidence> {
  await renewForgottenUid(desk, call);
  const idShift = openShiftId(await getKkm(desk, call)) ?? null;
  if (isDoubtful && earlier) {
    // It may be the shift that the earlier attempt has opened: whose it is, is found out by settling.
    if (idShift !== null && idShift !== earlier.id_shift) {
      throw shiftIsOpened('у кассы появилась открытая смена (Kkm.IdShift)', desk.http);
    }
    return earlier;
  }
  if (idShift !== null) await refuseExpired(desk, idShift, call);
  return { id_shift: idShift };
}

/** Does the answer itself prove that a shift of this register is open? */
function provesOpening({ data, unreadable }: Answer, { device, time }: Desk): boolean {
  const told = member(data, 'Shift');
  if (!isJsonObject(told)) return false;
  try {
    const shift = readShift(told, time, unreadable);
    const { id, idKkm } = shift;
    return id !== null && id > 0 && isOpen(shift) && (!idKkm || idKkm === device.id_kkm);
  } catch {
    return false;
  }
}

/** `POST /shifts`: not repeated, since it knows no Uid. */
async function sendOpening(desk: Desk, data: ShiftChangeData, call: Call): Promise<Opened> {
  const { session, http, device } = desk;
  const body = toShiftRequest(data, device.id_kkm);
  const response = await session.send({ method: 'POST', path: '/shifts', body, effect: 'change' }, call);
  let answer: Answer;
  try {
    answer = answerOf(response, http);
  } catch (caught) {
    throw openingFailure(caught);
  }
  const uid = await rememberNextUid(desk, response);
  if (uid === undefined) await forgetUid(desk);
  if (provesOpening(answer, desk)) return { answer, uid: uid ?? null };
  throw outcomeUnknown(
    answer.unreadable('missing_field', 'из ответа не видно открытой смены этой кассы'),
    http,
  );
}

/** The shift is ours if the register's shift is another one than before, open, and of our cashier. */
async function settleOpening(
  desk: Desk,
  evidence: OpeningEvidence,
  call: Call,
): Promise<Opened | 'not_done' | 'undecidable'> {
  const idShift = openShiftId(await getKkm(desk, call, SETTLING));
  if (idShift === undefined || idShift === evidence.id_shift) return 'not_done';
  const answer = await getShiftData(desk, idShift, call, SETTLING);
  const shift = readShift(answer.data, desk.time, answer.unreadable);
  checkRegister(shift.idKkm, desk.device.id_kkm, answer.unreadable);
  const { userId } = desk.session;
  if (shift.idUser === null || userId === null) return 'undecidable';
  if (shift.idUser !== userId) return 'not_done';
  if (!isOpen(shift)) return 'undecidable';
  return { answer, uid: await lostUid(desk, call) };
}

/** The Uid has come in the answer that was lost; the shift is open, whether it can be had now or not. */
async function lostUid(desk: Desk, call: Call): Promise<string | null> {
  try {
    return await renewUid(desk, call, SETTLING);
  } catch {
    await forgetUid(desk);
    return null;
  }
}

/** 001_… 'Открытие смены на кассе', once. */
export function createOpening<A>(
  ofDesk: Desk,
  toAnswer: (opened: Opened, showPersonalData: boolean) => A,
): Change<ShiftChangeData, OpeningEvidence, A> {
  const desk = leniently(ofDesk);
  return {
    async prepare(data, context, earlier) {
      toShiftRequest(data, desk.device.id_kkm);
      return { evidence: await prepareOpening(desk, context, earlier) };
    },
    async send(data, _evidence, { call, showPersonalData }) {
      return toAnswer(await sendOpening(desk, data, call), showPersonalData);
    },
    async settle(evidence, { call, showPersonalData }): Promise<Settlement<A>> {
      const settled = await settleOpening(desk, evidence, call);
      return typeof settled === 'string' ? settled : { answer: toAnswer(settled, showPersonalData) };
    },
  };
}
