/** The common services, one line an action. */
export { authorize } from './authorize.ts';
export { cancelJob } from './cancel-job.ts';
export { closeShift } from './close-shift.ts';
export { getJob } from './get-job.ts';
export { getStatus } from './get-status.ts';
export { getTokenBySerial } from './get-token-by-serial.ts';
export { getTokens } from './get-tokens.ts';
export { getXReport } from './get-x-report.ts';
export { getXReports } from './get-x-reports.ts';
export { initSession } from './init-session.ts';
export { listJobs } from './list-jobs.ts';
export { logout } from './logout.ts';
export { openShift } from './open-shift.ts';
export { reconcileShift } from './reconcile-shift.ts';
export { version } from './version.ts';
export { waitJob } from './wait-job.ts';
