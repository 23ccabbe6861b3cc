import { tsrv } from '#vendors/index.ts';
import { type Account, tokensOf, tsrvAccount } from './accounts.ts';
import { AvqConnection, xReportOf } from './avq-connection.ts';
import { MeasuredProcess } from './measured-process.ts';
import { type Outcomes, PacedLoad } from './paced-load.ts';
import { median, p99 } from './quantiles.ts';
import { SandboxedBus } from './sandboxed-bus.ts';
import { printTable, ratioCells, verdict } from './table.ts';

const ROUNDS = 8;
/** What the healthy account of each bus is asked: far from what the machine can do. */
const HEALTHY = { perSecond: 150, warmUp: 2000, requests: 900 };
/**
 * Each is given up after four seconds, so that a hundred are in flight all the time. Sooner than a vendor that is well
 * has to answer, so that the breaker stays closed; and seldom, so that their own cost is not what is measured.
 */
const SICK = { perSecond: 25, timeoutMs: 4000 };
const IN_FLIGHT = (SICK.perSecond * SICK.timeoutMs) / 1000;
const AIM = 1.2;

/** At the vendor, or still waiting for its turn there. */
const TIMED_OUT = new Set(['VENDOR_TIMEOUT', 'BUS_TIMEOUT']);

type Counts = Outcomes['counts'];

/** `cpuMicros`: of all that the bus does, for its neighbour too, a request of the healthy account. */
type Driven = {
  readonly answered: number;
  readonly latenciesMs: readonly number[];
  readonly cpuMicros: number;
};

/** A bus of its own with a healthy account, and a client that can press on the account of its neighbour, which hangs. */
class Side {
  readonly #served: SandboxedBus;
  readonly #connection: AvqConnection;
  readonly #healthy: Account;
  readonly #neighbour: MeasuredProcess<unknown>;

  private constructor(
    served: SandboxedBus,
    connection: AvqConnection,
    healthy: Account,
    neighbour: MeasuredProcess<unknown>,
  ) {
    this.#served = served;
    this.#connection = connection;
    this.#healthy = healthy;
    this.#neighbour = neighbour;
  }

  static async start(): Promise<Side> {
    const healthy = tsrvAccount('healthy', 1000);
    const sick = tsrvAccount('sick', 1000);
    const served = await SandboxedBus.start([healthy, sick]);
    await served.disturb(sick, { fault: 'hang' });
    const port = served.bus.told.avqTcp;
    const hasty = { timeout: String(SICK.timeoutMs) };
    const neighbour = await MeasuredProcess.start('./load-process.ts', {
      ...{ port, perSecond: SICK.perSecond },
      requests: tokensOf(sick).map((token) => xReportOf(token, hasty)),
    });
    return new Side(served, await AvqConnection.open(port), healthy, neighbour);
  }

