import type { Failure } from '#core/failure.ts';
import { isJsonObject, JsonNumber } from '#core/json.ts';

/** Makes the failure for an answer that is not what is documented: our code for it and a sentence in Russian. */
export type Complain = (code: WireFault, message: string) => Failure;

type WireFault = 'missing_field' | 'wrong_type' | 'other_task';

/** From the surface down: White Server, the restaurant's agent, its cash server, StoreHouse. */
const LEVELS = {
  wsError: 'ws_error',
  agentError: 'agent_error',
  rkError: 'rk_error',
  shError: 'sh_error',
} as const;

type ErrorLevel = (typeof LEVELS)[keyof typeof LEVELS];

/** One level of an `error`. */
export type TaskError = {
  readonly level: ErrorLevel;
  /** Empty when it is not told; numbers of StoreHouse as text. */
  readonly code: string;
  readonly extCode: string | null;
  readonly desc: string;
};

/** 003_… 'Формат ответа': what every answer of White Server comes in. */
export type Envelope = {
  /** Undefined while there is none. */
  readonly taskResponse: unknown;
  readonly taskGuid: string | null;
  readonly objectId: string | null;
  /** What has failed, from the surface down; empty when nothing has. */
  readonly errors: readonly TaskError[];
};

/** A text or a number as a text; null when there is nothing in it. */
export function text(value: unknown): string | null {
  if (typeof value === 'number' || value instanceof JsonNumber) return String(value);
  if (typeof value !== 'string') return null;
  return value.trim() === '' ? null : value.trim();
}

function readError(level: ErrorLevel, value: unknown): TaskError[] {
  const { code, extCode, desc } = isJsonObject(value) ? value : { code: value };
  const error = { level, code: text(code) ?? '', extCode: text(extCode), desc: text(desc) ?? '' };
  // The documentation prints empty levels beside those that have failed.
  return error.code === '' && error.desc === '' ? [] : [error];
}

function readErrors(error: unknown): TaskError[] {
  if (!isJsonObject(error)) return readError('ws_error', error);
  return Object.entries(LEVELS).flatMap(([key, level]) => readError(level, error[key]));
}

export function readEnvelope(answer: unknown, complain: Complain): Envelope {
  if (!isJsonObject(answer)) throw complain('wrong_type', 'вместо объекта пришло другое значение');
  const common = isJsonObject(answer.responseCommon) ? answer.responseCommon : {};
  return {
    taskResponse: answer.taskResponse ?? undefined,
    taskGuid: text(common.taskGuid),
    objectId: text(common.objectId),
    errors: readErrors(answer.error),
  };
}

/** Is the task still on its way? Nobody documents what its answer looks like then, beyond the code. */
export function isPending({ errors, taskResponse }: Envelope): boolean {
  const [error, deeper] = errors;
  if (!error) return taskResponse === undefined;
  return !deeper && error.level === 'ws_error' && error.code === 'AwaitingAnswer';
}
