import { type Account, tokensOf, tsrvAccount } from './accounts.ts';
import { AvqConnection, xReportOf } from './avq-connection.ts';
import { MeasuredProcess } from './measured-process.ts';
import { type Outcomes, PacedLoad } from './paced-load.ts';
import { median, p99 } from './quantiles.ts';
import { SandboxedBus } from './sandboxed-bus.ts';
import { printTable, verdict } from './table.ts';

const ROUNDS = 10;
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

  /** Asks the healthy account at its rate. */
  drive(requests: number): Promise<Outcomes> {
    const reports = tokensOf(this.#healthy).map((token) => xReportOf(token));
    const pace = { perSecond: HEALTHY.perSecond, requests: reports };
    return new PacedLoad(this.#connection, pace).run(requests);
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

type Round = { readonly quiet: Outcomes; readonly sick: Outcomes; readonly neighbour: Counts };

async function measure(quiet: Side, sick: Side): Promise<Round> {
  const both = (requests: number) => Promise.all([quiet.drive(requests), sick.drive(requests)]);
  await sick.disturb();
  await both((HEALTHY.perSecond * SICK.timeoutMs) / 1000);
  const [inPeace, disturbed] = await both(HEALTHY.requests);
  const neighbour = await sick.calm();
  // Until nothing of the neighbour's is left.
  await both(HEALTHY.perSecond);
  return { quiet: inPeace, sick: disturbed, neighbour };
}

function print(rounds: readonly Round[]): void {
  const quiet = rounds.map((round) => round.quiet);
  const sick = rounds.map((round) => round.sick);
  const latenciesOf = (all: readonly Outcomes[]) => all.flatMap(({ latenciesMs }) => latenciesMs);
  const answeredOf = (all: readonly Outcomes[]) => all.reduce((sum, { counts }) => sum + (counts.ok ?? 0), 0);
  const ratio = p99(latenciesOf(sick)) / p99(latenciesOf(quiet));
  const row = (name: string, all: readonly Outcomes[]): string[] => [
    name,
    String(answeredOf(all)),
    median(latenciesOf(all)).toFixed(2),
    p99(latenciesOf(all)).toFixed(2),
  ];
  const isAnswered = [quiet, sick].every((all) => answeredOf(all) === ROUNDS * HEALTHY.requests);
  // Refused, or spared by an open breaker, it would have nothing in flight.
  const outcomes = rounds.flatMap(({ neighbour }) => Object.keys(neighbour));
  const isSick = outcomes.length > 0 && outcomes.every((name) => TIMED_OUT.has(name));
  const isKept = ratio <= AIM && isAnswered && isSick;
  const judged = [ratio.toFixed(2), `<= ${AIM}, all answered`, verdict(isKept)];
  printTable(
    ['neighbours', 'answered', 'p50 ms', 'p99 ms', 'p99 ratio', 'aim', ''],
    [
      [...row('quiet', quiet), '', '', ''],
      [...row(`the neighbour hangs, ${IN_FLIGHT} in flight`, sick), ...judged],
    ],
  );
}

/**
 * X reports of one account at a fixed rate, while the vendor of another account of its kind hangs and another client
 * keeps a hundred requests in flight there, beside a bus in peace that is asked the same at the same moments: a stall
 * of the machine, which is longer than the p99 of either, strikes both. They change places every round.
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
