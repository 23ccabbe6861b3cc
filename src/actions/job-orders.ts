import type { Exchange } from '#core/call.ts';
import type { Signal } from '#core/cancellation.ts';
import { type Clock, withTimeOut } from '#core/clock.ts';
import { Failure } from '#core/failure.ts';
import type { ActionClient, ServiceHeaders } from '#domain/action.ts';
import type { JobDesk } from '#domain/job-desk.ts';
import type { JobView } from '#domain/job-view.ts';
import { hasEnded, jobOutcome, toJobView } from '#operations/job-record.ts';
import type { JobRequest } from '#operations/job-request.ts';
import type { Jobs } from '#operations/jobs.ts';
import type { JobRecord } from '#store/job-table.ts';

/** How long a requester waits for the result of a job when it does not say (milliseconds). */
const WAIT_TIMEOUT_MS = 120_000;

type Requester = {
  readonly client: ActionClient;
  readonly signal: Signal;
  readonly exchanges: Exchange[];
};

export type JobOrder = Omit<JobRequest, 'client' | 'operationId' | 'showPersonalData'>;

/** The job as whoever ordered it sees it, and every call to a vendor that was made for it since. */
export type JobWatcher = (ended: { readonly view: JobView; readonly exchanges: readonly Exchange[] }) => void;

export type JobOrderOptions = {
  readonly jobs: Pick<Jobs, 'order' | 'wait'>;
  readonly clock: Clock;
  /** Aborted when the bus stops and nobody may wait any longer. */
  readonly stopped: Signal;
  /** The vendors' answers are wanted whole, whoever asks. */
  readonly isRecording?: boolean;
  /** Told of every job that nobody waits for when it has ended, or when the bus stops before that. */
  readonly onJobEnded?: JobWatcher | undefined;
};

/** The answers of a report that takes minutes are many; they are kept only where somebody gets to see them. */
function withoutTexts({ request, outcome, ...facts }: Exchange): Exchange {
  const { body: _, ...asked } = request;
  return { ...facts, request: asked, outcome: 'fault' in outcome ? outcome : { ...outcome, text: '' } };
}

/** Orders the job: answers the Job, or with `wait` its result, which may be its failure, or `BUS_TIMEOUT`. */
export function orderJob(
  { jobs, clock, stopped, isRecording = false, onJobEnded }: JobOrderOptions,
  { client, signal, exchanges }: Requester,
  { operationId, wait, raw, timeoutMs = WAIT_TIMEOUT_MS }: ServiceHeaders,
  order: JobOrder,
): Promise<unknown> {
  return withTimeOut(clock, timeoutMs, [signal, stopped], async (isOver) => {
    const showPersonalData = client.seesPersonalData;
    const request = { ...order, client: client.name, operationId, showPersonalData };
    const placed = await jobs.order(request, isOver);
    if (!wait) {
      if (onJobEnded) void follow(jobs, placed, stopped, client).then(onJobEnded);
      return toJobView(placed, client);
    }
    const record = await jobs.wait(placed, isOver, (made) => {
      exchanges.push(...(raw || isRecording ? made : made.map(withoutTexts)));
    });
    if (!hasEnded(record)) throw stillRunning(record.id);
    const outcome = jobOutcome(record);
    if ('failure' in outcome) throw outcome.failure;
    return outcome.data;
  });
}

/** Never rejects: what cannot be read at its end is told as it was at the beginning. */
async function follow(
  jobs: Pick<Jobs, 'wait'>,
  placed: JobRecord,
  stopped: Signal,
  client: ActionClient,
): Promise<Parameters<JobWatcher>[0]> {
  const exchanges: Exchange[] = [];
  const ended = await jobs.wait(placed, stopped, (made) => exchanges.push(...made)).catch(() => placed);
  return { view: toJobView(ended, client), exchanges };
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
