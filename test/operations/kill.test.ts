import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect, type TestContext, test } from 'vitest';
import { systemClock } from '#core/clock.ts';
import { Failure } from '#core/failure.ts';
import { silentLog } from '#core/log.ts';
import { STEPS, type Transition } from '#operations/machine.ts';
import { Operations } from '#operations/operations.ts';
import { openSqliteStore } from '#store/sqlite-store.ts';
import { temporaryFolder } from '../store/temporary-folder.ts';
import { openAt } from './http-register.ts';
import { type Fate, ModelRegister } from './model-register.ts';
import { OPENING } from './opening.ts';

const CHILD = fileURLToPath(new URL('kill-child.ts', import.meta.url));

type Scene = {
  readonly fate: Fate;
  readonly isOpen?: true;
  readonly isSilent?: true;
  /** What the repeat after the restart is answered. */
  readonly truth: { readonly data: unknown } | { readonly failure: string };
};

const OPENED = { data: { shift: 1 } };
const PLAIN: Scene = { fate: 'answered', truth: OPENED };
const LOST: Scene = { fate: 'lost', truth: OPENED };

/** How each transition comes about. A new one that is missing here does not compile, and has no kill test. */
const SCENES: Readonly<Record<Transition, Scene>> = {
  write: PLAIN,
  mark_sent: PLAIN,
  answer: PLAIN,
  reject: { fate: 'answered', isOpen: true, truth: { failure: 'AVQFR_SHIFT_IS_OPENED' } },
  lose: LOST,
  settle: LOST,
  give_up: { fate: 'lost', isSilent: true, truth: OPENED },
  undo: { fate: 'vanished', truth: OPENED },
};

/** The vendor, which outlives the bus. */
async function serve(register: ModelRegister, whenEnded: TestContext['onTestFinished']): Promise<string> {
  const server = createServer((request, response) => {
    const { isOpen, shift, isSilent } = register;
    if (request.method === 'GET') {
      response.end(JSON.stringify({ isOpen, shift, isSilent }));
      return;
    }
    register.send('open', request.url?.slice(1) ?? '').then(
      (answer) => response.end(JSON.stringify(answer)),
      (failure: Failure) =>
        failure.name === 'AVQFR_SHIFT_IS_OPENED' ? response.writeHead(403).end() : request.socket.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  whenEnded(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Another process of the bus on the same store is asked again. */
async function askAgain(folder: string, url: string): Promise<unknown> {
  const store = openSqliteStore(folder);
  const operations = new Operations({
    ...{ table: store.operations, clock: systemClock, log: silentLog, keepMs: 86_400_000 },
    changeOf: () => openAt(url),
    settleAfterMs: () => 100,
  });
  await operations.start();
  const { signal } = new AbortController();
  const call = { deadline: Number.MAX_SAFE_INTEGER, signal, exchanges: [], traceparent: undefined };
  const told = await operations.run(OPENING, call).then(
    (data) => ({ data }),
    (caught: unknown) => ({ failure: Failure.from(caught).name }),
  );
  const halfWay = await store.operations.readHalfWay();
  await operations.close();
  await store.close();
  expect(halfWay).toEqual([]);
  return told;
}

test.concurrent.for(STEPS)(
  'killed %s, the next process finds the one truth',
  async (step, { onTestFinished }) => {
    const transition = step.replace(/^(before|after) /, '') as Transition;
    const { fate, isOpen = false, isSilent = false, truth } = SCENES[transition];
    const register = new ModelRegister();
    Object.assign(register, { fates: [fate], isOpen, isSilent });
    const url = await serve(register, onTestFinished);
    const folder = temporaryFolder(onTestFinished);

    const child = spawn(process.execPath, [CHILD, folder, url, step], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    child.stdout.on('data', (text) => {
      said += text;
    });
    const [, signal] = await once(child, 'exit');
    expect({ signal, said }).toEqual({ signal: 'SIGKILL', said: '' });

    const doneBefore = register.done.length;
    register.fates = [];
    register.isSilent = false;
    for (const _ of ['asked again', 'and again']) expect(await askAgain(folder, url)).toEqual(truth);
    const wasDone = 'data' in truth;
    expect(register.done).toEqual(wasDone ? ['op-1'] : []);
    // What the vendor had done before the kill is not sent to it again.
    if (doneBefore === 1) expect(register.seen).toEqual(['op-1']);
  },
);
