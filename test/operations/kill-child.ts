/**
 * One process of the bus: opens a shift at the register behind a URL, and kills itself at the step it is given.
 * Arguments: folder of the store, URL of the register, step.
 */
import { systemClock } from '#core/clock.ts';
import { silentLog } from '#core/log.ts';
import { Operations } from '#operations/operations.ts';
import { openSqliteStore } from '#store/sqlite-store.ts';
import { openAt } from './http-register.ts';
import { OPENING } from './opening.ts';

const [folder = '', url = '', fatalStep] = process.argv.slice(2);
const { operations: table } = openSqliteStore(folder);
const operations = new Operations({
  ...{ table, clock: systemClock, log: silentLog, keepMs: 86_400_000 },
  changeOf: () => openAt(url),
  settleAfterMs: () => 0,
  probe(step) {
    if (step === fatalStep) process.kill(process.pid, 'SIGKILL');
  },
});
await operations.start();
const { signal } = new AbortController();
const call = { deadline: Number.MAX_SAFE_INTEGER, signal, exchanges: [], traceparent: undefined };
const ending = await operations.run(OPENING, call).then(
  () => 'answered',
  (failure: Error) => failure.name,
);
process.stdout.write(ending);
process.exit();
