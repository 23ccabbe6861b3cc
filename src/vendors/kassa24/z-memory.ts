import type { Desk } from './desk.ts';

/** A closing that did not go straight on, in the account's memory. */
const KEY = 'closing';

/** The shift, the Uid that it is closed with, and when the vendor last said that it is being closed. */
export type Closing = {
  readonly id_shift: number;
  readonly uid: string;
  /** Milliseconds since the epoch. */
  readonly in_progress_at: number | null;
};

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
  const closing = (await desk.state.read(desk.device.token, KEY)) as Closing | undefined;
  return closing?.id_shift === idShift ? closing : undefined;
}
