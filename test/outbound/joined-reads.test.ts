import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Call } from '#core/call.ts';
import { Cancellation, GIVEN_UP } from '#core/cancellation.ts';
import { createJoinedReads } from '#outbound/joined-reads.ts';
import { createTokenSession } from '#outbound/token-session.ts';
import { endMuch } from '../support/ending.ts';
import { createFakeClock, type FakeClock } from '../support/fake-clock.ts';
import { createCall, createClient, listenHttp, requestOf, type TestCall, until } from './loopback.ts';

const START = Date.parse('2026-03-01T00:00:00Z');
const REGISTER = 'KZ77505';

/** Reads that end when they are told to. */
function createRuns() {
  const runs: { shared: Call; resolve: (value: string) => void; reject: (error: Error) => void }[] = [];
  const run = (shared: Call) =>
    new Promise<string>((resolve, reject) => runs.push({ shared, resolve, reject }));
  return { runs, run };
}

/** Its signal is aborted at its deadline, as that of every call. */
function createTimedCall(clock: FakeClock, deadline: number): TestCall {
  const call = createCall(deadline);
  const timer = clock.setTimeout(() => call.abort(), deadline - clock.now());
  call.signal.addEventListener('abort', () => timer.cancel());
  return call;
}

function nameOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.catch(({ name }: Error) => name);
}

