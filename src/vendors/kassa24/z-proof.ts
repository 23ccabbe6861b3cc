import { isJsonObject } from '#core/json.ts';
import type { Answer, Desk } from './desk.ts';
import { dateTime, integer, member } from './fields.ts';
import type { Shift } from './wire.ts';

/** Is it a report at all? A receipt has no `Total` with subtotals. */
export function isZ({ data }: Answer): boolean {
  return isJsonObject(member(data, 'Total'));
}

/** Is it the report of this shift, as far as it tells? That of an earlier one was taken before this one began. */
export function isZOf({ dateOpen }: Shift, answer: Answer, { time }: Desk): boolean {
  if (!isZ(answer)) return false;
  const { data, unreadable } = answer;
  const taken = dateTime(member(data, 'DateClose'), { ...time, isLenient: true }, 'DateClose', unreadable);
  return taken === null || dateOpen === null || Date.parse(taken) >= Date.parse(dateOpen);
}

/** Does it name another register? The samples do, so that it is a reason to doubt and no more. */
export function namesOtherRegister({ data, unreadable }: Answer, { device }: Desk): boolean {
  try {
    const idKkm = integer(member(member(data, 'Kkm'), 'Id'), 'Kkm.Id', unreadable);
    return idKkm !== null && idKkm !== 0 && idKkm !== device.id_kkm;
  } catch {
    return true;
  }
}
