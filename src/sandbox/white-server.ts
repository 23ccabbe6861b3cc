import type { Clock } from '#core/clock.ts';
import { isJsonObject } from '#core/json.ts';
import type { SimulatedRequest, SimulatedResponse, SimulatorDefinition, SimulatorSeed } from './simulator.ts';
import { control, type Gatekeeper } from './white-server-control.ts';
import { readReportParams } from './white-server-params.ts';
import { billOfBalance } from './white-server-report.ts';
import { type Restaurant, type SimulatedTask, TaskBook } from './white-server-tasks.ts';

const PATH = '/wsserverlp/api/v2/aggregators/Create';

const DEFAULT_TIMEOUT_S = 120;
const MAX_TIMEOUT_S = 180;

const REPORT = 'ShRepBillOfBalance';

/** What a task may use: the account that asks, its parameters and the state. */
type Visit = {
  readonly account: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly book: TaskBook;
  readonly clock: Clock;
};

/** Whatever has happened, the status is 200. */
const ok = (body: object): SimulatedResponse => ({ status: 200, body });

const refused = (code: string, more: object = {}): SimulatedResponse =>
  ok({ error: { wsError: { code, ...more } } });

const badRequest = () => refused('BadRequest', { desc: 'InvalidRequestStructure' });

function commonOf({ guid, taskType, restaurant }: SimulatedTask): object {
  return { responseCommon: { taskGuid: guid, taskType, objectId: restaurant.objectId } };
}

function timedOut({ timeoutMs }: SimulatedTask): object {
  const desc = `Agent is offline or has been unresponsive for more than ${Math.ceil(timeoutMs / 60_000)} minutes.`;
  return { error: { wsError: { code: 'Timeout', desc } } };
}

function reportOf({ restaurant, reportParams }: SimulatedTask): object {
  if (restaurant.outcome) return { error: restaurant.outcome };
  const report = billOfBalance(reportParams, restaurant.goods);
  return typeof report === 'string'
    ? { error: { shError: { code: 5, desc: report } } }
    : { taskResponse: report };
}

/** `async` or `sync`, exactly one. */
function readMode({ params }: Visit): { objectId: unknown; timeoutMs: number; isSync: boolean } | undefined {
  const { async, sync } = params;
  const mode = isJsonObject(async) ? async : sync;
  if (!isJsonObject(mode) || (async !== undefined && sync !== undefined)) return undefined;
  const { objectId, timeout = DEFAULT_TIMEOUT_S } = mode;
  if (!Number.isSafeInteger(objectId) || typeof timeout !== 'number') return undefined;
  if (!Number.isSafeInteger(timeout) || timeout < 1 || timeout > MAX_TIMEOUT_S) return undefined;
  return { objectId, timeoutMs: timeout * 1000, isSync: mode === sync };
}

function order(visit: Visit): SimulatedResponse {
  const { book, account, params } = visit;
  const mode = readMode(visit);
  if (!mode || typeof readReportParams(params.reportParams) === 'string') return badRequest();
  const restaurant = book.find(account, mode.objectId);
  if (!restaurant) {
    return refused('License', { extCode: 'WsProduct', desc: 'WsProduct license not found' });
  }
  const task = book.begin(restaurant, REPORT, params.reportParams, mode.timeoutMs);
  if (!task) return refused('TaskLimitExceeded');
  if (!mode.isSync) return ok(commonOf(task));
  return ok({ ...(task.readyAt === null ? timedOut(task) : reportOf(task)), ...commonOf(task) });
}

function getTaskResponse({ book, account, params }: Visit): SimulatedResponse {
  if (typeof params.taskGuid !== 'string') return badRequest();
  const task = book.read(account, params.taskGuid);
  if (!task) return refused('NotFound');
  const state = book.stateOf(task);
  // However late it is asked for the first time, a client has to have met this answer.
  if (state === 'awaiting' || !task.asked) {
    task.asked = true;
    return refused('AwaitingAnswer', { desc: 'Awaiting answer' });
  }
  return ok({ ...(state === 'ready' ? reportOf(task) : timedOut(task)), ...commonOf(task) });
}

function agentOf({ objectId, online }: Restaurant, clock: Clock): object {
  const inHalfAYear = new Date(clock.now() + 180 * 86_400_000).toISOString().slice(0, 10);
  return {
    objectId,
    version: online ? '2.11.3.0' : '1.9.0.52',
    isOnline: String(online),
    licenseExpirationDate: `${inHalfAYear}T00:00:00+03:00`,
    ...(online ? { rkVersion: '7.24.9.0' } : {}),
  };
}

function getAgentList({ book, account, clock }: Visit): SimulatedResponse {
  const own = book.restaurants.filter((restaurant) => restaurant.account === account);
  return ok({ taskResponse: { agents: own.map((restaurant) => agentOf(restaurant, clock)) } });
}

type TaskType = (visit: Visit) => SimulatedResponse;

const TASK_TYPES: ReadonlyMap<unknown, TaskType> = new Map([
  [REPORT, order],
  ['GetTaskResponse', getTaskResponse],
  ['GetAgentList', getAgentList],
]);

/** Which account has this token, with or without a word before it? */
function accountOf({ headers }: SimulatedRequest, { accounts }: SimulatorSeed): string | undefined {
  const given = headers.aggregatorauthentication?.split(' ').at(-1);
  return accounts.find(({ config }) => given !== undefined && config.token === given)?.name;
}

function carryOut(body: unknown, visit: Omit<Visit, 'params'>): SimulatedResponse {
  const { taskType, params } = isJsonObject(body) ? body : {};
  const respond = TASK_TYPES.get(taskType);
  return respond ? respond({ ...visit, params: isJsonObject(params) ? params : {} }) : badRequest();
}

/**
 * A White Server as 003_… and the pages on its API v2 describe it: aggregators of the configuration with two
 * restaurants each, `object_id` and the next one, whose agent is switched off.
 */
export const whiteServer: SimulatorDefinition = {
  kind: 'white-server',
  create(seed, clock) {
    const book = new TaskBook(seed, clock);
    const gatekeeper: Gatekeeper = { refusal: null };
    return {
      respond(request) {
        if (request.path !== PATH) return { status: 404, text: 'Not Found' };
        if (request.method !== 'POST') return { status: 405, text: 'Method Not Allowed' };
        if (gatekeeper.refusal) return ok({ error: gatekeeper.refusal });
        const account = accountOf(request, seed);
        return account === undefined
          ? refused('AuthFailed')
          : carryOut(request.body, { account, book, clock });
      },
      control: (change) => control(change, book, gatekeeper),
    };
  },
};
