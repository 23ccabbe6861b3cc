import { defineAction } from '#domain/action.ts';
import { JobView } from '#domain/job-view.ts';
import { JobId } from './job-id.ts';

/** A job when it has ended, or as it is when the time is over. */
export const waitJob = defineAction({
  address: 'bus.jobs',
  action: 'wait_job',
  target: 'jobs',
  effect: 'read',
  defaultTimeoutMs: 60_000,
  request: JobId,
  reply: JobView,
  handle: ({ job_id: jobId }, { jobs, client, call }) => jobs.wait(jobId, client, call.signal),
});
