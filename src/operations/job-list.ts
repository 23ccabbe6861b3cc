import { Failure } from '#core/failure.ts';
import type { JobClient, JobFilter } from '#domain/job-desk.ts';
import { parseTime } from '#domain/time.ts';
import type { JobQuery } from '#store/job-table.ts';

const DEFAULT_LIMIT = 100;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function boundOf(before: string | undefined): Pick<JobQuery, 'beforeId' | 'beforeMs'> {
  if (before === undefined) return {};
  if (UUID.test(before)) return { beforeId: before.toLowerCase() };
  const beforeMs = parseTime(before);
  if (beforeMs !== undefined) return { beforeMs };
  const message = 'нужен job_id или время RFC 3339';
  throw new Failure('BUS_INVALID_DATA', { details: { errors: [{ path: '/before', message }] } });
}

/** What a client that asks for jobs gets to see; results are large. Throws `BUS_INVALID_DATA`. */
export function toQuery(
  filter: JobFilter,
  client: JobClient,
  { now, maxBytes }: Pick<JobQuery, 'now' | 'maxBytes'>,
): JobQuery {
  const { state, address, action, before, limit = DEFAULT_LIMIT } = filter;
  const of = client.seesAllJobs ? undefined : client.name;
  return { client: of, state, address, action, ...boundOf(before), now, limit, maxBytes };
}
