import { tokensOf, tsrvAccount } from './accounts.ts';
import { AvqConnection, xReportOf } from './avq-connection.ts';
import { MeasuredProcess } from './measured-process.ts';
import { type Outcomes, PacedLoad } from './paced-load.ts';
import { median, p99 } from './quantiles.ts';
import { SandboxedBus } from './sandboxed-bus.ts';
import { printTable, verdict } from './table.ts';

const ROUNDS = 3;
/** A round of the healthy account: five seconds. */
const HEALTHY = { perSecond: 600, requests: 3000 };
const WARM_UP_REQUESTS = 1200;
/** Each is given up after a second, so that three hundred are in flight all the time. */
const SICK = { perSecond: 300, timeoutMs: 1000 };
const AIM = 1.2;

type Round = { readonly quiet: Outcomes; readonly sick: Outcomes };

function row(name: string, outcomes: readonly Outcomes[], ratio: string, isKept?: boolean): string[] {
  const answered = outcomes.reduce((sum, { counts }) => sum + (counts.ok ?? 0), 0);
  return [
    name,
    String(answered),
    median(outcomes.map(({ latenciesMs }) => median(latenciesMs))).toFixed(2),
    median(outcomes.map(({ latenciesMs }) => p99(latenciesMs))).toFixed(2),
    ratio,
    isKept === undefined ? '' : `<= ${AIM}`,
    isKept === undefined ? '' : verdict(isKept),
  ];
}

function print(rounds: readonly Round[], inFlight: string): void {
  const ratio = median(rounds.map(({ quiet, sick }) => p99(sick.latenciesMs) / p99(quiet.latenciesMs)));
  const quiet = rounds.map((round) => round.quiet);
  const sick = rounds.map((round) => round.sick);
  printTable(
    ['neighbours', 'answered', 'p50 ms', 'p99 ms', 'p99 ratio', 'aim', ''],
    [
      row('quiet', quiet, ''),
      row(`the neighbour hangs, ${inFlight} in flight`, sick, ratio.toFixed(2), ratio <= AIM),
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
    await neighbour.ask('stop');
    return outcomes;
  };
  const inPeace = async () => {
    await drive(HEALTHY.perSecond / 2);
    return drive(HEALTHY.requests);
  };

  await drive(WARM_UP_REQUESTS);
  const rounds: Round[] = [];
  for (let round = 0; round < ROUNDS; round += 1)
    rounds.push({ quiet: await inPeace(), sick: await besideSick() });
  print(rounds, String((SICK.perSecond * SICK.timeoutMs) / 1000));
  connection.close();
  neighbour.stop();
  served.stop();
}
