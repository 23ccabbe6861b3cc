import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { createApp, vendors } from '#app.ts';
import { parseConfig } from '#config.ts';
import { silentLog } from '#core/log.ts';
import { startSimulator } from '#sandbox/server.ts';
import type { FakeClock } from '../support/fake-clock.ts';
import { createHastyClock } from './hasty-clock.ts';
import { type Line, layLine } from './line.ts';
import { type Asked, type Kind, type Request, VENDOR_KINDS } from './vendor-kinds.ts';

/** Noon in Moscow, so that shifts of four hours ago are of the same day. */
const START_MS = Date.parse('2026-03-02T09:00:00Z');

/** What a message was answered with. */
type Answer = {
  /** The failure's; null: a success. */
  readonly name: string | null;
  /** Of a vendor's failure. */
  readonly code: string | undefined;
  readonly data: Record<string, unknown>;
};

type SeenRequest = {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
};

function isAsked(seen: SeenRequest, { method, path, asks = '' }: Asked): boolean {
  const fits = path.endsWith('*') ? seen.path.startsWith(path.slice(0, -1)) : seen.path === path;
  return fits && seen.method === method && (JSON.stringify(seen.body) ?? '').includes(asks);
}

/** One account's vendor, played, and what may be done to it. */
type SickVendor = {
  readonly baseUrl: string;
  /** Throws without `hasLine`. */
  readonly line: Line;
  /** `POST /_sandbox/faults` */
  fault(fault: object): Promise<void>;
  heal(): Promise<void>;
  /** `POST /_sandbox/state` */
  state(change: object): Promise<Record<string, unknown>>;
  /** What it was asked, oldest first. */
  requests(): Promise<readonly SeenRequest[]>;
  /** How often it was asked anything, that is forgotten by its journal too. */
  total(): Promise<number>;
  count(asked: Asked): Promise<number>;
  /** Resolves when it has been asked that so often. */
  asked(asked: Asked, times?: number): Promise<void>;
};

export type AccountPlan = {
  readonly kind: Kind;
  /** Of the account's configuration. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Its vendor is reached by a line that can be cut. */
  readonly hasLine?: boolean;
};

export type OneSick = SickBus & { readonly vendor: SickVendor };

export type SickBus = {
  readonly clock: FakeClock;
  /** The account's simulator; accounts are named `first`, `second` … in the order of the plan. */
  readonly vendors: readonly SickVendor[];
  /** Sends to the n-th account's register, or to the account where its kind has none. */
  ask(request: Request, headers?: Readonly<Record<string, string>>, n?: number): Promise<Answer>;
  /** Lets time go by at a pace that the vendors can follow. */
  pass(ms: number, stepMs?: number): Promise<void>;
  /** Sets the bus's clock on or back by so much; no timer knows of it. */
  setClock(byMs: number): void;
};

/** Shorter than whatever the bus gives a vendor to answer. */
const STEP_MS = 4000;

const NAMES = ['first', 'second', 'third'];

