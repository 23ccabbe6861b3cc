import type { Call } from '#core/call.ts';
import { Failure } from '#core/failure.ts';
import type { Job, JobContext, JobStep } from '#domain/job.ts';
import type { BillOfBalance, BillOfBalanceRequest } from './bill-of-balance.ts';
import {
  type BillOfBalanceOptions,
  createOrder,
  limitMs,
  type OrderEvidence,
  type OrderedReport,
  remainingMs,
} from './bill-of-balance-order.ts';
import { failureOf, neverAnswered } from './failures.ts';
import { toBillOfBalance } from './map.ts';
import { ObjectLanes } from './object-lanes.ts';
import { Renewals } from './renewals.ts';
import { readReport } from './report.ts';
import type { TaskAnswer, Tasks } from './tasks.ts';
import { isPending } from './wire.ts';

export type BillOfBalanceJob = Job<BillOfBalanceRequest, OrderEvidence, OrderedReport, BillOfBalance> & {
  /** Throws `BUS_INVALID_DATA` for a request that fits its schema and cannot be ordered all the same. */
  check(data: BillOfBalanceRequest): void;
  /**
   * The same for requests with the same answer: the second is to find the first at work. Others wait for their
   * restaurant by themselves. Throws as `check` does.
   */
  laneOf(data: BillOfBalanceRequest): string;
  close(): void;
};

/** How often to ask: soon at first, then less and less. Milliseconds. */
const PACES = [
  { untilMs: 4000, everyMs: 2000 },
  { untilMs: 7000, everyMs: 3000 },
  { untilMs: 17_000, everyMs: 5000 },
] as const;
const SLOWEST_PACE_MS = 10_000;

/** The report has ended so, or its answer cannot be used, and will not be another the next time. */
const LASTING_CODES = new Set(['Timeout', 'AwaitingAnswer', 'missing_field', 'wrong_type', 'too_large']);

/** Perhaps the server's trouble of this moment: believed when the report should long have ended. */
const MOMENTARY_CODES = new Set(['InternalError', 'other_task']);

/** Has the report itself failed, or could it only not be asked for now? */
function isFinal({ details, name }: Failure, isLate: boolean): boolean {
  if (!details || !('status' in details) || details.status === null) return false;
  // A refusal without a word of White Server's is a proxy's, and may pass.
  if (name === 'VENDOR_REJECTED' || name === 'VENDOR_AUTH_FAILED') {
    return isLate || details.errors !== undefined;
  }
  return LASTING_CODES.has(details.code) || (isLate && MOMENTARY_CODES.has(details.code));
}

function paceMs(elapsedMs: number): number {
  return PACES.find(({ untilMs }) => elapsedMs < untilMs)?.everyMs ?? SLOWEST_PACE_MS;
}

/** How many looks that hang one after the other a report must outlast. */
const HANGING_LOOKS = 3;

/** For how long one look may wait for its answer (milliseconds). */
const LONGEST_LOOK_MS = 60_000;
const SHORTEST_LOOK_MS = 5000;

/** A refusal that is not White Server's own says nothing of the report, so that it is no refusal of it. */
function toBeAskedAgain(failure: Failure): Failure {
  const { name, description, details } = failure;
  if (name !== 'VENDOR_REJECTED' || !details) return failure;
  return new Failure('VENDOR_BAD_RESPONSE', { description, details });
}

/** Nobody tells for how long White Server keeps an answer. */
function isForgotten({ details }: Failure): boolean {
  return (
    details !== undefined &&
    'status' in details &&
    details.code === 'NotFound' &&
    details.errors !== undefined
  );
}

/** Is the answer about the report that was asked for? */
function checkTask({ envelope, complain }: TaskAnswer, { task_guid, object_id }: OrderedReport): void {
  const { taskGuid, objectId } = envelope;
  if (taskGuid !== null && taskGuid.toLowerCase() !== task_guid.toLowerCase()) {
    throw complain('other_task', `ответ о задании ${taskGuid}, а спрошено о ${task_guid}`);
  }
  if (objectId !== null && objectId !== String(object_id)) {
    throw complain('other_task', `ответ о ресторане ${objectId}, а спрошено о ${object_id}`);
  }
}

