import { tokensOf, tsrvAccount } from './accounts.ts';
import { AvqConnection, xReportOf } from './avq-connection.ts';
import { MeasuredProcess } from './measured-process.ts';
import { type Outcomes, PacedLoad } from './paced-load.ts';
import { median, p99 } from './quantiles.ts';
import { SandboxedBus } from './sandboxed-bus.ts';
import { printTable, verdict } from './table.ts';

const ROUNDS = 7;
/** A round of the healthy account: five seconds, far from what the machine can do. */
const HEALTHY = { perSecond: 300, requests: 1500 };
const WARM_UP_REQUESTS = 3000;
/**
 * Each is given up after four seconds, so that three hundred are in flight all the time. Sooner than a vendor that is
 * well has to answer, so that the breaker stays closed; and seldom, so that their own cost is not what is measured.
 */
const SICK = { perSecond: 75, timeoutMs: 4000 };
const AIM = 1.2;

/** At the vendor, or still waiting for its turn there. */
const TIMED_OUT = new Set(['VENDOR_TIMEOUT', 'BUS_TIMEOUT']);

type Round = {
  readonly quiet: Outcomes;
  readonly sick: Outcomes;
  /** What became of the neighbour's requests meanwhile. */
  readonly neighbour: Outcomes['counts'];
};

/** The medians of the rounds, so that a stall of the machine in one of them does not count. */
function measure(rounds: readonly Outcomes[]) {
  return {
    answered: rounds.reduce((sum, { counts }) => sum + (counts.ok ?? 0), 0),
    p50Ms: median(rounds.map(({ latenciesMs }) => median(latenciesMs))),
    p99Ms: median(rounds.map(({ latenciesMs }) => p99(latenciesMs))),
  };
}

function print(rounds: readonly Round[], inFlight: number): void {
  const quiet = measure(rounds.map((round) => round.quiet));
  const sick = measure(rounds.map((round) => round.sick));
  const ratio = sick.p99Ms / quiet.p99Ms;
  const row = (name: string, { answered, p50Ms, p99Ms }: typeof quiet): string[] => [
    name,
    String(answered),
    p50Ms.toFixed(2),
    p99Ms.toFixed(2),
  ];
  const isAnswered = [quiet, sick].every(({ answered }) => answered === ROUNDS * HEALTHY.requests);
  // Refused, or spared by an open breaker, it would have nothing in flight.
  const outcomes = rounds.flatMap(({ neighbour }) => Object.keys(neighbour));
  const isSick = outcomes.length > 0 && outcomes.every((name) => TIMED_OUT.has(name));
  const isKept = ratio <= AIM && isAnswered && isSick;
  const judged = [ratio.toFixed(2), `<= ${AIM}, all answered`, verdict(isKept)];
  printTable(
    ['neighbours', 'answered', 'p50 ms', 'p99 ms', 'p99 ratio', 'aim', ''],
    [
      [...row('quiet', quiet), '', '', ''],
      [...row(`the neighbour hangs, ${inFlight} in flight`, sick), ...judged],
    ],
  );
}

/**
 * X reports of one account at a fixed rate, while the vendor of another account of its kind hangs and another client
 * keeps hundreds of requests in flight there, beside the same rate in peace; rounds in turns, medians.
 */
export async function neighbours(): Promise<void> {
  const healthy = tsrvAccount('healthy', 1000);
  const sick = tsrvAccount('sick', 1000);
  const served = await SandboxedBus.start([healthy, sick]);
  await served.disturb(sick, { fault: 'hang' });
  const port = served.bus.told.avqTcp;
  const connection = await AvqConnection.open(port);
  const pace = { perSecond: HEALTHY.perSecond, requests: tokensOf(healthy).map((token) => xReportOf(token)) };
  const drive = (requests: number) => new PacedLoad(connection, pace).run(requests);
  const hasty = { timeout: String(SICK.timeoutMs) };
  const neighbour = await MeasuredProcess.start('./load-process.ts', {
    ...{ port, perSecond: SICK.perSecond },
    requests: tokensOf(sick).map((token) => xReportOf(token, hasty)),
  });
  const besideSick = async () => {
    await neighbour.ask('start');
    // Until as many are in flight as will be.
    await drive((HEALTHY.perSecond * SICK.timeoutMs) / 1000);
    const outcomes = await drive(HEALTHY.requests);
    return { sick: outcomes, neighbour: await neighbour.ask<Outcomes['counts']>('stop') };
  };
  const inPeace = async () => {
    await drive(HEALTHY.perSecond / 2);
    return drive(HEALTHY.requests);
  };

  await drive(WARM_UP_REQUESTS);
  const rounds: Round[] = [];
  for (let round = 0; round < ROUNDS; round += 1)
    rounds.push({ quiet: await inPeace(), ...(await besideSick()) });
  print(rounds, (SICK.perSecond * SICK.timeoutMs) / 1000);
  connection.close();
  neighbour.stop();
  served.stop();
}
