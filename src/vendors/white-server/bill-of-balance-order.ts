import { randomUUID } from 'node:crypto';
import type { Call } from '#core/call.ts';
import type { Clock } from '#core/clock.ts';
import type { Change } from '#domain/change.ts';
import { verdictOnSending } from '#operations/verdict.ts';
import type { BillOfBalanceRequest } from './bill-of-balance.ts';
import { failureOf } from './failures.ts';
import type { ObjectLanes, Occupant } from './object-lanes.ts';
import { paramsOf, type ReportDefaults, readReport } from './report.ts';
import type { TaskAnswer, Tasks } from './tasks.ts';
import { isPending } from './wire.ts';

/** Written down before a report is ordered. Nothing tells later whether it was: White Server has no list of tasks. */
export type OrderEvidence = Occupant & {
  /** Seconds. */
  readonly agent_timeout: number;
  /** Milliseconds since the epoch. */
  readonly prepared_at: number;
};

/** How White Server knows a report, and how long it has to wait for it. */
export type OrderedReport = Occupant & {
  readonly task_guid: string;
  /** Seconds. */
  readonly agent_timeout: number;
  /** Milliseconds since the epoch. */
  readonly ordered_at: number;
};

export type BillOfBalanceOptions = {
  readonly tasks: Tasks;
  readonly clock: Clock;
  readonly defaults: ReportDefaults;
};

const TASK_TYPE = 'ShRepBillOfBalance';

/** White Server ends a task on its own when the agent's time is over; it gets a little more to say so. */
const SLACK_SECONDS = 15;

/** From the place in the lane to the order: two writes to the store. */
const PREPARED_MS = 30_000;

/** How long a report may be at work. */
export function limitMs({ agent_timeout }: { readonly agent_timeout: number }): number {
  return (agent_timeout + SLACK_SECONDS) * 1000;
}

/** What is left of the time that a report may take; a clock that was set back must not make it longer. */
export function remainingMs(
  sinceMs: number,
  report: { readonly agent_timeout: number },
  clock: Clock,
): number {
  return Math.min(limitMs(report), sinceMs + limitMs(report) - clock.now());
}

/** The guid of the task. A failure beside it is told by the task itself, unless it is a refusal of the order. */
function guidOf({ envelope, status, complain }: TaskAnswer, { http }: Tasks): string {
  const failure = isPending(envelope) ? undefined : failureOf(envelope, status, http);
  const { taskGuid } = envelope;
  if (failure && (taskGuid === null || verdictOnSending(failure) !== 'unknown')) throw failure;
  if (taskGuid === null) throw complain('missing_field', 'нет обязательного поля responseCommon.taskGuid');
  return taskGuid;
}

/** Has White Server make the report; resolves with how it is followed. */
export async function createTask(
  { tasks, clock }: BillOfBalanceOptions,
  wanted: Pick<OrderedReport, 'object_id' | 'agent_timeout' | 'ticket' | 'report'>,
  call: Call,
): Promise<OrderedReport> {
  const { object_id, agent_timeout, ticket, report } = wanted;
  const task = {
    taskType: TASK_TYPE,
    params: { async: { objectId: object_id, timeout: agent_timeout }, reportParams: paramsOf(report) },
  };
  const options = { effect: 'change', timeoutMs: limitMs(wanted) } as const;
  const task_guid = guidOf(await tasks.send(task, options, call), tasks);
  return { task_guid, object_id, agent_timeout, ordered_at: clock.now(), ticket, report };
}

/** The order of a report. It is free of harm to repeat, and still never made while it may be at work already. */
export function createOrder(
  options: BillOfBalanceOptions,
  lanes: ObjectLanes<OrderedReport>,
): Change<BillOfBalanceRequest, OrderEvidence, OrderedReport> {
  const { clock, defaults } = options;

  function holdFor(lost: OrderEvidence): void {
    const leftMs = remainingMs(lost.prepared_at, lost, clock);
    if (leftMs > 0) lanes.hold(lost, leftMs);
  }

  return {
    async prepare(data, { call, isDoubtful }, earlier) {
      const { objectId, agentTimeout, key } = readReport(data, defaults);
      const evidence = {
        object_id: objectId,
        agent_timeout: agentTimeout,
        report: key,
        ticket: randomUUID(),
      };
      // A task whose guid was lost may be at work: the restaurant gets no second one before it must have ended.
      if (isDoubtful && earlier) holdFor(earlier);
      const running = await lanes.enter(evidence, PREPARED_MS, call.signal);
      return running ? { answer: running } : { evidence: { ...evidence, prepared_at: clock.now() } };
    },

    async send(_data, evidence, { call }) {
      // It may wait for its turn at the account for longer than any lease.
      lanes.keep(evidence);
      try {
        const ordered = await createTask(options, evidence, call);
        lanes.hold(ordered, limitMs(ordered), ordered);
        return ordered;
      } catch (error) {
        if (verdictOnSending(error) === 'unknown') lanes.hold(evidence, limitMs(evidence));
        else lanes.leave(evidence);
        throw error;
      }
    },

    settlesAtOnce: true,
    evidenceLasts: true,

    // A report changes nothing, and without its guid nobody will ever read it: whether the vendor makes it or not,
    // nothing was done. A repeat is harmless, once the restaurant has surely got rid of the lost one; until then, after
    // a restart too, it gets no other either.
    async settle(evidence) {
      holdFor(evidence);
      return 'not_done';
    },
  };
}
