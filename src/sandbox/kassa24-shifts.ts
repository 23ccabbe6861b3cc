import { randomUUID } from 'node:crypto';
import { isJsonObject } from '#core/json.ts';
import {
  date,
  figuresAnswer,
  REFUSALS,
  refusal,
  sectionsAnswer,
  shiftAnswer,
  shiftStatus,
  success,
} from './kassa24-answers.ts';
import type { Outcome } from './kassa24-receipts.ts';
import { addShift, type Cashier, type Kassa24State, type Kkm, type Shift } from './kassa24-state.ts';
import type { SimulatedRequest, SimulatedResponse } from './simulator.ts';

const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;

/** The register, if this cashier may use it. */
export function findKkm(state: Kassa24State, cashier: Cashier, id: number): Kkm | undefined {
  const kkm = state.kkms.get(id);
  return kkm?.accessible && cashier.companies.has(kkm.idCompany) ? kkm : undefined;
}

/** Carries out an operation once per Uid: 208 repeats the answer, 449 while it runs, 452 for a Uid of somebody else. */
export function onceByUid(kkm: Kkm, uid: string | undefined, run: () => Outcome): SimulatedResponse {
  if (!uid) return refusal(400, 'Заголовок не содержит Uid');
  if (!UUID.test(uid)) return refusal(400, 'Uid не соответствует формату');
  if (kkm.inProgress > 0) {
    kkm.inProgress -= 1;
    return refusal(449, 'Операция с данным Uid ещё выполняется');
  }
  const executed = kkm.executed.get(uid);
  if (executed) {
    return {
      status: 208,
      ...(kkm.silentUid ? {} : { headers: { Uid: kkm.uid } }),
      body: { Status: 208, Message: 'OK', Data: executed.data },
    };
  }
  if (uid !== kkm.uid) return refusal(452, 'Uid не найден');
  const outcome = run();
  if ('refused' in outcome) return outcome.refused;
  kkm.executed.set(uid, outcome);
  kkm.uid = randomUUID();
  return success(outcome.data, kkm.silentUid ? undefined : kkm.uid);
}

/** The time of an autonomous operation; null, absent and Go's zero time mean a normal one. */
function offlineDate(body: Readonly<Record<string, unknown>>): number | null | undefined {
  const value = body.Date ?? null;
  if (value === null) return null;
  const epochMs = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(epochMs)) return undefined;
  return epochMs < 0 ? null : epochMs;
}

/** Autonomous operations of a register follow each other in time. */
function takeOfflineDate(kkm: Kkm, epochMs: number | null): boolean {
  if (epochMs === null) return true;
  if (epochMs < kkm.lastOfflineDate) return false;
  kkm.lastOfflineDate = epochMs;
  return true;
}

function hasOpenShift(state: Kassa24State, cashier: Cashier): boolean {
  return [...state.shifts.values()].some(
    ({ idUser, dateClose }) => idUser === cashier.id && dateClose === undefined,
  );
}

/** `POST /shifts` */
export function openShift(
  state: Kassa24State,
  cashier: Cashier,
  { body }: SimulatedRequest,
): SimulatedResponse {
  const fields = isJsonObject(body) ? body : {};
  if (!fields.IdKkm) return refusal(400, 'Поле IdKKM не должно быть пустым');
  const dateOpen = offlineDate(fields);
  if (dateOpen === undefined) return refusal(400, 'Поле Date не соответствует формату');
  const kkm = findKkm(state, cashier, Number(fields.IdKkm));
  if (!kkm) return REFUSALS.noAccess;
  if (kkm.blocked) return REFUSALS.blocked;
  if (kkm.shift && kkm.shift.dateClose === undefined) return REFUSALS.alreadyOpen;
  if (cashier.busyElsewhere || hasOpenShift(state, cashier)) return REFUSALS.cashierBusy;
  if (!takeOfflineDate(kkm, dateOpen)) return REFUSALS.outOfOrder;
  const shift = addShift(state, kkm, cashier, dateOpen ?? state.clock.now());
  kkm.uid = randomUUID();
  const opened = {
    Id: shift.id,
    IdUser: shift.idUser,
    IdKkm: kkm.id,
    IdStatusShift: 1,
    DateOpen: date(shift.dateOpen),
  };
  // "ОК" in Cyrillic, as the document prints it for this call alone.
  return success({ Shift: opened }, kkm.silentUid ? undefined : kkm.uid, 'ОК');
}

