import { onTestFinished } from 'vitest';
import type { Call } from '#core/call.ts';
import type { Clock } from '#core/clock.ts';
import { Failure } from '#core/failure.ts';
import type { HttpRequest, HttpResponse } from '#core/http.ts';
import type { DownloadingHttpClient, DownloadTarget } from '#core/http-client.ts';
import { type Log, silentLog } from '#core/log.ts';
import type { Action } from '#domain/action.ts';
import type { Change, ChangeContext } from '#domain/change.ts';
import type { JobContext, JobFile } from '#domain/job.ts';
import type { Vendor } from '#domain/vendor.ts';
import type { VendorState } from '#domain/vendor-state.ts';
import { createHttpClient } from '#outbound/http-client.ts';
import { ofdRu as simulated } from '#sandbox/ofd-ru.ts';
import { startSimulator } from '#sandbox/server.ts';
import type { Cabinet } from '#vendors/ofd-ru/cabinet.ts';
import { ofdRu } from '#vendors/ofd-ru/vendor.ts';

export const HTTP = { vendor: 'ofd-ru', account: 'ofd' } as const;
export const AGREEMENT = '56ddf007-76d7-4157-8e85-2d9fe0704cb4';
export const TOKEN = '061000bd5c234ee4b8f9fe4e143922d1';
let operations = 0;

/** Names an operation that there was none like before. */
function nextOperation(): string {
  operations += 1;
  return String(operations).padStart(12, '0').padEnd(64, 'f');
}

export const START = Date.parse('2021-11-15T10:14:44Z');

const CONFIG = {
  baseUrl: 'https://ofd.ru',
  login: '12345',
  password: '56789',
  inn: '7841465198',
  kpp: '772501001',
  zone: 'Europe/Moscow',
  perSecond: 1000,
};

const NO_STATE: VendorState = { read: async () => undefined, write: async () => {} };

export type OfdRu = Vendor<object> & Cabinet;

