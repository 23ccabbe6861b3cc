import type { Exchange } from '#core/call.ts';
import type { Clock } from '#core/clock.ts';
import { Failure } from '#core/failure.ts';
import type { ActionClient, ServiceHeaders } from '#domain/action.ts';
import type { JobDesk } from '#domain/job-desk.ts';
import { hasEnded, jobOutcome, toJobView } from '#operations/job-record.ts';
import type { JobRequest, Jobs } from '#operations/jobs.ts';

/** How long a requester waits for the result of a job when it does not say (milliseconds). */
const WAIT_TIMEOUT_MS = 120_000;

type Requester = {
  readonly client: ActionClient;
  readonly signal: AbortSignal;
  readonly exchanges: Exchange[];
};

export type JobOrder = Omit<JobRequest, 'client' | 'operationId' | 'showPersonalData'>;

/** Orders the job: answers the Job, or with `wait` its result, which may be its failure, or `BUS_TIMEOUT`. */
export async function orderJob(
  { jobs, clock }: { readonly jobs: Pick<Jobs, 'order' | 'wait'>; readonly clock: Clock },
  { client, signal, exchanges }: Requester,
  { operationId, wait, timeoutMs = WAIT_TIMEOUT_MS }: ServiceHeaders,
  order: JobOrder,
): Promise<unknown> {
  const timeOut = new AbortController();
  const timer = clock.setTimeout(() => timeOut.abort(), timeoutMs);
  try {
    const showPersonalData = client.seesPersonalData;
    const placed = await jobs.order({ ...order, client: client.name, operationId, showPersonalData });
    if (!wait) return toJobView(placed, client);
    const record = await jobs.wait(placed, AbortSignal.any([timeOut.signal, signal]), exchanges);
    if (!hasEnded(record)) throw stillRunning(record.id);
    const outcome = jobOutcome(record);
    if ('failure' in outcome) throw outcome.failure;
    return outcome.data;
  } finally {
    timer.cancel();
  }
}

function stillRunning(jobId: string): Failure {
  const description = 'время ожидания истекло, задание продолжается: спросите о нём bus.jobs';
  return new Failure('BUS_TIMEOUT', { description, details: { job_id: jobId } });
}

/** The jobs as the actions of `bus.jobs` see them. */
export function createJobDesk(jobs: Jobs): JobDesk {
  return {
    get: async (id, client) => toJobView(await jobs.find(id, client), client),
    wait: async (id, client, signal) =>
      toJobView(await jobs.wait(await jobs.find(id, client), signal), client),
    cancel: async (id, client, signal) =>
      toJobView(await jobs.cancel(await jobs.find(id, client), signal), client),
    list: async (filter, client) =>
      (await jobs.list(filter, client)).map((record) => toJobView(record, client)),
  };
}