async function startVendor(
  { kind, config, hasLine }: AccountPlan,
  index: number,
  clock: FakeClock,
): Promise<SickVendor> {
  const { definition, account, device, state } = VENDOR_KINDS[kind];
  const devices = device ? [{ token: `REGISTER-${index + 1}`, ...device(index + 1) }] : [];
  const seed = { name: NAMES[index] ?? '', config: { ...account(index + 1), ...config }, devices };
  const { baseUrl, close } = await startSimulator(definition, { accounts: [seed] }, { clock });
  onTestFinished(close);
  const line = hasLine ? await layLine(baseUrl) : undefined;

  async function control(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
    const response = await fetch(`${baseUrl}/_sandbox/${path}`, {
      method,
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path}: ${text}`);
    return text === '' ? {} : JSON.parse(text);
  }

  if (state) await control('POST', 'state', state);
  const requests = async () => (await control('GET', 'requests')).requests as readonly SeenRequest[];
  const count = async (asked: Asked) => (await requests()).filter((seen) => isAsked(seen, asked)).length;
  return {
    baseUrl: line?.baseUrl ?? baseUrl,
    get line() {
      if (line) return line;
      throw new Error('there is no line');
    },
    requests,
    count,
    state: (change) => control('POST', 'state', change),
    fault: async (fault) => void (await control('POST', 'faults', fault)),
    heal: async () => void (await control('DELETE', 'faults')),
    total: async () => Number((await control('GET', 'requests')).total),
    async asked(asked, times = 1) {
      while ((await count(asked)) < times);
    },
  };
}

function configOf(plans: readonly AccountPlan[], baseUrls: readonly string[], folder: string): object {
  const entries = plans.map(({ kind, config }, index) => [
    NAMES[index],
    { kind, baseUrl: baseUrls[index], ...VENDOR_KINDS[kind].account(index + 1), ...config },
  ]);
  const devices = plans.flatMap(({ kind }, index) => {
    const device = VENDOR_KINDS[kind].device?.(index + 1);
    return device ? [{ token: `REGISTER-${index + 1}`, vendor: NAMES[index], ...device }] : [];
  });
  return {
    listen: { http: { port: 0 }, avqTcp: false, vertxTcp: false },
    store: { path: folder },
    vendors: Object.fromEntries(entries),
    devices,
  };
}

type AnswerMessage = { readonly type: string; readonly address: string; readonly data: unknown };

function toAnswer({ type, data }: AnswerMessage): Answer {
  const told = (data ?? {}) as Record<string, unknown>;
  const details = told.details as { code?: string } | undefined;
  return { name: type === 'error' ? String(told.name) : null, code: details?.code, data: told };
}

/** A client on one WebSocket. */
async function connect(port: number) {
  const webSocket = new WebSocket(`ws://127.0.0.1:${port}/tsrv`);
  const waiting = new Map<string, (answer: Answer) => void>();
  webSocket.on('message', (text: Buffer) => {
    const message: AnswerMessage = JSON.parse(text.toString());
    waiting.get(message.address)?.(toAnswer(message));
    waiting.delete(message.address);
  });
  await new Promise((resolve, reject) => {
    webSocket.once('open', resolve);
    webSocket.once('error', reject);
  });
  let count = 0;
  return (address: string, data: unknown, headers: object): Promise<Answer> => {
    count += 1;
    const replyAddress = `reply-${count}`;
    webSocket.send(JSON.stringify({ type: 'send', address, reply_address: replyAddress, data, headers }));
    return new Promise((resolve) => waiting.set(replyAddress, resolve));
  };
}

/** The bus with one account, and its vendor. */
export async function startOneSick(kind: Kind, plan: Omit<AccountPlan, 'kind'> = {}): Promise<OneSick> {
  const bus = await startSickBus({ kind, ...plan });
  const [vendor] = bus.vendors;
  if (!vendor) throw new Error('no vendor');
  return { ...bus, vendor };
}

/** The whole bus with an account a plan, each at a simulator of its own, until the test is over. */
export async function startSickBus(...plans: readonly AccountPlan[]): Promise<SickBus> {
  const clock = createHastyClock(START_MS);
  const started = await Promise.all(plans.map((plan, index) => startVendor(plan, index, clock)));
  const folder = mkdtempSync(join(tmpdir(), 'sick-bus-'));
  const baseUrls = started.map(({ baseUrl }) => baseUrl);
  const config = parseConfig(configOf(plans, baseUrls, folder), { vendors, env: {}, folder });
  let setByMs = 0;
  const ownClock = { now: () => clock.now() + setByMs, setTimeout: clock.setTimeout };
  const app = await createApp({ config, log: silentLog, clock: ownClock });
  onTestFinished(async () => {
    await app.kill();
    rmSync(folder, { recursive: true, force: true });
  });
  const send = await connect(app.listening.http?.port ?? 0);
  return {
    clock,
    vendors: started,
    setClock(byMs) {
      setByMs += byMs;
    },
    async pass(ms, stepMs = STEP_MS) {
      for (let leftMs = ms; leftMs > 0; leftMs -= stepMs) {
        clock.advance(Math.min(stepMs, leftMs));
        for (const vendor of started) await vendor.total();
      }
    },
    ask({ address, action, data, isAboutAccount = false }, headers = {}, n = 0) {
      const hasRegister = !isAboutAccount && VENDOR_KINDS[plans[n]?.kind ?? 'tsrv'].device !== undefined;
      const target = hasRegister ? { token: `REGISTER-${n + 1}` } : { account: NAMES[n] };
      return send(address, data ?? null, { action, ...target, ...headers });
    },
  };
}