  /** Asks the healthy account at its rate, the first time after `afterMs`. */
  async drive(requests: number, afterMs = 0): Promise<Driven> {
    const reports = tokensOf(this.#healthy).map((token) => xReportOf(token));
    const pace = { perSecond: HEALTHY.perSecond, requests: reports };
    const { bus } = this.#served;
    const cpuMicros = bus.cpuMicros;
    const { counts, latenciesMs } = await new PacedLoad(this.#connection, pace).run(requests, afterMs);
    return { answered: counts.ok ?? 0, latenciesMs, cpuMicros: (bus.cpuMicros - cpuMicros) / requests };
  }

  /** The neighbour begins to ask, and so do its time-outs once as many are in flight as will be. */
  disturb(): Promise<unknown> {
    return this.#neighbour.ask('start');
  }

  /** Returns what became of the neighbour's requests. */
  calm(): Promise<Counts> {
    return this.#neighbour.ask('stop');
  }

  stop(): void {
    this.#connection.close();
    this.#neighbour.stop();
    this.#served.stop();
  }
}

/** Both sides, asked the same at the same time. */
type Pair = { readonly quiet: Driven; readonly other: Driven };

/** `control`: both in peace. */
type Round = { readonly control: Pair; readonly sick: Pair; readonly neighbour: Counts };

async function measure(quiet: Side, other: Side): Promise<Round> {
  const both = async (requests: number): Promise<Pair> => {
    // Never at the very same moments, or each would wait for the other.
    const halfPeriodMs = 500 / HEALTHY.perSecond;
    const driven = await Promise.all([quiet.drive(requests), other.drive(requests, halfPeriodMs)]);
    return { quiet: driven[0], other: driven[1] };
  };
  const control = await both(HEALTHY.requests);
  await other.disturb();
  await both((HEALTHY.perSecond * SICK.timeoutMs) / 1000);
  const sick = await both(HEALTHY.requests);
  const neighbour = await other.calm();
  // Until nothing of the neighbour's is left.
  await both(HEALTHY.perSecond);
  return { control, sick, neighbour };
}

/** The p99 of the other side to that of the quiet one, a round each. */
function ratiosOf(pairs: readonly Pair[]): number[] {
  return pairs.map(({ quiet, other }) => p99(other.latenciesMs) / p99(quiet.latenciesMs));
}

function row(name: string, driven: readonly Driven[], ratios: readonly number[] = []): string[] {
  const latenciesMs = driven.flatMap((side) => side.latenciesMs);
  return [
    name,
    String(driven.reduce((sum, { answered }) => sum + answered, 0)),
    median(latenciesMs).toFixed(2),
    p99(latenciesMs).toFixed(2),
    Math.round(median(driven.map(({ cpuMicros }) => cpuMicros))).toString(),
    ...ratioCells(ratios),
  ];
}

const COLUMNS = [
  ...[
    'neighbours',
    'answered',
    'p50 ms',
    'p99 ms',
    'bus cpu µs/X, neighbour in it',
    'p99 ratio',
    'of the rounds',
  ],
  ...['aim', ''],
];

function print(rounds: readonly Round[]): void {
  const control = rounds.map((round) => round.control);
  const sick = rounds.map((round) => round.sick);
  const ratios = ratiosOf(sick);
  const driven = [...control, ...sick].flatMap(({ quiet, other }) => [quiet, other]);
  const isAnswered = driven.every(({ answered }) => answered === HEALTHY.requests);
  // Refused, or spared by an open breaker, it would have nothing in flight.
  const outcomes = rounds.flatMap(({ neighbour }) => Object.keys(neighbour));
  const isSick = outcomes.length > 0 && outcomes.every((name) => TIMED_OUT.has(name));
  const isKept = median(ratios) <= AIM && isAnswered && isSick;
  const sides = (pairs: readonly Pair[], side: keyof Pair) => pairs.map((pair) => pair[side]);
  const hanging = `its neighbour hangs: ${tsrv.concurrency} at the vendor, ${IN_FLIGHT - tsrv.concurrency} wait`;
  printTable(COLUMNS, [
    row('in peace', sides(control, 'quiet')),
    row('in peace beside it', sides(control, 'other'), ratiosOf(control)),
    row('in peace', sides(sick, 'quiet')),
    [...row(hanging, sides(sick, 'other'), ratios), `<= ${AIM}, all answered`, verdict(isKept)],
  ]);
}

/**
 * X reports of one account at a fixed rate, while the vendor of another account of its kind hangs and another client
 * keeps a hundred requests in flight there, beside a bus in peace that is asked the same at the same time: a stall of
 * the machine, which is longer than the p99 of either, strikes both. They change places every round. What two buses in
 * peace differ by stands beside it, since that is all that a machine can tell apart.
 */
export async function neighbours(): Promise<void> {
  const sides = [await Side.start(), await Side.start()] as const;
  await Promise.all(sides.map((side) => side.drive(HEALTHY.warmUp)));
  const rounds: Round[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const [one, other] = sides;
    rounds.push(round % 2 === 0 ? await measure(one, other) : await measure(other, one));
  }
  print(rounds);
  for (const side of sides) side.stop();
}
