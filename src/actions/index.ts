/** The common services, one line an action. */
export { authorize } from './authorize.ts';
export { closeShift } from './close-shift.ts';
export { getTokenBySerial } from './get-token-by-serial.ts';
export { getTokens } from './get-tokens.ts';
export { getXReport } from './get-x-report.ts';
export { initSession } from './init-session.ts';
export { logout } from './logout.ts';
export { openShift } from './open-shift.ts';
export { version } from './version.ts';
