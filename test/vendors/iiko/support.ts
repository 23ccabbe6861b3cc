import { onTestFinished } from 'vitest';
import type { Call } from '#core/call.ts';
import type { Clock } from '#core/clock.ts';
import { Failure } from '#core/failure.ts';
import type { HttpRequest, HttpResponse } from '#core/http.ts';
import type { HttpClient } from '#core/http-client.ts';
import { silentLog } from '#core/log.ts';
import type { CommonDevice, RegisterPort } from '#domain/vendor.ts';
import type { VendorState } from '#domain/vendor-state.ts';
import { createHttpClient } from '#outbound/http-client.ts';
import { iiko as simulatedIiko } from '#sandbox/iiko.ts';
import { startSimulator } from '#sandbox/server.ts';
import type { IikoPort } from '#vendors/iiko/port.ts';
import { iiko } from '#vendors/iiko/vendor.ts';
import type { Complain } from '#vendors/iiko/wire.ts';

export const CONFIG = {
  login: 'api',
  password: 'x',
  zone: 'Europe/Moscow',
  currency: 'RUB',
  concurrency: 1,
  idleLogoutMs: 90_000,
} as const;

/** iiko remembers nothing. */
const NO_STATE: VendorState = {
  read: async () => undefined,
  write: async () => undefined,
};

export const HTTP = { vendor: 'iiko', account: 'moscow' } as const;

/** A shift in today's spelling; `changes` replace fields, and `undefined` removes one. */
export function liveShift(changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    id: 'aaaaaaaa-0000-4000-8000-000000000002',
    sessionNumber: 890,
    fiscalNumber: 12,
    cashRegNumber: 12,
    cashRegSerial: '00115744 ',
    openDate: '2026-01-31T09:00:00.304',
    closeDate: null,
    acceptDate: null,
    managerId: 'aaaaaaaa-0000-4000-8000-0000000000f1',
    responsibleUserId: 'aaaaaaaa-0000-4000-8000-0000000000f2',
    sessionStartCash: 500,
    payOrders: 11343.5,
    sumWriteoffOrders: 0,
    salesCash: 6037.5,
    salesCredit: 0,
    salesCard: 5306,
    payIn: 300,
    payOut: 120.25,
    payIncome: 0,
    cashRemain: null,
    cashDiff: 0,
    sessionStatus: 'OPEN',
    conceptionId: 'aaaaaaaa-0000-4000-8000-0000000000c1',
    pointOfSaleId: 'aaaaaaaa-0000-4000-8000-0000000000a1',
    ...changes,
  };
}

/** `response` with an error's plain text. */
export function plain(status: number, text: string): HttpResponse {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, text };
}

/** The failure for an answer that is not what is documented. */
export const complain: Complain = (code, message) =>
  new Failure('VENDOR_BAD_RESPONSE', { description: `${code}: ${message}` });

export function createCall(clock: Clock, timeoutMs = 30_000): Call {
  return {
    deadline: clock.now() + timeoutMs,
    signal: new AbortController().signal,
    exchanges: [],
    traceparent: undefined,
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

type Answer = HttpResponse | Failure | Promise<HttpResponse>;

export type ScriptedHttp = HttpClient & { readonly sent: HttpRequest[] };

/** A vendor that answers as `answer` says; `sent` is what it was asked. */
export function createScriptedHttp(answer: (request: HttpRequest, count: number) => Answer): ScriptedHttp {
  const sent: HttpRequest[] = [];
  return {
    ...HTTP,
    sent,
    async send(request) {
      sent.push(request);
      const outcome = await answer(request, sent.length);
      if (outcome instanceof Failure) throw outcome;
      return outcome;
    },
  };
}

export type SimulatedRestaurant = {
  readonly baseUrl: string;
  readonly http: HttpClient;
  /** What the actions of the vendor work with. */
  readonly port: IikoPort;
  register(device?: Partial<CommonDevice & { cash_register: number; point_of_sale: string }>): RegisterPort;
  control(change: Record<string, unknown>): Promise<Record<string, unknown>>;
  fault(fault: Record<string, unknown>): Promise<void>;
  /** What the simulator was asked, as `METHOD path`. */
  requests(): Promise<string[]>;
  close(): Promise<void>;
};

async function post(url: string, body: unknown): Promise<Record<string, unknown>> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
  if (!response.ok) throw new Error(await response.text());
  return (await response.json()) as Record<string, unknown>;
}

/** The vendor, alive, against the simulator over real HTTP. */
export async function openRestaurant(clock: Clock): Promise<SimulatedRestaurant> {
  const seed = {
    accounts: [{ name: 'moscow', config: CONFIG, devices: [{ cash_register: 12 }, { cash_register: 13 }] }],
  };
  const simulator = await startSimulator(simulatedIiko, seed, { clock });
  const http = createHttpClient({
    ...HTTP,
    baseUrl: simulator.baseUrl,
    timeoutMs: 60_000,
    concurrency: iiko.concurrency,
    tlsVerify: true,
    headers: {},
    maxResponseBytes: 1_000_000,
    clock,
    log: silentLog,
  });
  const vendor = iiko.create({
    account: 'moscow',
    config: CONFIG,
    http,
    state: NO_STATE,
    clock,
    log: silentLog,
  });
  onTestFinished(async () => {
    await http.close();
    await simulator.close();
  });
  return {
    baseUrl: simulator.baseUrl,
    http,
    // The vendor is its own port.
    port: vendor as typeof vendor & IikoPort,
    register: (device) => vendor.register({ token: 'RU12', vendor: 'moscow', cash_register: 12, ...device }),
    control: (change) => post(`${simulator.baseUrl}/_sandbox/state`, change),
    async fault(fault) {
      await post(`${simulator.baseUrl}/_sandbox/faults`, fault);
    },
    async requests() {
      const response = await fetch(`${simulator.baseUrl}/_sandbox/requests`);
      const { requests } = (await response.json()) as { requests: { method: string; path: string }[] };
      return requests.map(({ method, path }) => `${method} ${path}`);
    },
    close: () => vendor.close(),
  };
}
