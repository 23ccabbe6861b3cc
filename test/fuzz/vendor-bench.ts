import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { createApp, vendors } from '#app.ts';
import type { Bus } from '#bus/bus.ts';
import { parseConfig } from '#config.ts';
import type { Clock } from '#core/clock.ts';
import { isJsonObject } from '#core/json.ts';
import { createAvqDialect } from '#protocol/avq.ts';
import { createExchangeLedger, splitTarget } from '#replay/exchange-ledger.ts';
import type { Fixture, VendorResponse } from '#replay/fixture.ts';
import { createWatchfulLog } from './fuzzed-bus.ts';

const PASSWORD = 'pass-word-8c1f';
const VENDOR_TOKEN = 'token-of-account-77aa';

/** Time that stands still, and jumps to the next timer when nothing moves without it. */
function createJumpingClock(startMs: number) {
  let now = startMs;
  const timers = new Set<{ readonly at: number; readonly run: () => void; readonly setBy: Error }>();
  const clock: Clock = {
    now: () => now,
    setTimeout(run, ms) {
      const timer = { at: now + Math.max(0, Math.ceil(ms)), run, setBy: new Error('a timer was set') };
      timers.add(timer);
      return { cancel: () => timers.delete(timer) };
    },
  };
  return {
    clock,
    timers,
    /** False when there is no timer to jump to. */
    jump(): boolean {
      const [next] = [...timers].toSorted((one, other) => one.at - other.at);
      if (!next) return false;
      timers.delete(next);
      now = Math.max(now, next.at);
      next.run();
      return true;
    },
    /** Moves the time on, but not past a timer. */
    skip(ms: number): void {
      now += ms;
    },
  };
}

/** What a call to a vendor looks like where it leaves the bus. */
export type OutgoingCall = {
  readonly account: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
};

/** An answer as bytes, or why there is none. */
export type PlayedAnswer =
  | { readonly status: number; readonly headers: Record<string, string | string[]>; readonly bytes: Buffer }
  | { readonly fault: 'refuse' | 'reset' | 'hang' | 'truncate' };

type Handler = {
  onRequestStart(controller: object): void;
  onResponseStart(controller: object, status: number, headers: object): void;
  onResponseData(controller: object, chunk: Buffer): void;
  onResponseEnd(controller: object): void;
  onResponseError(controller: object, error: Error): void;
};

type Dispatched = Omit<OutgoingCall, 'account'>;

const CODES = { refuse: 'ECONNREFUSED', reset: 'ECONNRESET', truncate: 'UND_ERR_SOCKET' } as const;

/** A pool of connections without any network: plays the answer in later turns of the event loop, as undici tells of one. */
export function createStubPool(account: string, answer: (call: OutgoingCall) => PlayedAnswer) {
  async function play({ method, path, headers, body }: Dispatched, handler: Handler): Promise<void> {
    let isAborted = false;
    const controller = { abort: () => (isAborted = true), pause() {}, resume() {} };
    await turn();
    const played = answer({ account, method, path, headers, body });
    const fault = 'fault' in played ? played.fault : undefined;
    const fail = (code: string) =>
      handler.onResponseError(controller, Object.assign(new Error('played'), { code }));
    if (fault === 'refuse') return fail(CODES.refuse);
    handler.onRequestStart(controller);
    await turn();
    if (isAborted || fault === 'hang') return;
    if (fault === 'reset') return fail(CODES.reset);
    const {
      status,
      headers: told,
      bytes,
    } = 'fault' in played ? { status: 200, headers: {}, bytes: Buffer.from('{"') } : played;
    handler.onResponseStart(controller, status, told);
    if (!isAborted && bytes.length > 0) handler.onResponseData(controller, bytes);
    await turn();
    if (isAborted) return;
    if (fault === 'truncate') fail(CODES.truncate);
    else handler.onResponseEnd(controller);
  }
  return {
    dispatch(request: Dispatched, handler: Handler) {
      // As undici does before anything leaves.
      const bad = Object.values(request.headers).some((value) => /[^\t\x20-\x7e\x80-\xff]/.test(value));
      if (bad || /[^\x21-\xff]/.test(request.path)) {
        const error = Object.assign(new Error('invalid request'), { code: 'UND_ERR_INVALID_ARG' });
        handler.onResponseError({ abort() {} }, error);
        return true;
      }
      void play(request, handler);
      return true;
    },
    close: () => Promise.resolve(),
  };
}

function answerOf({ status = 200, headers = {}, body, text, base64, fault }: VendorResponse): PlayedAnswer {
  if (fault !== undefined) return { fault };
  const json = body === undefined || body === null ? '' : JSON.stringify(body);
  const bytes = base64 === undefined ? Buffer.from(text ?? json) : Buffer.from(base64, 'base64');
  const type =
    text === undefined && base64 === undefined
      ? 'application/json; charset=utf-8'
      : 'text/plain; charset=utf-8';
  return { status, headers: { 'content-type': type, ...headers } as Record<string, string>, bytes };
}

