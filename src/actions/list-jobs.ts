import { Type } from 'typebox';
import { defineAction } from '#domain/action.ts';
import { JobState, JobView } from '#domain/job-view.ts';

const MAX_LIMIT = 1000;

/** The client's jobs, newest first; those of everybody where a rule says so. */
export const listJobs = defineAction({
  address: 'bus.jobs',
  action: 'list_jobs',
  target: 'jobs',
  effect: 'read',
  request: Type.Object(
    {
      state: Type.Optional(JobState),
      address: Type.Optional(Type.String()),
      action: Type.Optional(Type.String()),
      before: Type.Optional(
        Type.String({
          description: 'only older jobs: than this job_id, or created before this RFC 3339 time',
        }),
      ),
      limit: Type.Optional(
        Type.Integer({
          minimum: 1,
          maximum: MAX_LIMIT,
          description: '100 when absent; a page of large results ends earlier',
        }),
      ),
    },
    { additionalProperties: false },
  ),
  reply: Type.Array(JobView),
  handle: (filter, { jobs, client }) => jobs.list(filter, client),
});
