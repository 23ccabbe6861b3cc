import { Type } from 'typebox';

/** `data` of what is about one job. */
export const JobId = Type.Object(
  { job_id: Type.String({ description: 'as the answer to the order gave it' }) },
  { additionalProperties: false },
);
