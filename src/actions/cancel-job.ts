import { defineAction } from '#domain/action.ts';
import { JobView } from '#domain/job-view.ts';
import { JobId } from './job-id.ts';

/** Ends a job, and tells its vendor that nobody wants the report any more; one that has ended stays as it is. */
export const cancelJob = defineAction({
  address: 'bus.jobs',
  action: 'cancel_job',
  target: 'jobs',
  effect: 'change',
  defaultTimeoutMs: 120_000,
  request: JobId,
  reply: JobView,
  handle: ({ job_id: jobId }, { jobs, client, call }) => jobs.cancel(jobId, client, call.signal),
});
