import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { delay, systemClock } from '#core/clock.ts';
import { type Log, silentLog } from '#core/log.ts';
import { type Activity, createActivity } from './activity.ts';
import { createReplayClock, type ProcessClock, type ReplayClock } from './clock.ts';
import { converse } from './conversation.ts';
import { createExchangeLedger, type ExchangeLedger } from './exchange-ledger.ts';
import type { Fixture } from './fixture.ts';
import { createPeers } from './peers.ts';
import type { CreateReplayableApp, ReplayableApp } from './replayable.ts';
import { accountsOf, replayedConfig } from './replayed-config.ts';
import { startVendorServers } from './vendor-server.ts';

export type ReplayOptions = {
  readonly createApp: CreateReplayableApp;
  /** The bus's own log; nothing is kept without it. */
  readonly log?: Log;
};

/** How a replay went: `ok` when there is no difference between the fixture and what happened. */
export type ReplayResult = { readonly ok: boolean; readonly differences: readonly string[] };

/** A bus that has not stopped by then is killed; nothing is judged any more. */
const STOP_LIMIT_MS = 2_000;

/** The bus under replay, which can be killed and started again on the same store. */
class Bus {
  readonly #start: (clock: ProcessClock) => Promise<ReplayableApp>;
  readonly #clock: ReplayClock;
  #app: ReplayableApp | undefined;
  #processClock: ProcessClock | undefined;

  constructor(clock: ReplayClock, start: (clock: ProcessClock) => Promise<ReplayableApp>) {
    this.#clock = clock;
    this.#start = start;
  }

  get app(): ReplayableApp {
    if (!this.#app) throw new Error('the bus does not run');
    return this.#app;
  }

  async start(): Promise<void> {
    this.#processClock = this.#clock.createProcessClock();
    try {
      this.#app = await this.#start(this.#processClock);
    } catch (error) {
      throw new Error(`the bus did not start: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** A dead process sets off no timer, so the clock goes first. */
  async kill(): Promise<void> {
    const app = this.#app;
    this.#app = undefined;
    this.#processClock?.end();
    await app?.kill();
  }

  async stop(): Promise<void> {
    const limit = new AbortController();
    const stopped = this.#app?.stop();
    await Promise.race([
      stopped,
      delay(systemClock, STOP_LIMIT_MS, limit.signal).then(() => this.kill()),
    ]).finally(() => limit.abort());
    this.#processClock?.end();
  }
}

async function play(
  fixture: Fixture,
  bus: Bus,
  clock: ReplayClock,
  activity: Activity,
  ledger: ExchangeLedger,
): Promise<string[]> {
  const peers = createPeers(() => bus.app, activity);
  try {
    await bus.start();
    const differences = await converse(fixture.messages, {
      peers,
      async advance(ms) {
        await activity.settled();
        await clock.advance(ms);
      },
      async restart() {
        await activity.settled();
        await bus.kill();
        peers.close();
        await bus.start();
      },
    });
    await activity.quiet();
    return differences;
  } finally {
    ledger.stopJudging();
    peers.close();
    await bus.stop();
  }
}

/** A rejection, or whatever else was thrown, as a difference. */
async function caught(run: () => Promise<string[]>): Promise<string[]> {
  try {
    return await run();
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

/**
 * Plays a fixture against a whole bus on free loopback ports, with the vendors played by HTTP servers of its
 * own and a clock that starts at the fixture's `now`. Never rejects; leaves nothing behind.
 */
export async function replayFixture(fixture: Fixture, options: ReplayOptions): Promise<ReplayResult> {
  const { config, exchanges = [], now } = fixture;
  const activity = createActivity();
  const ledger = createExchangeLedger(exchanges);
  const startMs = now === undefined ? systemClock.now() : Date.parse(now);
  const clock = createReplayClock(startMs, { settle: activity.quiet, onTimer: activity.note });
  const storePath = await mkdtemp(join(tmpdir(), 'avq-bus-replay-'));

  const differences = await caught(async () => {
    const accounts = accountsOf(config);
    const vendors = await startVendorServers({ accounts, exchanges, ledger, clock, activity });
    const replayed = replayedConfig(config, vendors.baseUrls, storePath);
    const bus = new Bus(clock, (processClock) =>
      options.createApp({ config: replayed, clock: processClock, log: options.log ?? silentLog }),
    );
    try {
      return await play(fixture, bus, clock, activity, ledger);
    } finally {
      await vendors.close();
    }
  });
  await rm(storePath, { recursive: true, force: true });
  const all = [...differences, ...ledger.differences()];
  return { ok: all.length === 0, differences: all };
}