describe('joined reads', () => {
  test('run once for all who ask the same, and again once that has ended', async () => {
    const reads = createJoinedReads();
    const { runs, run } = createRuns();
    const call = () => createCall(START + 1000);
    const asked = [reads.read(REGISTER, 'shift', call(), run), reads.read(REGISTER, 'shift', call(), run)];
    const other = reads.read(REGISTER, 'device', call(), run);
    expect(runs).toHaveLength(2);
    runs[0]?.resolve('shift');
    runs[1]?.resolve('device');
    expect(await Promise.all([...asked, other])).toEqual(['shift', 'shift', 'device']);
    const again = reads.read(REGISTER, 'shift', call(), run);
    runs[2]?.resolve('later');
    expect(await again).toBe('later');
  });

  test('are not joined when nobody waits for them any more, though they are not told so yet', async () => {
    const reads = createJoinedReads();
    const { runs, run } = createRuns();
    const gone = new Cancellation();
    const left = nameOf(reads.read(REGISTER, 'shift', { ...createCall(START + 1000), signal: gone }, run));
    const done = endMuch();
    gone.abortInTurn();
    expect(runs[0]?.shared.signal).toMatchObject({ aborted: true, reason: GIVEN_UP });
    let isTold = false;
    runs[0]?.shared.signal.addEventListener('abort', () => {
      isTold = true;
    });
    const asked = reads.read(REGISTER, 'shift', createCall(START + 1000), run);
    expect([runs.length, isTold]).toEqual([2, false]);
    await done;
    expect([await left, isTold]).toEqual(['BUS_TIMEOUT', true]);
    runs[1]?.resolve('shift');
    expect(await asked).toBe('shift');
  });

  test('tell a crowd in turns, and whoever leaves meanwhile what is known', async () => {
    const reads = createJoinedReads();
    const { runs, run } = createRuns();
    const calls = Array.from({ length: 100 }, () => createCall(START + 1000));
    let told = 0;
    const asked = calls.map(async (call) => {
      const value = await reads.read(REGISTER, 'shift', call, run);
      told += 1;
      return value;
    });
    runs[0]?.resolve('shift');
    await new Promise((resolve) => setImmediate(resolve));
    expect(told).toBeGreaterThan(0);
    expect(told).toBeLessThan(100);
    calls.at(-1)?.abort();
    expect(new Set(await Promise.all(asked))).toEqual(new Set(['shift']));
    expect(runs).toHaveLength(1);
  });

  test('fail everybody with the failure of the run', async () => {
    const reads = createJoinedReads();
    const { runs, run } = createRuns();
    const asked = [0, 1].map(() => reads.read(REGISTER, 'shift', createCall(START + 1000), run));
    runs[0]?.reject(new Error('refused'));
    for (const read of asked) await expect(read).rejects.toThrow('refused');
  });

  test('live until the last deadline, each requester until its own', async () => {
    const clock = createFakeClock(START);
    const reads = createJoinedReads();
    const { runs, run } = createRuns();
    const first = nameOf(reads.read(REGISTER, 'shift', createTimedCall(clock, START + 1000), run));
    const second = nameOf(reads.read(REGISTER, 'shift', createTimedCall(clock, START + 2000), run));
    expect(runs[0]?.shared.deadline).toBe(START + 2000);
    clock.advance(1000);
    expect(await first).toBe('BUS_TIMEOUT');
    expect(runs[0]?.shared.signal.aborted).toBe(false);
    clock.advance(1000);
    expect(await second).toBe('BUS_TIMEOUT');
    expect(runs[0]?.shared.signal.aborted).toBe(true);
    expect(clock.pending).toBe(0);
  });

  test('inside a read that is joined live until its last deadline too', async () => {
    const clock = createFakeClock(START);
    const [outer, inner] = [createJoinedReads(), createJoinedReads()];
    const { runs, run } = createRuns();
    const readBoth = (shared: Call) => inner.read('account', 'list', shared, run);
    const first = nameOf(outer.read(REGISTER, 'shift', createTimedCall(clock, START + 1000), readBoth));
    const second = outer.read(REGISTER, 'shift', createTimedCall(clock, START + 5000), readBoth);
    clock.advance(1000);
    expect(await first).toBe('BUS_TIMEOUT');
    runs[0]?.resolve('in time');
    expect(await second).toBe('in time');
    expect(runs).toHaveLength(1);
  });

  test('that join what was sent already blame the vendor, also from inside another read', async () => {
    const clock = createFakeClock(START);
    const [outer, inner] = [createJoinedReads(), createJoinedReads()];
    let requests = 0;
    const baseUrl = await listenHttp(() => {
      requests += 1;
    });
    const client = createClient(baseUrl, { clock });
    const list = (shared: Call) => client.send(requestOf('read'), shared);
    const read = (key: string) =>
      nameOf(
        outer.read(REGISTER, key, createTimedCall(clock, START + 1000), (shared) =>
          inner.read('account', 'list', shared, list),
        ),
      );
    const first = read('one');
    await until(() => requests === 1);
    const second = read('other');
    clock.advance(1000);
    expect(await Promise.all([first, second])).toEqual(['VENDOR_TIMEOUT', 'VENDOR_TIMEOUT']);
  });

  test('are not joined after everybody has left', async () => {
    const reads = createJoinedReads();
    const { runs, run } = createRuns();
    const leaver = createCall(START + 1000);
    const left = nameOf(reads.read(REGISTER, 'shift', leaver, run));
    leaver.abort();
    const next = reads.read(REGISTER, 'shift', createCall(START + 1000), run);
    expect(runs).toHaveLength(2);
    // The abandoned run ends first and must not take the new one's place.
    runs[0]?.reject(new Error('given up'));
    await left;
    const joined = reads.read(REGISTER, 'shift', createCall(START + 1000), run);
    runs[1]?.resolve('fresh');
    expect(await Promise.all([next, joined])).toEqual(['fresh', 'fresh']);
    expect(runs).toHaveLength(2);
  });

  test('that began before a change are not joined after it', async () => {
    const reads = createJoinedReads();
    const { runs, run } = createRuns();
    const call = () => createCall(START + 1000);
    const before = reads.read(REGISTER, 'shift', call(), run);
    const other = reads.read('KZ775051', 'shift', call(), run);
    reads.forget(REGISTER);
    const after = reads.read(REGISTER, 'shift', call(), run);
    const otherAgain = reads.read('KZ775051', 'shift', call(), run);
    expect(runs).toHaveLength(3);
    for (const [index, { resolve }] of runs.entries()) resolve(`run ${index}`);
    expect(await Promise.all([before, other, after, otherAgain])).toEqual([
      'run 0',
      'run 1',
      'run 2',
      'run 1',
    ]);
  });

  test('of every scope are not joined any more once all is forgotten', async () => {
    const reads = createJoinedReads();
    const { runs, run } = createRuns();
    const ask = () =>
      ['KZ1', 'KZ2'].map((scope) => reads.read(scope, 'shift', createCall(START + 1000), run));
    const before = ask();
    reads.forgetAll();
    const after = ask();
    // What was forgotten ends first, and must not take the place of what came after it.
    for (const [index, { resolve }] of runs.slice(0, 2).entries()) resolve(`run ${index}`);
    expect(await Promise.all(before)).toEqual(['run 0', 'run 1']);
    const joining = ask();
    for (const [index, { resolve }] of runs.slice(2).entries()) resolve(`run ${index + 2}`);
    expect(await Promise.all([...after, ...joining])).toEqual(['run 2', 'run 3', 'run 2', 'run 3']);
  });

  test('of a requester that has already gone run nothing', async () => {
    const reads = createJoinedReads();
    const { runs, run } = createRuns();
    const gone = createCall(START + 1000);
    gone.abort();
    expect(await nameOf(reads.read(REGISTER, 'shift', gone, run))).toBe('BUS_TIMEOUT');
    expect(runs).toEqual([]);
  });

  test('give every requester the exchanges, and the vendor the blame once something was sent', async () => {
    const clock = createFakeClock(START);
    const reads = createJoinedReads();
    let requests = 0;
    let answer = () => {};
    const baseUrl = await listenHttp((_request, response) => {
      requests += 1;
      answer = () => response.end('{}');
    });
    const client = createClient(baseUrl, { clock });
    const run = (shared: Call) => client.send(requestOf('read'), shared);
    const [early, late] = [createTimedCall(clock, START + 1000), createTimedCall(clock, START + 5000)];
    const first = reads.read(REGISTER, 'shift', early, run);
    const second = reads.read(REGISTER, 'shift', late, run);
    await until(() => requests === 1);
    clock.advance(1000);
    await expect(first).rejects.toMatchObject({
      name: 'VENDOR_TIMEOUT',
      details: { vendor: 'kassa24', account: 'almaty', status: null, code: 'timeout' },
    });
    answer();
    expect(await second).toMatchObject({ status: 200 });
    expect(late.exchanges).toHaveLength(1);

    const last = createTimedCall(clock, START + 5000);
    const third = reads.read(REGISTER, 'shift', last, run);
    await until(() => requests === 2);
    clock.advance(4000);
    await expect(third).rejects.toMatchObject({ name: 'VENDOR_TIMEOUT' });
    expect(last.exchanges).toEqual([expect.objectContaining({ outcome: { fault: 'timeout' } })]);
    expect(clock.pending).toBe(0);
  });

  test('blame the vendor, too, when it is late with the login that the read waits for', async () => {
    let isAsked = false;
    const baseUrl = await listenHttp(() => {
      isAsked = true;
    });
    const clock = createFakeClock(START);
    const client = createClient(baseUrl, { clock });
    const session = createTokenSession({
      login: async (call) => (await client.send(requestOf('login'), call)).text,
    });
    const reads = createJoinedReads();
    const run = (shared: Call) =>
      session.send(
        shared,
        () => client.send(requestOf('read'), shared),
        () => false,
      );
    const [leaver, stayer] = [createCall(START + 1000), createCall(START + 1000)];
    const leaving = nameOf(reads.read(REGISTER, 'shift', leaver, run));
    const staying = nameOf(reads.read(REGISTER, 'shift', stayer, run));
    await until(() => isAsked);
    leaver.abort();
    expect(await leaving).toBe('VENDOR_TIMEOUT');
    stayer.abort();
    expect(await staying).toBe('VENDOR_TIMEOUT');
  });

  test('answer each requester rightly however they come and go', async () => {
    const event = fc.oneof(
      fc.record({ kind: fc.constant('join' as const), patienceMs: fc.integer({ min: 1, max: 50 }) }),
      fc.record({ kind: fc.constant('leave' as const), index: fc.nat(9) }),
      fc.record({ kind: fc.constant('advance' as const), ms: fc.integer({ min: 1, max: 30 }) }),
      fc.record({ kind: fc.constant('end' as const), fails: fc.boolean() }),
    );
    const property = fc.asyncProperty(fc.array(event, { maxLength: 40 }), async (events) => {
      const clock = createFakeClock(START);
      const reads = createJoinedReads();
      const { runs, run } = createRuns();
      type Requester = { call: ReturnType<typeof createCall>; result: Promise<unknown>; expected?: string };
      const requesters: Requester[] = [];
      const waiting = () => requesters.filter(({ expected }) => expected === undefined);
      let expectedRuns = 0;

      const apply = {
        join: (patienceMs: number) => {
          if (waiting().length === 0) expectedRuns += 1;
          const call = createTimedCall(clock, clock.now() + patienceMs);
          requesters.push({ call, result: nameOf(reads.read(REGISTER, 'shift', call, run)) });
        },
        leave: (index: number) => {
          const requester = requesters[index];
          requester?.call.abort();
          if (requester) requester.expected ??= 'BUS_TIMEOUT';
        },
        advance: (ms: number) => {
          clock.advance(ms);
          for (const late of waiting().filter(({ call }) => call.deadline <= clock.now()))
            late.expected = 'BUS_TIMEOUT';
        },
        end: (fails: boolean) => {
          const value = `run ${runs.length}`;
          for (const requester of waiting()) requester.expected = fails ? 'Error' : value;
          if (fails) runs.at(-1)?.reject(new Error('failed'));
          else runs.at(-1)?.resolve(value);
        },
      };
      for (const step of events) {
        if (step.kind === 'join') apply.join(step.patienceMs);
        if (step.kind === 'leave') apply.leave(step.index);
        if (step.kind === 'advance') apply.advance(step.ms);
        if (step.kind === 'end') apply.end(step.fails);
        await new Promise((resolve) => setImmediate(resolve));
        expect(runs).toHaveLength(expectedRuns);
        const deadlines = waiting().map(({ call }) => call.deadline);
        if (deadlines.length > 0) expect(runs.at(-1)?.shared.deadline).toBe(Math.max(...deadlines));
      }
      apply.advance(100);
      for (const { result, expected } of requesters) expect(await result).toBe(expected);
    });
    await fc.assert(property, { numRuns: 100 });
  });
});
