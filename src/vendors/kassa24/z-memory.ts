import type { Desk } from './desk.ts';

/** A closing that did not go straight on, in the account's memory. */
const KEY = 'closing';

/** The shift, the Uid that it is closed with, and when the vendor last said that it is being closed. */
export type Closing = {
  readonly id_shift: number;
  readonly uid: string;
  /** Milliseconds since the epoch. */
  readonly in_progress_at: number | null;
  /** Nobody knows what became of it: whoever closes the shift next has to do it with the same Uid. */
  readonly is_open_question?: boolean;
};

async function read({ state, device }: Desk): Promise<Closing | undefined> {
  return (await state.read(device.token, KEY)) as Closing | undefined;
}

function remember({ state, device }: Desk, closing: Closing): Promise<void> {
  return state.write(device.token, KEY, closing);
}

/** Before another Uid than the one in the evidence is sent. */
export function rememberUidOf(desk: Desk, idShift: number, uid: string): Promise<void> {
  return remember(desk, { id_shift: idShift, uid, in_progress_at: null });
}

/** As long as it is in progress an open shift proves nothing. */
export function markInProgress(desk: Desk, idShift: number, uid: string): Promise<void> {
  return remember(desk, { id_shift: idShift, uid, in_progress_at: desk.clock.now() });
}

/** What is remembered of the closing of this shift; undefined where it went straight on. */
export async function rememberedClosing(desk: Desk, idShift: number): Promise<Closing | undefined> {
  const closing = await read(desk);
  return closing?.id_shift === idShift ? closing : undefined;
}

/** Until it is known whether this shift was closed with this Uid, it is closed with no other. */
export async function holdUid(desk: Desk, idShift: number, uid: string): Promise<void> {
  const closing = await read(desk);
  // What is found out late of an earlier shift is no reason to forget the later one's.
  if (closing && closing.id_shift > idShift) return;
  const known = closing?.id_shift === idShift ? closing : { id_shift: idShift, uid, in_progress_at: null };
  if (!known.is_open_question) await remember(desk, { ...known, is_open_question: true });
}

/** It is known now, or the vendor has said that the Uid is good for nothing any more. */
export async function releaseUid(desk: Desk, idShift: number): Promise<void> {
  const closing = await rememberedClosing(desk, idShift);
  if (closing?.is_open_question) await remember(desk, { ...closing, is_open_question: false });
}