function findShift(state: Kassa24State, cashier: Cashier, id: number): Shift | undefined {
  const shift = state.shifts.get(id);
  return shift && findKkm(state, cashier, shift.kkm.id) ? shift : undefined;
}

/** A cashier sees only the shifts that he has opened. */
function findOwnShift(state: Kassa24State, cashier: Cashier, id: number): Shift | undefined {
  const shift = findShift(state, cashier, id);
  return shift?.idUser === cashier.id ? shift : undefined;
}

/** `GET /shifts/:IdShift` */
export function getShift(state: Kassa24State, cashier: Cashier, idShift: number): SimulatedResponse {
  const shift = findOwnShift(state, cashier, idShift);
  return shift ? success(shiftAnswer(state, shift)) : REFUSALS.noAccess;
}

/** `GET /shifts/:IdShift/sections/reports` */
export function getSectionReport(state: Kassa24State, cashier: Cashier, idShift: number): SimulatedResponse {
  const shift = findOwnShift(state, cashier, idShift);
  return shift ? success({ Sections: sectionsAnswer(shift) }) : REFUSALS.noAccess;
}

/** Why this cashier gets no report of this shift. */
function reportRefusal(shift: Shift, cashier: Cashier): SimulatedResponse | undefined {
  if (shift.idUser !== cashier.id) return REFUSALS.wrongShift;
  if (shift.kkm.blocked) return REFUSALS.blocked;
  return shift.dateClose === undefined ? undefined : REFUSALS.closed;
}

/** `POST /shifts/:IdShift/x`, also for an expired shift. */
export function getXReport(state: Kassa24State, cashier: Cashier, idShift: number): SimulatedResponse {
  if (!state.shifts.has(idShift)) return REFUSALS.wrongShift;
  const shift = findShift(state, cashier, idShift);
  if (!shift) return REFUSALS.noAccess;
  return (
    reportRefusal(shift, cashier) ??
    success({ ...figuresAnswer(shift), Sections: sectionsAnswer(shift), OperatorCode: '' })
  );
}

/** Ends a shift; the rules of closing are the caller's. */
export function endShift(shift: Shift, dateClose: number): void {
  shift.dateClose = dateClose;
  shift.balanceClose = shift.kkm.cash;
}

/** `POST /shifts/:IdShift/z` */
export function closeShift(
  state: Kassa24State,
  cashier: Cashier,
  idShift: number,
  { body, headers }: SimulatedRequest,
): SimulatedResponse {
  if (!state.shifts.has(idShift)) return REFUSALS.wrongShift;
  const shift = findShift(state, cashier, idShift);
  if (!shift) return REFUSALS.noAccess;
  const fields = isJsonObject(body) ? body : {};
  if (!fields.IdKkm) return refusal(400, 'Поле IdKKM не должно быть пустым');
  if (Number(fields.IdKkm) !== shift.kkm.id) return REFUSALS.noAccess;
  const dateClose = offlineDate(fields);
  if (dateClose === undefined) return refusal(400, 'Поле Date не соответствует формату');
  return onceByUid(shift.kkm, headers.uid, () => {
    const refused = reportRefusal(shift, cashier);
    if (refused) return { refused };
    if (!takeOfflineDate(shift.kkm, dateClose)) return { refused: REFUSALS.outOfOrder };
    shift.zReports += 1;
    endShift(shift, dateClose ?? state.clock.now());
    const closed = date(shift.dateClose);
    return {
      data: {
        ...figuresAnswer(shift),
        OperatorCode: String(shift.idUser),
        DateOpen: date(shift.dateOpen),
        DateClose: closed,
        DateReportTaken: closed,
      },
    };
  });
}

/** The open shift that operations go to, or why there is none. */
export function sellingShift(state: Kassa24State, kkm: Kkm): Shift | { readonly refused: SimulatedResponse } {
  if (kkm.blocked) return { refused: REFUSALS.blocked };
  if (!kkm.shift || kkm.shift.dateClose !== undefined) return { refused: REFUSALS.closed };
  const expired = shiftStatus(kkm.shift, state.clock.now()).Id === 3;
  return expired ? { refused: REFUSALS.expired } : kkm.shift;
}
