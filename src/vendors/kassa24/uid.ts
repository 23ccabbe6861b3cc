import type { Call } from '#core/call.ts';
import { Failure } from '#core/failure.ts';
import type { HttpResponse } from '#core/http.ts';
import { type Desk, getUid, type Reading } from './desk.ts';
import { readNextUid } from './wire.ts';

/**
 * The register's next Uid in the account's memory: a text, or null when the vendor has to be asked before the
 * next change, since an answer that told it was lost.
 */
const KEY = 'uid';

/**
 * The Uid of the register's next operation. Every receipt of another program changes it, so that what is remembered is
 * only taken where the vendor refuses to tell.
 */
export async function currentUid(desk: Desk, call: Call): Promise<string> {
  try {
    return await renewUid(desk, call);
  } catch (caught) {
    const remembered = await desk.state.read(desk.device.token, KEY);
    if (typeof remembered === 'string' && Failure.from(caught).name === 'VENDOR_REJECTED') return remembered;
    throw caught;
  }
}

/** Asks for the Uid and remembers it. */
export async function renewUid(desk: Desk, call: Call, reading: Reading = {}): Promise<string> {
  const uid = await getUid(desk, call, reading);
  await desk.state.write(desk.device.token, KEY, uid);
  return uid;
}

/** Every answer to an operation tells the next Uid in its header; one that does not leaves it as it is. */
export async function rememberNextUid(desk: Desk, response: HttpResponse): Promise<string | undefined> {
  const uid = readNextUid(response);
  if (uid !== undefined) await desk.state.write(desk.device.token, KEY, uid);
  return uid;
}

/** The vendor has to be asked before the next change of the register. */
export async function forgetUid(desk: Desk): Promise<void> {
  await desk.state.write(desk.device.token, KEY, null);
}

/** Asks where that is due; for a change that gets along without one, so a refusal does not matter. */
export async function renewForgottenUid(desk: Desk, call: Call): Promise<void> {
  if ((await desk.state.read(desk.device.token, KEY)) !== null) return;
  await renewUid(desk, call).catch((caught: unknown) => {
    if (!/^(VENDOR_REJECTED|AVQFR_SHIFT_IS_CLOSED)$/.test(Failure.from(caught).name)) throw caught;
  });
}
