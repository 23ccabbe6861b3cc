import { type Account, kassa24Account, tokensOf, tsrvAccount } from './accounts.ts';
import { ALL_X_REPORTS, type Answer, AvqConnection, xReportOf } from './avq-connection.ts';
import { BareCalls } from './bare-calls.ts';
import { median } from './quantiles.ts';
import { SandboxedBus } from './sandboxed-bus.ts';
import { printTable, verdict } from './table.ts';

const REGISTERS = 1000;
/** A comparison takes no more rounds than this, and no further ones when it has taken so long (milliseconds). */
const ROUNDS = { least: 3, most: 7 };
const ENOUGH_MS = 12_000;
const WARM_UP_REPORTS = 25_000;
const REPORTS = { alone: 500, together: 6000 };
const TOGETHER = 50;
/** Of the bus's own time a report (milliseconds) and of its rate beside that of undici. */
const AIMS = { overheadMs: 0.5, ratio: 0.7 };

/** Brings the X report with this index. */
type Ask = (index: number) => Promise<void>;

/** `cpuMicros`: of whoever makes the vendor calls, a report. */
type Side = { readonly p50Ms: number; readonly perSecond: number; readonly cpuMicros: number };

/** Processor time that somebody has used so far (microseconds). */
type Meter = () => number;

/** So many reports, so many at once. */
async function drive(count: number, atOnce: number, ask: Ask, meter: Meter): Promise<Side> {
  const latenciesMs: number[] = [];
  let next = 0;
  const client = async () => {
    while (next < count) {
      const since = performance.now();
      next += 1;
      await ask(next - 1);
      latenciesMs.push(performance.now() - since);
    }
  };
  const [since, cpu] = [performance.now(), meter()];
  await Promise.all(Array.from({ length: atOnce }, client));
  const perSecond = (count * 1000) / (performance.now() - since);
  return { p50Ms: median(latenciesMs), perSecond, cpuMicros: (meter() - cpu) / count };
}

type Comparison = {
  readonly bare: Side;
  readonly bus: Side;
  /** Medians over the rounds, each of a round's own two halves. */
  readonly overheadMs: number;
  readonly ratio: number;
};

/** Both in turns, since machines are noisy. */
async function compare(bare: () => Promise<Side>, bus: () => Promise<Side>): Promise<Comparison> {
  const rounds: { bare: Side; bus: Side }[] = [];
  const until = performance.now() + ENOUGH_MS;
  while (rounds.length < ROUNDS.least || (rounds.length < ROUNDS.most && performance.now() < until)) {
    rounds.push({ bare: await bare(), bus: await bus() });
  }
  const middle = (side: (round: { bare: Side; bus: Side }) => Side): Side => ({
    p50Ms: median(rounds.map((round) => side(round).p50Ms)),
    perSecond: median(rounds.map((round) => side(round).perSecond)),
    cpuMicros: median(rounds.map((round) => side(round).cpuMicros)),
  });
  return {
    bare: middle((round) => round.bare),
    bus: middle((round) => round.bus),
    overheadMs: median(rounds.map((round) => round.bus.p50Ms - round.bare.p50Ms)),
    ratio: median(rounds.map((round) => round.bus.perSecond / round.bare.perSecond)),
  };
}

function row(name: string, { bare, bus, overheadMs, ratio }: Comparison, aim: string, isKept?: boolean) {
  return [
    name,
    bare.p50Ms.toFixed(2),
    bus.p50Ms.toFixed(2),
    overheadMs.toFixed(2),
    Math.round(bare.perSecond).toString(),
    Math.round(bus.perSecond).toString(),
    ratio.toFixed(2),
    Math.round(bare.cpuMicros).toString(),
    Math.round(bus.cpuMicros).toString(),
    aim,
    isKept === undefined ? '' : verdict(isKept),
  ];
}

function requireReport(answer: Answer): void {
  if (answer.type !== 'send') throw new Error(JSON.stringify(answer.data));
}

type Bench = {
  readonly account: Account;
  readonly bare: BareCalls;
  readonly connection: AvqConnection;
  readonly busMeter: Meter;
};