/** Without the keys whose value is undefined, as a configuration comes. */
function configOf(changes: Record<string, unknown>) {
  const merged = Object.entries({ ...CONFIG, ...changes }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(merged) as typeof CONFIG;
}

export function createVendor(
  http: DownloadingHttpClient,
  clock: Clock,
  config: Record<string, unknown> = {},
  log: Log = silentLog,
): OfdRu {
  const setup = { account: 'ofd', config: configOf(config), http, state: NO_STATE, clock, log };
  return ofdRu.create(setup) as OfdRu;
}

export function createCall(clock: Clock, timeoutMs = 600_000): Call {
  return {
    deadline: clock.now() + timeoutMs,
    signal: new AbortController().signal,
    exchanges: [],
    traceparent: undefined,
  } as Call;
}

export function json(body: unknown, status = 200): HttpResponse {
  return { status, headers: { 'content-type': 'application/json' }, text: JSON.stringify(body) };
}

export const failed = (name: string, status = 400) =>
  json({ Errors: [name], Status: 'Failed', Elapsed: '0' }, status);

type Answer = HttpResponse | Failure;
export type ScriptedHttp = DownloadingHttpClient & { readonly sent: HttpRequest[] };

export const query = (request: HttpRequest | undefined) => Object.fromEntries(request?.query ?? []);

/** A vendor that answers as `answer` says; a login by itself. `sent` is what it was asked, logins included. */
export function createScriptedHttp(answer: (request: HttpRequest, count: number) => Answer): ScriptedHttp {
  const sent: HttpRequest[] = [];
  let count = 0;
  async function send(request: HttpRequest): Promise<HttpResponse> {
    sent.push(request);
    if (request.effect === 'login')
      return json({ AuthToken: TOKEN, ExpirationDateUtc: '2021-11-15T12:00:00' });
    count += 1;
    const outcome = answer(request, count);
    if (outcome instanceof Failure) throw outcome;
    return outcome;
  }
  return {
    ...HTTP,
    sent,
    send,
    async download(request: HttpRequest, _call: Call, target: DownloadTarget) {
      const response = await send(request);
      if (response.file) await target.write(Buffer.from(response.text));
      return response.file ? { ...response, text: '' } : response;
    },
  };
}

export async function failureOf(work: Promise<unknown> | unknown): Promise<Failure> {
  const thrown = await Promise.resolve(work).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (thrown instanceof Failure) return thrown;
  throw new Error('no failure', { cause: thrown });
}

export type Asking = { readonly personalData?: boolean; readonly refresh?: boolean };

/** Carries out a reading action. */
export async function read(
  action: Action,
  vendor: OfdRu,
  data: unknown = null,
  { personalData = true, refresh = false }: Asking = {},
): Promise<Record<string, unknown>> {
  const call = createCall(vendor.clock);
  const context = { call, vendor, client: { seesPersonalData: personalData }, headers: { refresh } };
  return (await action.handle(data, context)) as Record<string, unknown>;
}

export function changeOf(action: Action, vendor: OfdRu): Change {
  const change = action.change?.({ vendor });
  if (!change) throw new Error(`${action.action} is no change`);
  return change;
}

export function changeContext(vendor: OfdRu, showPersonalData = true): ChangeContext {
  return { call: createCall(vendor.clock), showPersonalData, isDoubtful: false, operation: nextOperation() };
}

/** Carries out a change once, without anybody who writes it down. */
export async function carryOut(
  change: Change<never, never, unknown>,
  vendor: OfdRu,
  data: unknown,
  showPersonalData = true,
): Promise<Record<string, unknown>> {
  const context = changeContext(vendor, showPersonalData);
  const steps = change as unknown as Change;
  const prepared = await steps.prepare(data, context, undefined);
  if ('answer' in prepared) return prepared.answer as Record<string, unknown>;
  return (await steps.send(data, prepared.evidence, context)) as Record<string, unknown>;
}

export type MemoryFile = JobContext & {
  bytes: Buffer;
  readonly finished: JobFile[];
  discarded: number;
  /** Every write fails with it. */
  broken: Failure | undefined;
};

/** A job's files, in memory. */
export function createJobContext(vendor: OfdRu, showPersonalData = true): MemoryFile {
  const context: MemoryFile = {
    call: createCall(vendor.clock),
    showPersonalData,
    bytes: Buffer.alloc(0),
    finished: [],
    discarded: 0,
    broken: undefined,
    async openFile() {
      context.bytes = Buffer.alloc(0);
      return {
        async write(chunk) {
          if (context.broken) throw context.broken;
          context.bytes = Buffer.concat([context.bytes, chunk]);
        },
        async finish(name, media_type) {
          const file = { name, size: context.bytes.length, sha256: 'x', media_type };
          context.finished.push(file);
          return file;
        },
        async discard() {
          context.discarded += 1;
        },
      };
    },
  };
  return context;
}

export type SimulatedOfd = {
  readonly vendor: OfdRu;
  readonly baseUrl: string;
  control(change: Record<string, unknown>): Promise<Record<string, unknown>>;
  fault(fault: Record<string, unknown>): Promise<void>;
  requests(): Promise<{ method: string; path: string; query: Record<string, string[]>; body: unknown }[]>;
  close(): Promise<void>;
};

async function post(url: string, body: unknown): Promise<Record<string, unknown>> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
  if (!response.ok) throw new Error(await response.text());
  return (await response.json()) as Record<string, unknown>;
}

/** The vendor, alive, against the simulator over real HTTP. */
export async function openCabinet(
  clock: Clock,
  config: Record<string, unknown> = {},
  log: Log = silentLog,
): Promise<SimulatedOfd> {
  const seed = { accounts: [{ name: 'ofd', config: configOf(config), devices: [] }] };
  const simulator = await startSimulator(simulated, seed, { clock });
  const { baseUrl } = simulator;
  const { perSecond } = configOf(config);
  const http = createHttpClient({
    ...HTTP,
    baseUrl,
    timeoutMs: 600_000,
    concurrency: ofdRu.concurrency,
    perSecond,
    tlsVerify: true,
    headers: {},
    maxResponseBytes: 1_000_000,
    clock,
    log,
  });
  const vendor = createVendor(http, clock, { ...config, baseUrl }, log);
  onTestFinished(async () => {
    await http.close();
    await simulator.close();
  });
  return {
    vendor,
    baseUrl,
    control: (change) => post(`${baseUrl}/_sandbox/state`, change),
    async fault(fault) {
      await post(`${baseUrl}/_sandbox/faults`, fault);
    },
    async requests() {
      const response = await fetch(`${baseUrl}/_sandbox/requests`);
      return ((await response.json()) as { requests: never[] }).requests;
    },
    close: () => vendor.close(),
  };
}

/** Time that starts at {@link START} and runs as fast as it is looked at: whatever waits is due at once. */
export function createHastyClock(): Clock & { advance(ms: number): void } {
  let now = START;
  return {
    now: () => now,
    setTimeout(run, ms) {
      // What waits for long is a time-out: nothing here is that late.
      if (ms > 30_000) return { cancel() {} };
      const timer = setImmediate(() => {
        now += Math.max(0, ms);
        run();
      });
      return { cancel: () => clearImmediate(timer) };
    },
    advance(ms) {
      now += ms;
    },
  };
}
