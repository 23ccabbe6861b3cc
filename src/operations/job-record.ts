import { Failure } from '#core/failure.ts';
import { isJsonObject, parseJson } from '#core/json.ts';
import type { JobFile } from '#domain/job.ts';
import type { JobClient } from '#domain/job-desk.ts';
import type { FileDescription, JobState, JobView } from '#domain/job-view.ts';
import { redact } from '#domain/redaction.ts';
import type { JobRecord } from '#store/job-table.ts';
import { type Outcome, outcomeFrom } from './outcome.ts';
import { verdictOnSending } from './verdict.ts';

/** The record's state is one of ours: only this folder writes it. */
function stateOf({ state }: JobRecord): JobState {
  return state as JobState;
}

export function hasEnded({ expiresAt }: JobRecord): boolean {
  return expiresAt !== null;
}

/** May this client know of it? */
export function isVisible(
  record: JobRecord,
  { name, seesAllJobs }: Pick<JobClient, 'name' | 'seesAllJobs'>,
): boolean {
  return seesAllJobs || record.client === name;
}

/** To whom it is not visible, it does not exist. */
export function jobNotFound(id: string): Failure {
  return new Failure('BUS_JOB_NOT_FOUND', { description: `задание ${id} не найдено` });
}

function fileOf({ id, file }: JobRecord): FileDescription | undefined {
  if (file === null) return undefined;
  return { ...(parseJson(file) as JobFile), url: `/files/${id}` };
}

/** What the job results in: what its vendor told, and its file. */
function resultOf(record: JobRecord): unknown {
  const result = record.result === null ? null : parseJson(record.result);
  const file = fileOf(record);
  return file === undefined ? result : { ...(isJsonObject(result) ? result : {}), file };
}

/** How a job that has ended is told to whoever waited for its result. */
export function jobOutcome(record: JobRecord): Outcome {
  if (record.failure !== null) return outcomeFrom(record.failure);
  return { data: resultOf(record) };
}

function failureOf(record: JobRecord): Failure | undefined {
  const outcome = record.failure === null ? undefined : jobOutcome(record);
  return outcome && 'failure' in outcome ? outcome.failure : undefined;
}

/**
 * Is a repeat of the same operation a new job? It is where nothing is known to be ordered. An order that was lost when
 * the job's time was over is no obstacle: the new job's is the same operation, which finds it before it sends anything.
 */
export function mayBeAskedAnew(record: JobRecord): boolean {
  const failure = failureOf(record);
  if (!failure || stateOf(record) !== 'failed' || record.ordered !== null) return false;
  return verdictOnSending(failure) !== 'refused';
}

function formatTime(epochMs: number): string {
  return new Date(epochMs).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** The Job as that client may see it: what was told to one who sees phones, cards and e-mails is not for everybody. */
export function toJobView(record: JobRecord, { seesPersonalData }: { seesPersonalData: boolean }): JobView {
  const { id, address, action, progress, createdAt, updatedAt, expiresAt } = record;
  const mayBeTold = seesPersonalData || !record.showPersonalData;
  const told = (value: unknown) => (mayBeTold ? value : redact(value, false));
  return {
    job_id: id,
    address,
    action,
    state: stateOf(record),
    progress,
    created: formatTime(createdAt),
    updated: formatTime(updatedAt),
    expires: expiresAt === null ? null : formatTime(expiresAt),
    result: stateOf(record) === 'done' ? told(resultOf(record)) : null,
    failure: (told(failureOf(record)?.toData()) ?? null) as JobView['failure'],
  };
}