/** Of this process, which plays the client of the bus or makes the calls itself. */
const ownMeter: Meter = () => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

async function singleReports({ account, bare, connection, busMeter }: Bench): Promise<string[][]> {
  const tokens = tokensOf(account);
  const fromBare: Ask = (index) => bare.xReport(index);
  const fromBus: Ask = async (index) =>
    requireReport(await connection.request(xReportOf(tokens[index % tokens.length] ?? '')));
  const joined: Ask = async () => requireReport(await connection.request(xReportOf(tokens[0] ?? '')));
  for (const ask of [fromBare, fromBus]) await drive(WARM_UP_REPORTS, TOGETHER, ask, ownMeter);

  const against = (count: number, atOnce: number, ask: Ask) =>
    compare(
      () => drive(count, atOnce, fromBare, ownMeter),
      () => drive(count, atOnce, ask, busMeter),
    );
  const alone = await against(REPORTS.alone, 1, fromBus);
  const together = await against(REPORTS.together, TOGETHER, fromBus);
  const one = await against(REPORTS.together, TOGETHER, joined);
  const overheadAim = `overhead <= ${AIMS.overheadMs} ms`;
  const { kind } = account;
  return [
    row(`${kind}, 1 at a time`, alone, overheadAim, alone.overheadMs <= AIMS.overheadMs),
    row(`${kind}, ${TOGETHER}`, together, `ratio >= ${AIMS.ratio}`, together.ratio >= AIMS.ratio),
    row(`${kind}, ${TOGETHER}, one register`, one, ''),
  ];
}

const COLUMNS = [
  ...['fanout', 'bare p50 ms', 'bus p50 ms', 'overhead ms', 'bare X/s', 'bus X/s', 'ratio'],
  ...['bare cpu µs/X', 'bus cpu µs/X', 'aim', ''],
];

/** All registers of all accounts in one request, beside undici doing the same calls at once. */
async function allReports(benches: readonly Bench[], { connection, busMeter }: Bench): Promise<string[]> {
  const since = async (work: () => Promise<unknown>, meter: Meter): Promise<Side> => {
    const { perSecond, cpuMicros, p50Ms } = await drive(1, 1, async () => void (await work()), meter);
    return { p50Ms, perSecond: perSecond * REGISTERS, cpuMicros: cpuMicros / REGISTERS };
  };
  const all = () => benches.flatMap(({ account, bare }) => account.devices.map((_, at) => bare.xReport(at)));
  const bare = () => since(() => Promise.all(all()), ownMeter);
  const bus = () =>
    since(async () => {
      const answer = await connection.request(ALL_X_REPORTS);
      requireReport(answer);
      const { complete, reports } = answer.data as unknown as { complete: boolean; reports: unknown[] };
      if (!complete || reports.length !== REGISTERS) throw new Error('some registers were not answered');
    }, busMeter);
  const comparison = await compare(bare, bus);
  const name = `get_x_reports, ${REGISTERS} registers`;
  return row(name, comparison, `ratio >= ${AIMS.ratio}`, comparison.ratio >= AIMS.ratio);
}

/**
 * X reports of the sandbox's registers through the bus, beside bare undici that makes the same vendor calls over the
 * same number of kept-alive connections, in the same run. The registers are distinct, so that no read joins another,
 * but in the row that says so.
 */
export async function fanout(): Promise<void> {
  const accounts = [kassa24Account('almaty', REGISTERS / 2), tsrvAccount('minsk', REGISTERS / 2)];
  const served = await SandboxedBus.start(accounts);
  const connection = await AvqConnection.open(served.bus.told.avqTcp);
  const busMeter = () => served.bus.cpuMicros;
  const benches: Bench[] = [];
  for (const account of accounts) {
    const bare = await BareCalls.open(account, served.baseUrlOf(account));
    benches.push({ account, bare, connection, busMeter });
  }
  const rows: string[][] = [];
  for (const bench of benches) rows.push(...(await singleReports(bench)));
  for (const bench of benches.slice(0, 1)) rows.push(await allReports(benches, bench));
  printTable(COLUMNS, rows);
  connection.close();
  for (const { bare } of benches) await bare.close();
  served.stop();
}
