import { onTestFinished } from 'vitest';
import type { Call } from '#core/call.ts';
import type { Clock } from '#core/clock.ts';
import { Failure } from '#core/failure.ts';
import { silentLog } from '#core/log.ts';
import type { Change } from '#domain/change.ts';
import { type ChangeName, Operations } from '#operations/operations.ts';
import { type AccountHttp, createHttpClient } from '#outbound/http-client.ts';
import { kassa24 as simulator } from '#sandbox/kassa24.ts';
import { type RunningSimulator, startSimulator } from '#sandbox/server.ts';
import { openSqliteStore } from '#store/sqlite-store.ts';
import type { Store } from '#store/store.ts';
import type { Kassa24Port } from '#vendors/kassa24/desk.ts';
import { kassa24 } from '#vendors/kassa24/vendor.ts';
import { temporaryFolder } from '../../store/temporary-folder.ts';

const CONFIG = {
  login: '77771112233',
  password: 'secret-1',
  zone: 'Asia/Almaty',
  xReport: { method: 'POST', path: '/shifts/:id/x' },
  dateZ: 'utc',
} as const;

const DEVICE = { token: 'KZ77505', vendor: 'almaty', id_kkm: 77505 };

/** Another register of the account, with a cashier of its own and no shift. */
export const SECOND = {
  token: 'KZ77506',
  vendor: 'almaty',
  id_kkm: 77506,
  login: '77772223344',
  password: 'secret-2',
  shift: 'closed',
};

const DEVICES = [DEVICE, SECOND];
const KEEP_MS = 30 * 86_400_000;

/** Longer than the vendor is at anything in these tests. */
const SETTLE_AFTER_MS = 5000;

/** Real time that runs so many times faster, so that pauses and time-outs cost little. */
function createFastClock(factor: number): Clock {
  const start = Date.now();
  return {
    now: () => Math.round(start + (Date.now() - start) * factor),
    setTimeout(run, ms) {
      const timer = setTimeout(run, ms / factor);
      return { cancel: () => clearTimeout(timer) };
    },
  };
}

/** How a change or a read has ended for its requester. */
export type Told = { readonly data: unknown } | { readonly failure: Failure };

export type Asked = {
  readonly id?: string;
  readonly data?: unknown;
  readonly token?: string;
  readonly service?: 'ik.service.token.shift' | 'kassa24.shift';
  readonly timeoutMs?: number;
  readonly showPersonalData?: boolean;
};

type Process = {
  readonly store: Store;
  readonly http: AccountHttp;
  readonly operations: Operations;
  readonly ports: ReadonlyMap<string, Kassa24Port>;
};

/** One Kassa24 for all of a test, and one process of ours after another, all on the same store. */
export class Bench {
  readonly clock: Clock;
  readonly #folder: string;
  readonly #server: RunningSimulator;
  #process: Process | undefined;

  private constructor(clock: Clock, folder: string, server: RunningSimulator) {
    this.clock = clock;
    this.#folder = folder;
    this.#server = server;
  }

  static async start(factor = 20, whenEnded = onTestFinished): Promise<Bench> {
    const clock = createFastClock(factor);
    const seed = { accounts: [{ name: 'almaty', config: CONFIG, devices: DEVICES }] };
    const server = await startSimulator(simulator, seed, { clock });
    const bench = new Bench(clock, temporaryFolder(whenEnded), server);
    await bench.boot();
    whenEnded(() => bench.stop());
    return bench;
  }