/** One look at a report that was ordered: how it is, or its answer. */
async function look(
  tasks: Tasks,
  ordered: OrderedReport,
  call: Call,
  elapsedMs: number,
): Promise<TaskAnswer | Extract<JobStep<never>, { state: string }>> {
  const task = { taskType: 'GetTaskResponse', params: { taskGuid: ordered.task_guid } };
  const leftMs = limitMs(ordered) - elapsedMs;
  const timeoutMs = Math.min(LONGEST_LOOK_MS, Math.max(SHORTEST_LOOK_MS, leftMs / HANGING_LOOKS));
  const answer = await tasks.send(task, { effect: 'read', timeoutMs }, call);
  const { envelope, status } = answer;
  checkTask(answer, ordered);
  if (isPending(envelope)) {
    if (elapsedMs >= limitMs(ordered)) throw neverAnswered(status, tasks.http);
    return { state: 'running', progress: null, againInMs: paceMs(elapsedMs) };
  }
  const failure = failureOf(envelope, status, tasks.http);
  if (failure) throw failure;
  return answer;
}

/**
 * 003_… as a job: an asynchronous task, then `GetTaskResponse` until it has ended. One report of a restaurant at a
 * time; the same report that is running already is followed instead of being ordered again.
 */
export function createBillOfBalanceJob(options: BillOfBalanceOptions): BillOfBalanceJob {
  const { tasks, clock, defaults } = options;
  const lanes = new ObjectLanes<OrderedReport>(clock);
  const renewals = new Renewals(options);

  function end<S extends JobStep<BillOfBalance>>(ordered: OrderedReport, step: S): S {
    lanes.leave(ordered);
    return step;
  }

  /** Where it cannot be ordered anew, the first `failure` stands. */
  async function renew(forgotten: OrderedReport, failure: Failure, call: Call): Promise<JobStep<never>> {
    try {
      const ordered = await renewals.order(forgotten, call);
      lanes.hold(ordered, limitMs(ordered), ordered);
      return { state: 'running', progress: null, againInMs: paceMs(0) };
    } catch (error) {
      // The bus stops, or somebody has cancelled: no end of the report.
      if (call.signal.aborted) throw error;
      return end(forgotten, { failure });
    }
  }

  async function attend(
    ordered: OrderedReport,
    { call, showPersonalData }: JobContext,
  ): Promise<JobStep<BillOfBalance>> {
    const seen = await look(tasks, ordered, call, clock.now() - ordered.ordered_at);
    if ('state' in seen) return seen;
    const { envelope, complain } = seen;
    return end(ordered, { result: toBillOfBalance(envelope.taskResponse, showPersonalData, complain) });
  }

  return {
    order: createOrder(options, lanes),

    async follow(first, context) {
      const again = renewals.find(first.ticket);
      const ordered = again ?? first;
      const leftMs = remainingMs(ordered.ordered_at, ordered, clock);
      if (leftMs > 0) lanes.hold(ordered, leftMs, ordered);
      try {
        return await attend(ordered, context);
      } catch (error) {
        const failure = Failure.from(error);
        if (!isFinal(failure, leftMs <= 0)) throw toBeAskedAgain(failure);
        if (isForgotten(failure) && !again) return renew(ordered, failure, context.call);
        return end(ordered, { failure });
      }
    },

    check: (data) => void readReport(data, defaults),
    complete(data) {
      const { objectId, agentTimeout } = readReport(data, defaults);
      return { ...data, object_id: objectId, agent_timeout: agentTimeout };
    },
    laneOf: (data) => readReport(data, defaults).key,
    close: () => lanes.close(),
  };
}
