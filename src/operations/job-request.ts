import { randomUUID } from 'node:crypto';
import type { Job } from '#domain/job.ts';
import type { JobRecord } from '#store/job-table.ts';
import { contentsOf } from './contents.ts';
import { type OperationRequest, scopeOf } from './operations.ts';

/** What a job is ordered with. */
export type JobRequest = Omit<OperationRequest, 'change' | 'lane'> & { readonly job: Job };

function completeData({ job, data }: JobRequest): unknown {
  return job.complete ? job.complete(data) : data;
}

/** What the client's id may stand for already: a change of the whole register or account, or the order in its lane. */
export function possibleOperations(request: JobRequest): OperationRequest[] {
  const { job, ...named } = request;
  const whole = { ...named, data: completeData(request) };
  return [whole, { ...whole, lane: job.laneOf?.(whole.data) }];
}

/** The job as it is written down for the first time; `now` in milliseconds since the epoch. */
export function toJobRecord(request: JobRequest, now: number, deadlineMs: number): JobRecord {
  const { client, address, action, account, token, data, showPersonalData, operationId } = request;
  const id = randomUUID();
  const scope = scopeOf(account, token);
  return {
    ...{ id, client, scope, operationId: operationId ?? id, address, action, account, token },
    // What was asked for stays the same, whatever the configuration has added.
    ...{ contents: contentsOf(address, action, scope, data), showPersonalData },
    ...{ state: 'queued', progress: null, data: JSON.stringify(completeData(request) ?? null) },
    ...{ ordered: null, result: null, failure: null, file: null },
    ...{ createdAt: now, updatedAt: now, deadlineAt: now + deadlineMs, expiresAt: null },
  };
}