  async boot(timeoutMs = 60_000): Promise<void> {
    const { clock } = this;
    const store = openSqliteStore(this.#folder);
    const http = createHttpClient({
      ...{ vendor: 'kassa24', account: 'almaty', baseUrl: this.#server.baseUrl, timeoutMs },
      ...{ concurrency: kassa24.concurrency, tlsVerify: true, headers: {}, maxResponseBytes: 1_000_000 },
      ...{ clock, log: silentLog },
    });
    const state = store.vendorState('almaty');
    const vendor = kassa24.create({ account: 'almaty', config: CONFIG, http, state, clock, log: silentLog });
    const ports = new Map(
      DEVICES.map((device) => [device.token, vendor.register(device) as unknown as Kassa24Port]),
    );
    const changeOf = (name: ChangeName) => findChange(name, ports);
    const operations = new Operations({
      ...{ table: store.operations, clock, log: silentLog, keepMs: KEEP_MS, changeOf },
      settleAfterMs: () => SETTLE_AFTER_MS,
    });
    await operations.start();
    this.#process = { store, http, operations, ports };
  }

  /** As if the process were killed: what is under way at the vendor goes on, and nothing more is written here. */
  async kill(): Promise<void> {
    const { store, operations } = this.#running;
    this.#process = undefined;
    void operations.close();
    await store.close();
  }

  /** `timeoutMs`: how long the next process waits for the vendor. */
  async restart(timeoutMs?: number): Promise<void> {
    await this.kill();
    await this.boot(timeoutMs);
  }

  async stop(): Promise<void> {
    if (this.#process) {
      void this.#process.operations.close();
      await this.#process.store.close();
    }
    await this.#server.close();
  }

  /** Opens or closes a shift; never rejects. */
  async change(action: 'open_shift' | 'close_shift', asked: Asked = {}): Promise<Told> {
    const { id, data = null, token = DEVICE.token, showPersonalData = false, timeoutMs } = asked;
    const name = { address: asked.service ?? 'ik.service.token.shift', action, account: 'almaty', token };
    const request = { ...name, client: 'pos-1', operationId: id, data, showPersonalData };
    return told(this.#running.operations.run(request, this.call(timeoutMs)));
  }

  async getXReport(token = DEVICE.token): Promise<Told> {
    const read =
      this.port(token).getXReport?.(this.call()) ?? Promise.reject(new Failure('BUS_INTERNAL_ERROR'));
    return told(read);
  }

  port(token = DEVICE.token): Kassa24Port {
    const port = this.#running.ports.get(token);
    if (!port) throw new Error(`no register ${token}`);
    return port;
  }

  call(timeoutMs = 120_000): Call {
    const controller = new AbortController();
    this.clock.setTimeout(() => controller.abort(), timeoutMs);
    const deadline = this.clock.now() + timeoutMs;
    return { deadline, signal: controller.signal, exchanges: [], traceparent: undefined };
  }

  fault(body: object): Promise<unknown> {
    return this.#control('faults', body);
  }

  /** No more faults. */
  async calm(): Promise<void> {
    await fetch(`${this.#server.baseUrl}/_sandbox/faults`, { method: 'DELETE' });
  }

  /** What the simulator knows of the register, after the change. */
  async state(body: object = {}): Promise<SimulatedState> {
    return (await this.#control('state', { id_kkm: 77505, ...body })) as SimulatedState;
  }

  /** Requests that the vendor has seen, without logins; `POST …/z` with its Uid. */
  async seen(): Promise<string[]> {
    const response = await fetch(`${this.#server.baseUrl}/_sandbox/requests`);
    const { requests } = (await response.json()) as { requests: SeenRequest[] };
    return requests
      .filter(({ path }) => path !== '/auth')
      .map(({ method, path, headers }) => `${method} ${path}${headers.uid ? ` ${headers.uid}` : ''}`);
  }

  get #running(): Process {
    if (!this.#process) throw new Error('it was killed');
    return this.#process;
  }

  async #control(path: string, body: object): Promise<unknown> {
    const response = await fetch(`${this.#server.baseUrl}/_sandbox/${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(await response.text());
    return response.json();
  }
}

type SeenRequest = { method: string; path: string; headers: Record<string, string> };

export type SimulatedState = {
  readonly kkm: { readonly IdShift: number };
  readonly uid: string;
  readonly shifts: readonly { readonly id: number; readonly open: boolean; readonly z_reports: number }[];
};

function findChange(
  { address, action, token }: ChangeName,
  ports: ReadonlyMap<string, Kassa24Port>,
): Change | undefined {
  const port = ports.get(token ?? '');
  if (!port) return undefined;
  if (address !== 'kassa24.shift') {
    return (action === 'open_shift' ? port.openShift : port.closeShift) as Change | undefined;
  }
  const definition = kassa24.actions.find((one) => one.action === action);
  return definition?.change?.({ port });
}

function told(promise: Promise<unknown>): Promise<Told> {
  return promise.then(
    (data) => ({ data }),
    (caught: unknown) => ({ failure: Failure.from(caught) }),
  );
}
