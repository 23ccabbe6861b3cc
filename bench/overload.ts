import { kassa24Account, tokensOf } from './accounts.ts';
import { ALL_X_REPORTS, AvqConnection, type Request, xReportOf } from './avq-connection.ts';
import { MeasuredProcess } from './measured-process.ts';
import { type Outcomes, PacedLoad } from './paced-load.ts';
import { median, p99 } from './quantiles.ts';
import { SandboxedBus } from './sandboxed-bus.ts';
import { printTable, ratioCells, verdict } from './table.ts';

const ROUNDS = 5;
/** A round of the client that behaves; a round lasts four and a half seconds. */
const CALM = { perSecond: 50, requests: 225, timeoutMs: 5000 };
const FLOOD_PER_SECOND = 100 * CALM.perSecond;
/** About what the account can do. */
const FAN_OUTS_PER_SECOND = 0.25;
/** Of a client that asks as much at once as a connection may. */
const BURST = { size: 1000, everyMs: 900 };
const AIM = 2;
const CALM_REGISTERS = 300;

/**
 * A vendor takes its time without using up the machine's, and not always the same: sixteen calls that end at once would
 * let everybody wait for as long as a call takes.
 */
const DELAYS = [
  { path: '/shifts/*', delay_ms: 20 },
  ...Array.from({ length: 9 }, (_, index) => ({ path: `/kkms/${index + 1}*`, delay_ms: 12 + 2 * index })),
];

type Load = MeasuredProcess<unknown>;

type Situation = {
  readonly name: string;
  readonly loads: readonly Load[];
  /** Of the calm client, a round each. */
  readonly rounds: Outcomes[];
  /** What became of the requests of each load. */
  readonly pressed: Outcomes['counts'][];
};

function add(counts: Outcomes['counts'], more: Outcomes['counts']): void {
  for (const [name, count] of Object.entries(more)) counts[name] = (counts[name] ?? 0) + count;
}

async function round(situation: Situation, calm: (requests: number) => Promise<Outcomes>): Promise<void> {
  for (const load of situation.loads) await load.ask('start');
  // Until the queues are as long as they will be.
  await calm(CALM.perSecond);
  situation.rounds.push(await calm(CALM.requests));
  for (const [index, load] of situation.loads.entries()) {
    add(situation.pressed[index] ?? {}, await load.ask<Outcomes['counts']>('stop'));
  }
}

function told(counts: Outcomes['counts'] | undefined): string {
  const { ok = 0, BUS_OVERLOADED: overloaded = 0, ...others } = counts ?? {};
  const rest = Object.entries(others).map(([name, count]) => `, ${count} ${name}`);
  return `${ok} ok, ${overloaded} overloaded${rest.join('')}`;
}

/** The p99 to that of the quiet round next to it: a stall of the machine, which is longer than either, strikes few. */
function ratiosOf({ rounds }: Situation, quiet: Situation): number[] {
  return rounds.map(
    ({ latenciesMs }, index) => p99(latenciesMs) / p99(quiet.rounds[index]?.latenciesMs ?? []),
  );
}

function row(situation: Situation, quiet: Situation): string[] {
  const { name, rounds, pressed } = situation;
  const latenciesMs = rounds.flatMap((round) => round.latenciesMs);
  const counts: Outcomes['counts'] = {};
  for (const round of rounds) add(counts, round.counts);
  const isJudged = pressed.length > 0;
  const ratios = isJudged ? ratiosOf(situation, quiet) : [];
  const isKept = median(ratios) <= AIM && counts.ok === ROUNDS * CALM.requests;
  return [
    name,
    told(counts),
    median(latenciesMs).toFixed(1),
    p99(latenciesMs).toFixed(1),
    ...ratioCells(ratios),
    ...(isJudged ? [`<= ${AIM}, all ok`, verdict(isKept)] : ['', '']),
    pressed.map(told).join(' + '),
  ];
}

/**
 * X reports of a client at a modest rate, while another asks the same account a hundred times as often, while a third
 * asks for those of a thousand registers at once, while both do, and while one asks much at once that nobody answers in
 * time; beside the same rate in peace, in turns.
 */
export async function overload(): Promise<void> {
  const account = kassa24Account('almaty', 1000);
  const served = await SandboxedBus.start([account]);
  for (const delay of DELAYS) await served.disturb(account, delay);
  const port = served.bus.told.avqTcp;
  const tokens = tokensOf(account);
  // Of other registers, so that no read of one joins the other's; the fan-out is about all of them.
  const requests = tokens.slice(CALM_REGISTERS).map((token) => xReportOf(token));
  const connection = await AvqConnection.open(port);
  const timeout = { timeout: String(CALM.timeoutMs) };
  const calmRequests = tokens.slice(0, CALM_REGISTERS).map((token) => xReportOf(token, timeout));
  const calm = (count: number) =>
    new PacedLoad(connection, { perSecond: CALM.perSecond, requests: calmRequests }).run(count);
  const press = (perSecond: number, asked: typeof requests): Promise<Load> =>
    MeasuredProcess.start('./load-process.ts', { port, perSecond, requests: asked });
  const flood = await press(FLOOD_PER_SECOND, requests);
  const fanOut = await press(FAN_OUTS_PER_SECOND, [ALL_X_REPORTS]);
  const burst = (headers: Request['headers']): Promise<Load> => {
    const asked = tokens.slice(CALM_REGISTERS).map((token) => xReportOf(token, headers));
    return MeasuredProcess.start('./burst-process.ts', { port, ...BURST, requests: asked });
  };
  const expiring = await burst({ timeout: '300' });
  const leaving = await burst({ timeout: '60000' });
  const situationOf = (name: string, loads: readonly Load[]): Situation => ({
    ...{ name, loads, rounds: [], pressed: loads.map(() => ({})) },
  });
  const quiet = situationOf('quiet', []);
  const situations = [
    quiet,
    situationOf('a flood, 100 : 1', [flood]),
    situationOf('get_x_reports of 1000', [fanOut]),
    situationOf('both', [flood, fanOut]),
    situationOf('1000 that expire at once', [expiring]),
    situationOf('1000 whose client leaves', [leaving]),
  ];

  await calm(CALM.perSecond);
  for (let index = 0; index < ROUNDS; index += 1) {
    for (const situation of situations) await round(situation, calm);
  }
  printTable(
    [
      'overload',
      'the calm client',
      'p50 ms',
      'p99 ms',
      'p99 ratio',
      'of the rounds',
      'aim',
      '',
      'the others',
    ],
    situations.map((situation) => row(situation, quiet)),
  );
  connection.close();
  for (const load of [flood, fanOut, expiring, leaving]) load.stop();
  served.stop();
}
