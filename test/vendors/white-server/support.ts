import { onTestFinished } from 'vitest';
import type { Call } from '#core/call.ts';
import type { Clock } from '#core/clock.ts';
import { Failure } from '#core/failure.ts';
import type { HttpRequest, HttpResponse } from '#core/http.ts';
import type { HttpClient } from '#core/http-client.ts';
import { silentLog } from '#core/log.ts';
import type { ChangeContext } from '#domain/change.ts';
import type { JobContext } from '#domain/job.ts';
import { createHttpClient } from '#outbound/http-client.ts';
import { startSimulator } from '#sandbox/server.ts';
import { whiteServer as simulatedWhiteServer } from '#sandbox/white-server.ts';
import type { BillOfBalanceRequest } from '#vendors/white-server/bill-of-balance.ts';
import { type BillOfBalanceJob, createBillOfBalanceJob } from '#vendors/white-server/bill-of-balance-job.ts';
import type { OrderEvidence, OrderedReport } from '#vendors/white-server/bill-of-balance-order.ts';
import type { Storehouse } from '#vendors/white-server/storehouse.ts';
import { createTasks } from '#vendors/white-server/tasks.ts';
import { whiteServer } from '#vendors/white-server/vendor.ts';

export const OBJECT_ID = 199_990_001;

export const CONFIG = {
  baseUrl: 'https://ws.ucs.ru',
  token: 'made-up+token/==',
  object_id: OBJECT_ID,
  agent_timeout: 120,
} as const;

export const HTTP = { vendor: 'white-server', account: 'ws' } as const;

export const GUID = '0b9f2f2e-6a0e-4a53-9a1d-3f6c8f6f1a01';

export const REQUEST: BillOfBalanceRequest = {
  report_date: { date: '2026-01-31' },
  goods_group: { rid: 1, with_nested_groups: 1 },
  store: { rid: 3 },
  currency: { rid: 0 },
  constraints: { group_for: 'ForGoodGroups', only_with_movement_for_store: 0 },
  remnants: { condition: 'More', value: 'Zero' },
};

/** `responseCommon` of the report. */
export const COMMON = {
  responseCommon: { taskGuid: GUID, taskType: 'ShRepBillOfBalance', objectId: OBJECT_ID },
};

export const wsError = (code: string, more: object = {}) => ({ error: { wsError: { code, ...more } } });

export const AWAITING = wsError('AwaitingAnswer', { desc: 'Awaiting answer' });

export function createCall(clock: Clock, signal = new AbortController().signal): Call {
  return { deadline: clock.now() + 60_000, signal, exchanges: [], traceparent: undefined };
}

export function changeContext(clock: Clock, more: Partial<ChangeContext> = {}): ChangeContext {
  return { call: createCall(clock), showPersonalData: false, isDoubtful: false, operation: 'x', ...more };
}

export function jobContext(clock: Clock, showPersonalData = false): JobContext {
  return {
    call: createCall(clock),
    showPersonalData,
    openFile: () => Promise.reject(new Error('no report is a file')),
  };
}

/** What was thrown, which has to be one of our failures. */
export async function failureOf(work: Promise<unknown>): Promise<Failure> {
  const thrown = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (thrown instanceof Failure) return thrown;
  throw new Error('no failure', { cause: thrown });
}

/** Lets everything that can go on do so. */
export const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

export function json(body: unknown, status = 200): HttpResponse {
  return { status, headers: { 'content-type': 'application/json' }, text: JSON.stringify(body) };
}

type Answer = HttpResponse | Failure;

/** A White Server that answers in the order given, the last answer again and again. */
export function createScriptedHttp(...answers: readonly Answer[]): HttpClient & { sent: HttpRequest[] } {
  const sent: HttpRequest[] = [];
  return {
    ...HTTP,
    sent,
    async send(request) {
      sent.push(request);
      const answer = answers[Math.min(sent.length, answers.length) - 1];
      if (!answer || answer instanceof Failure) throw answer;
      return answer;
    },
  };
}

export function createJob(http: HttpClient, clock: Clock): BillOfBalanceJob {
  const defaults = { objectId: OBJECT_ID, agentTimeout: 120 };
  return createBillOfBalanceJob({ tasks: createTasks(http, CONFIG.token), clock, defaults });
}

/** Prepares an order and gives what is written down. */
export async function prepare(
  job: BillOfBalanceJob,
  clock: Clock,
  data: BillOfBalanceRequest = REQUEST,
): Promise<OrderEvidence> {
  const prepared = await job.order.prepare(data, changeContext(clock), undefined);
  if ('evidence' in prepared) return prepared.evidence;
  throw new Error('the report is running already');
}

export async function order(
  job: BillOfBalanceJob,
  clock: Clock,
  data: BillOfBalanceRequest = REQUEST,
): Promise<OrderedReport> {
  return job.order.send(data, await prepare(job, clock, data), changeContext(clock));
}

export type SimulatedServer = {
  readonly http: HttpClient;
  readonly storehouse: Storehouse;
  /** The same account in another process. */
  restart(): Storehouse;
  control(change: Record<string, unknown>): Promise<{ restaurants: Record<string, unknown>[] }>;
  fault(fault: Record<string, unknown>): Promise<void>;
  /** The bodies that the simulator was sent. */
  requests(): Promise<Record<string, unknown>[]>;
};

async function post(url: string, body: unknown): Promise<unknown> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
  if (!response.ok) throw new Error(await response.text());
  return response.json();
}

/** The vendor, alive, against the simulator over real HTTP. */
export async function openServer(
  clock: Clock,
  config: Partial<typeof CONFIG> & { tokenPrefix?: string } = {},
): Promise<SimulatedServer> {
  const seed = { accounts: [{ name: 'ws', config: CONFIG, devices: [] }] };
  const simulator = await startSimulator(simulatedWhiteServer, seed, { clock });
  const http = createHttpClient({
    ...HTTP,
    baseUrl: simulator.baseUrl,
    timeoutMs: 60_000,
    concurrency: whiteServer.concurrency,
    tlsVerify: true,
    headers: {},
    maxResponseBytes: 10_000_000,
    clock,
    log: silentLog,
  });
  const state = { read: () => Promise.resolve(undefined), write: () => Promise.resolve() };
  const options = { account: 'ws', config: { ...CONFIG, ...config }, http, state, clock, log: silentLog };
  const vendor = whiteServer.create(options);
  onTestFinished(async () => {
    await vendor.close();
    await http.close();
    await simulator.close();
  });
  return {
    http,
    storehouse: vendor as unknown as Storehouse,
    restart: () => whiteServer.create(options) as unknown as Storehouse,
    control: async (change) =>
      (await post(`${simulator.baseUrl}/_sandbox/state`, change)) as {
        restaurants: Record<string, unknown>[];
      },
    async fault(fault) {
      await post(`${simulator.baseUrl}/_sandbox/faults`, fault);
    },
    async requests() {
      const response = await fetch(`${simulator.baseUrl}/_sandbox/requests`);
      const { requests } = (await response.json()) as { requests: { body: Record<string, unknown> }[] };
      return requests.map(({ body }) => body);
    },
  };
}
