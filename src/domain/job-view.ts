import { type Static, type TSchema, Type } from 'typebox';

/** A file of a job, as its result describes it. */
export const FileDescription = Type.Object({
  name: Type.String(),
  size: Type.Integer({ description: 'bytes' }),
  sha256: Type.String({ description: 'lower-case hex' }),
  media_type: Type.String(),
  url: Type.String({ description: 'relative to the HTTP listener: /files/<job_id>' }),
});
export type FileDescription = Static<typeof FileDescription>;

/** A result that is a file and nothing else, also one that is too large for a message (`limits.maxResultBytes`). */
export const FileResult = Type.Object({ file: FileDescription });

export const JobState = Type.Enum(['queued', 'ordered', 'running', 'done', 'failed', 'cancelled']);
export type JobState = Static<typeof JobState>;

const Time = Type.String({ description: 'RFC 3339, UTC' });

/** A job whose result, once it is done, is one of these. */
function jobWith(result: TSchema) {
  return Type.Object({
    job_id: Type.String({ description: 'UUID; events are published at jobs.<job_id>' }),
    address: Type.String(),
    action: Type.String(),
    state: JobState,
    progress: Type.Union([Type.Number({ minimum: 0, maximum: 1 }), Type.Null()]),
    created: Time,
    updated: Time,
    expires: Type.Union([Time, Type.Null()], { description: 'null until it has ended' }),
    result: Type.Union([result, Type.Null()]),
    failure: Type.Union([
      Type.Object({
        description: Type.String(),
        name: Type.String(),
        details: Type.Optional(Type.Unknown()),
      }),
      Type.Null(),
    ]),
  });
}

/** Any job, as `bus.jobs`, its events and the answer to its order show it. */
export const JobView = jobWith(Type.Unknown());
export type JobView = Static<typeof JobView>;

/** What the order of a job is answered with: the Job, or, with `wait`, its result. */
export function jobReply(result: TSchema): TSchema {
  return Type.Union([jobWith(Type.Union([result, FileResult])), result, FileResult]);
}
