import { defineAction } from '#domain/action.ts';
import { JobView } from '#domain/job-view.ts';
import { JobId } from './job-id.ts';

/** A job as it is now. */
export const getJob = defineAction({
  address: 'bus.jobs',
  action: 'get_job',
  target: 'jobs',
  effect: 'read',
  request: JobId,
  reply: JobView,
  handle: ({ job_id: jobId }, { jobs, client }) => jobs.get(jobId, client),
});
