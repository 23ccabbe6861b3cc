import { type DataError, Failure } from '#core/failure.ts';
import { isJsonObject, parseJson } from '#core/json.ts';
import { daysBetween } from '#domain/time.ts';
import { PLAIN, toTheirs } from '#domain/vocabulary.ts';
import type { BillOfBalanceRequest } from './bill-of-balance.ts';

/** What the account says where a request does not. */
export type ReportDefaults = {
  readonly objectId: number | undefined;
  /** Seconds. */
  readonly agentTimeout: number;
};

/** A report as it is ordered. */
export type Report = {
  /** The restaurant. */
  readonly objectId: number;
  /** Seconds. */
  readonly agentTimeout: number;
  /** The same for all requests whose answer is the same, whatever the order of their keys: see {@link paramsOf}. */
  readonly key: string;
};

/** What programs write for no date at all. */
const ZERO_DATE = /^000[01]-/;

/** What no schema can say of a request: pointers and Russian sentences. */
function errorsOf(data: BillOfBalanceRequest, objectId: number | undefined): DataError[] {
  const { report_date, store } = data;
  const errors: DataError[] = [];
  if (ZERO_DATE.test(report_date.date) || daysBetween(report_date.date, report_date.date) === undefined) {
    errors.push({ path: '/report_date/date', message: 'такого дня нет в календаре' });
  }
  if (isGiven(store?.rid) && isGiven(store?.group_rid)) {
    errors.push({
      path: '/store/group_rid',
      message: 'нельзя вместе с /store/rid: склад или группа складов',
    });
  }
  if (objectId === undefined) {
    errors.push({ path: '/object_id', message: 'обязательное поле: в учётной записи object_id не задан' });
  }
  return errors;
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** `reportParams` of the report with that key, 003_… 'Формат запроса'. */
export function paramsOf(key: string): unknown {
  const [, params] = parseJson(key) as [objectId: number, params: unknown];
  return params;
}

/** Without nulls and without objects that are empty, keys in order. */
function tidied(value: unknown): unknown {
  if (!isJsonObject(value)) return value;
  const members = Object.entries(value)
    .map(([key, inner]): [string, unknown] => [key, tidied(inner)])
    .filter(([, inner]) => isGiven(inner) && !(isJsonObject(inner) && Object.keys(inner).length === 0))
    .sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(members);
}

/** Reads a request that fits its schema. Throws `BUS_INVALID_DATA` with the pointers of what is wrong all the same. */
export function readReport(data: BillOfBalanceRequest, defaults: ReportDefaults): Report {
  const { object_id, agent_timeout, remnants, ...others } = data;
  const objectId = object_id ?? defaults.objectId;
  const errors = errorsOf(data, objectId);
  if (errors.length > 0 || objectId === undefined) {
    const where = errors.map(({ path, message }) => `${path} ${message}`).join('; ');
    throw new Failure('BUS_INVALID_DATA', {
      description: `поле data не соответствует действию: ${where}`,
      details: { errors },
    });
  }
  // 003_…: without a condition the value is ignored.
  const params = toTheirs(tidied({ ...others, ...(remnants?.condition ? { remnants } : {}) }), PLAIN);
  const agentTimeout = agent_timeout ?? defaults.agentTimeout;
  return { objectId, agentTimeout, key: JSON.stringify([objectId, params]) };
}
