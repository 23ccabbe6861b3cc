import { type Static, Type } from 'typebox';
import { Failure } from '#core/failure.ts';
import type { ActionClient, ActionContext } from '#domain/action.ts';
import type { Register } from '#domain/directory.ts';
import { type Answer, type Desk, getShiftData, type Kassa24Port } from './desk.ts';
import { readShift } from './wire.ts';
import { currentShiftId } from './x-report.ts';

export const ShiftId = Type.Object(
  {
    id_shift: Type.Optional(
      Type.Integer({ minimum: 1, description: "the shift's id; without it the register's open shift" }),
    ),
  },
  { additionalProperties: false },
);

type Context = ActionContext<{ readonly register: string }, Kassa24Port>;

/** A shift that the requester may hear of, and the register that it belongs to. */
export type FoundShift = {
  readonly idShift: number;
  readonly desk: Desk;
  /** Its information, where it had to be read to find that out. */
  readonly information?: Answer;
};

/** What of a requester such a read depends on. */
export function shiftReadDiffersBy({ id_shift }: Static<typeof ShiftId>, client: ActionClient): unknown {
  return id_shift === undefined ? client.seesPersonalData : client.name;
}

/** The register of the same account with that `IdKkm`. */
function findRegister({ directory, register }: Context, idKkm: number): Register | undefined {
  return [...directory.registers.values()].find(
    ({ account, port }) =>
      account.name === register.account.name && (port as Kassa24Port).desk.device.id_kkm === idKkm,
  );
}

/**
 * The shift that a request is about. One that is named is read before anything is done or told: at another
 * register than the message's it is the business of those who are permitted that register, PIN included.
 */
export async function findShift(
  { id_shift: idShift }: Static<typeof ShiftId>,
  context: Context,
): Promise<FoundShift> {
  const { port, call } = context;
  const { desk } = port;
  if (idShift === undefined) return { idShift: await currentShiftId(desk, call), desk };
  const information = await getShiftData(desk, idShift, call);
  return { idShift, desk: deskOf(idKkmOf(information, desk), context), information };
}

function idKkmOf({ data, unreadable }: Answer, { time }: Desk): number {
  const { idKkm } = readShift(data, time, unreadable);
  if (idKkm) return idKkm;
  throw unreadable('missing_field', 'нет обязательного поля Shift.IdKkm');
}

function deskOf(idKkm: number, context: Context): Desk {
  const { desk } = context.port;
  if (idKkm === desk.device.id_kkm) return desk;
  const { client, pins } = context;
  const owner = findRegister(context, idKkm);
  if (!owner || !client.permits(owner.token)) {
    throw new Failure('BUS_ACCESS_DENIED', {
      description: 'эта смена другой кассы: правила клиента её не разрешают',
    });
  }
  pins.check(client.name, owner);
  return (owner.port as Kassa24Port).desk;
}