/** The vendors of a fixture; a call that it does not know gets the answer of one like it. */
export function createPlayedVendors({ exchanges = [] }: Fixture) {
  const ledger = createExchangeLedger(exchanges);
  return ({ account, method, path: target, headers, body }: OutgoingCall): PlayedAnswer => {
    const { path, query } = splitTarget(target);
    const known = ledger.find({ account, method, path, query, headers, body: body ?? '' });
    if (known)
      return answerOf(ledger.claim({ account, method, path, query, headers, body: body ?? '' }) ?? known);
    const alike = exchanges.findLast(
      ({ vendor, request }) => vendor === account && request.method === method && request.path === path,
    );
    return answerOf(alike?.response ?? { status: 404, body: { error: 'not found' } });
  };
}

/** Credentials that nobody writes by chance; an account's base address is its name. */
function withSecrets(config: unknown): Record<string, unknown> {
  const { vendors: accounts, devices, ...rest } = isJsonObject(config) ? config : {};
  const secret = (keys: Record<string, unknown>) => ({
    ...keys,
    ...(keys.password !== undefined && { password: PASSWORD }),
    ...(keys.token !== undefined && { token: VENDOR_TOKEN }),
    ...(keys.authToken !== undefined && { authToken: VENDOR_TOKEN }),
  });
  const named = Object.entries(isJsonObject(accounts) ? accounts : {}).map(([name, account]) => [
    name,
    { ...secret(account as Record<string, unknown>), baseUrl: `http://${name}.test` },
  ]);
  const registers = (Array.isArray(devices) ? devices : []).map((device) => ({
    ...device,
    ...(device.password !== undefined && { password: PASSWORD }),
  }));
  return {
    jobs: { deadlineMs: 300_000 },
    ...rest,
    vendors: Object.fromEntries(named),
    devices: registers,
    listen: { http: false, avqTcp: false, vertxTcp: false },
  };
}

/** Forms of the credentials that may leave the bus towards the vendor only. */
export const FORBIDDEN: readonly string[] = [
  PASSWORD,
  VENDOR_TOKEN,
  createHash('sha1').update(PASSWORD).digest('hex'),
  Buffer.from(VENDOR_TOKEN).toString('base64'),
  encodeURIComponent(PASSWORD),
];

const QUIET_TURNS = 12;

/** Everything that happens without the clock has happened. */
async function quiet(): Promise<void> {
  for (let turns = 0; turns < QUIET_TURNS; turns += 1) await turn();
}

export type Bench = {
  /** The answers to what was said, in the order in which they came. */
  readonly answers: string[];
  readonly complaints: readonly string[];
  say(text: string): void;
  /** Lets time pass until it is so. */
  until(isSo: () => boolean): Promise<void>;
  skip(ms: number): Promise<void>;
  /** Stops the bus; what it has left behind. */
  stop(): Promise<{ readonly inFlight: number; readonly timers: readonly (string | undefined)[] }>;
};

/** The whole bus without its listeners, from a fixture's configuration; `takeBus` hands out what it was made with. */
export async function openBench(fixture: Fixture, takeBus: () => Bus): Promise<Bench> {
  const folder = mkdtempSync(join(tmpdir(), 'avq-bus-fuzz-'));
  const config = parseConfig(
    { ...withSecrets(fixture.config), store: { path: folder } },
    { vendors, env: {}, folder },
  );
  const { clock, timers, jump, skip } = createJumpingClock(Date.parse(fixture.now ?? '2026-03-01T09:00:00Z'));
  const { log, complaints } = createWatchfulLog(() => FORBIDDEN);
  const app = await createApp({ config, log, clock });
  const bus = takeBus();
  const answers: string[] = [];
  const session = bus.open({
    peer: { write: (text) => void answers.push(text), close() {} },
    dialect: createAvqDialect({ maxDepth: 64 }),
    via: 'websocket',
    client: bus.clients.anonymous,
  });
  const until = async (isSo: () => boolean) => {
    for (let jumps = 0; ; jumps += 1) {
      await quiet();
      if (isSo()) return;
      if (jumps > 5000) throw new Error('it goes on for ever');
      // A file is written in real time.
      if (!jump()) await new Promise((resolve) => setTimeout(resolve, 1));
    }
  };
  return {
    answers,
    complaints,
    say: (text) => session.receive(text),
    until,
    async skip(ms) {
      const endsAt = clock.now() + ms;
      await until(() => [...timers].every(({ at }) => at > endsAt));
      skip(Math.max(0, endsAt - clock.now()));
    },
    async stop() {
      session.end();
      let isStopped = false;
      const stopped = app.stop().finally(() => {
        isStopped = true;
      });
      await until(() => isStopped);
      await stopped;
      // A farewell that nobody waits for any more has its own end; whatever is set anew again and again has none.
      for (let jumps = 0; timers.size > 0 && jumps < 50; jumps += 1) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        await quiet();
        jump();
      }
      rmSync(folder, { recursive: true, force: true });
      return { inFlight: bus.inFlight, timers: [...timers].map(({ setBy }) => setBy.stack) };
    },
  };
}
