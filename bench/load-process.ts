/** A client that presses on a bus at a fixed rate from `{start}` to `{stop}`, in a process of its own, so that it slows down no other client. */
import { once } from 'node:events';
import { AvqConnection, type Request } from './avq-connection.ts';
import { type Outcomes, PacedLoad } from './paced-load.ts';

type Question = {
  readonly port: number;
  readonly perSecond: number;
  /** Asked in turns. */
  readonly requests: readonly Request[];
};

// Nobody is left to press for.
process.on('disconnect', () => process.exit());

const [{ port, perSecond, requests }]: [Question] = (await once(process, 'message')) as never;

let running: { readonly connection: AvqConnection; readonly load: PacedLoad } | undefined;

async function start(): Promise<void> {
  const connection = await AvqConnection.open(port);
  const load = new PacedLoad(connection, { perSecond, requests });
  running = { connection, load };
  process.send?.({});
  await load.run();
}

/** Whatever is in flight is left unanswered. */
function stop(): Outcomes['counts'] {
  const { counts } = running?.load.stop() ?? { counts: {} };
  running?.connection.close();
  return counts;
}

process.on('message', (command: 'start' | 'stop') => {
  if (command === 'stop') process.send?.(stop());
  else void start();
});
process.send?.({});
