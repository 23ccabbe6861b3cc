import { Failure } from '#core/failure.ts';
import type { JobClient, JobFilter } from '#domain/job-desk.ts';
import type { JobQuery, JobRecord } from '#store/job-table.ts';

const DEFAULT_LIMIT = 100;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function boundOf(before: string | undefined): Pick<JobQuery, 'beforeId' | 'beforeMs'> {
  if (before === undefined) return {};
  if (UUID.test(before)) return { beforeId: before.toLowerCase() };
  const beforeMs = Date.parse(before);
  if (!Number.isNaN(beforeMs)) return { beforeMs };
  const message = 'нужен job_id или время RFC 3339';
  throw new Failure('BUS_INVALID_DATA', { details: { errors: [{ path: '/before', message }] } });
}

/** What a client that asks for jobs gets to see. Throws `BUS_INVALID_DATA`. */
export function toQuery(filter: JobFilter, client: JobClient, now: number): JobQuery {
  const { state, address, action, before, limit = DEFAULT_LIMIT } = filter;
  const of = client.seesAllJobs ? undefined : client.name;
  return { client: of, state, address, action, ...boundOf(before), now, limit };
}

/** As many as fit into a message of that size, and always one: results are large. */
export function pageOf(records: readonly JobRecord[], maxBytes: number): JobRecord[] {
  let bytes = 0;
  const end = records.findIndex(({ result }, index) => {
    bytes += Buffer.byteLength(result ?? '');
    return index > 0 && bytes > maxBytes;
  });
  return end < 0 ? [...records] : records.slice(0, end);
}
