import { permits, rulesShowAllJobs, rulesShowPersonalData, type Touch } from '#bus/access.ts';
import type { Client } from '#bus/client.ts';
import { Failure } from '#core/failure.ts';
import type { Message } from '#core/message.ts';
import type { JobFile } from '#domain/job.ts';
import type { JobClient } from '#domain/job-desk.ts';
import { isVisible, jobNotFound } from '#operations/job-record.ts';
import type { Jobs } from '#operations/jobs.ts';
import type { JobRecord } from '#store/job-table.ts';
import type { FoundFile } from '#transports/files-route.ts';

const EVENTS = 'jobs.';

export function jobIdOf(address: string): string {
  return address.slice(EVENTS.length);
}

/** Who listens to an event of a job: what the rules for what is sent out say, or those for `bus.jobs`. */
export function listenerOf(client: Client, { address, body }: Message): JobClient {
  const { name, inbound, outbound, personalData } = client;
  const event = { address, body };
  return {
    name,
    seesAllJobs: rulesShowAllJobs(outbound, event) || rulesShowAllJobs(inbound, asking(jobIdOf(address))),
    seesPersonalData: personalData || rulesShowPersonalData(outbound, event),
  };
}

/** As if the client asked for the job. */
function asking(jobId: string): Touch {
  return { address: 'bus.jobs', action: 'get_job', body: { job_id: jobId } };
}

/** As if the client ordered the job. */
function ordering({ address, action, account, token }: JobRecord): Touch {
  return { address, action, account, token: token ?? undefined, body: null };
}

/**
 * The file of a job, for whoever may call its action and sees the job. Rejects with `BUS_JOB_NOT_FOUND` or
 * `BUS_ACCESS_DENIED`.
 */
export async function findJobFile(jobs: Jobs, jobId: string, client: Client): Promise<FoundFile> {
  const { name, inbound, personalData } = client;
  // Whose it is says only the record itself.
  const record = await jobs.find(jobId, { name, seesAllJobs: true, seesPersonalData: false });
  const touch = ordering(record);
  const seesAllJobs = [asking(jobId), touch].some((one) => rulesShowAllJobs(inbound, one));
  if (!isVisible(record, { name, seesAllJobs })) throw jobNotFound(jobId);
  const isPermitted = seesAllJobs || permits(inbound, touch, () => true);
  // A file cannot be masked, and whoever ordered it may have lost the right since.
  const mayBeTold = !record.showPersonalData || personalData || rulesShowPersonalData(inbound, touch);
  if (!isPermitted || !mayBeTold) {
    throw new Failure('BUS_ACCESS_DENIED', {
      description: `правила клиента ${name} не разрешают файл этого задания`,
    });
  }
  return describe(jobs, record);
}

function describe(jobs: Jobs, record: JobRecord): FoundFile {
  if (record.file === null) {
    throw new Failure('BUS_JOB_NOT_FOUND', { description: `у задания ${record.id} нет файла` });
  }
  const { name, size, media_type: mediaType } = JSON.parse(record.file) as JobFile;
  return { name, size, mediaType, open: () => jobs.openFile(record) };
}
