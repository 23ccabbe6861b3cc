/** A client that asks much at once, again and again from `{start}` to `{stop}`, and waits for none of it, in a process of its own. */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { AvqConnection, type Request } from './avq-connection.ts';
import { count, type Outcomes } from './paced-load.ts';

type Question = {
  readonly port: number;
  /** How many are asked at once. */
  readonly size: number;
  /** From one burst to the next (milliseconds). */
  readonly everyMs: number;
  /** Asked in turns. */
  readonly requests: readonly Request[];
};

// Nobody is left to press for.
process.on('disconnect', () => process.exit());

const [question]: [Question] = (await once(process, 'message')) as never;
let stopped = new AbortController();
let counts: Outcomes['counts'] = {};
let asked = 0;

function ask(connection: AvqConnection): void {
  const { size, requests } = question;
  const ofRun = counts;
  for (let index = 0; index < size; index += 1) {
    const request = requests[asked % requests.length];
    asked += 1;
    if (!request) throw new Error('there is nothing to ask');
    void connection.request(request).then((answer) => count(ofRun, answer));
  }
}

/** Whatever is not answered at the end of a burst's time is left unanswered, and its connection is closed. */
async function start(signal: AbortSignal): Promise<void> {
  const { port, everyMs } = question;
  process.send?.({});
  while (!signal.aborted) {
    const connection = await AvqConnection.open(port);
    ask(connection);
    await sleep(everyMs, undefined, { signal }).catch(() => {});
    connection.close();
  }
}

process.on('message', (command: 'start' | 'stop') => {
  if (command === 'start') {
    stopped = new AbortController();
    counts = {};
    return void start(stopped.signal);
  }
  stopped.abort();
  process.send?.(counts);
});
process.send?.({});
