import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Call, Exchange } from '#core/call.ts';
import { Cancellation, type Signal } from '#core/cancellation.ts';
import { createGate } from '#outbound/gate.ts';
import { createJoinedReads } from '#outbound/joined-reads.ts';
import { SharedCall } from '#outbound/shared-call.ts';
import { endMuch } from '../support/ending.ts';
import { createFakeClock, type FakeClock } from '../support/fake-clock.ts';
import { createCall } from './loopback.ts';

const START = Date.parse('2026-03-01T00:00:00Z');
const waiterOf = (signal: Signal) => ({ signal, exchanges: [] });
const NEVER = waiterOf(new Cancellation());

const EXCHANGE: Exchange = {
  account: 'almaty',
  request: { method: 'GET', path: '/', effect: 'read' },
  outcome: { fault: 'reset' },
  ms: 1,
};

const turn = () => new Promise((resolve) => setImmediate(resolve));

async function pass(clock: FakeClock, seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second += 1) {
    clock.advance(1000);
    await turn();
  }
}

/** Reads inside other reads, by name, at a gate that lets one in each second, and the names in the order of their starts. */
function createNestedReads() {
  const clock = createFakeClock(START);
  const gate = createGate({ concurrency: 1, perSecond: 1, clock });
  const reads = createJoinedReads();
  const started: string[] = [];
  const read = (name: string, call: Call) =>
    reads.read('outer', name, call, (outer) =>
      reads.read('inner', name, outer, (inner) => gate.run(inner, () => Promise.resolve(started.push(name)))),
    );
  return { clock, gate, started, read };
}

const callOf = (requester: string, request: number) => ({ ...createCall(), flow: { requester, request } });

describe('a gate', () => {
  test('lets in as many as it may, the others in the order of their coming', async () => {
    const gate = createGate({ concurrency: 2, clock: createFakeClock(START) });
    const started: number[] = [];
    const finish: (() => void)[] = [];
    const works = [0, 1, 2, 3].map((index) =>
      gate.run(NEVER, () => {
        started.push(index);
        return new Promise<void>((resolve) => finish.push(resolve));
      }),
    );
    expect(started).toEqual([0, 1]);
    finish[1]?.();
    await works[1];
    await turn();
    expect(started).toEqual([0, 1, 2]);
    finish[0]?.();
    await turn();
    expect(started).toEqual([0, 1, 2, 3]);
    for (const end of finish) end();
    await Promise.all(works);
  });

  test('gives the turn on when work fails, even at once', async () => {
    const gate = createGate({ concurrency: 1, clock: createFakeClock(START) });
    const failing = gate.run(NEVER, () => {
      throw new Error('at once');
    });
    const rejecting = gate.run(NEVER, () => Promise.reject(new Error('later')));
    const last = gate.run(NEVER, () => Promise.resolve('done'));
    await expect(failing).rejects.toThrow('at once');
    await expect(rejecting).rejects.toThrow('later');
    expect(await last).toBe('done');
  });

  test('never starts work that is given up and is not told so yet', async () => {
    const gate = createGate({ concurrency: 1, clock: createFakeClock(START) });
    let finish = () => {};
    const first = gate.run(NEVER, () => new Promise<void>((resolve) => (finish = resolve)));
    const signal = new Cancellation();
    let isStarted = false;
    const gone = gate.run(waiterOf(signal), () => {
      isStarted = true;
      return Promise.resolve();
    });
    const next = gate.run(NEVER, () => Promise.resolve('next'));
    const done = endMuch();
    signal.abortInTurn();
    finish();
    await first;
    expect(await next).toBe('next');
    await done;
    await expect(gone).rejects.toMatchObject({ name: 'BUS_TIMEOUT' });
    expect(isStarted).toBe(false);
  });

  test('never starts work whose requester has gone', async () => {
    const gate = createGate({ concurrency: 1, clock: createFakeClock(START) });
    let finish = () => {};
    const first = gate.run(NEVER, () => new Promise<void>((resolve) => (finish = resolve)));
    const controller = new Cancellation();
    let isStarted = false;
    const gone = gate.run(waiterOf(controller), () => {
      isStarted = true;
      return Promise.resolve();
    });
    const next = gate.run(NEVER, () => Promise.resolve('next'));
    controller.abort();
    await expect(gone).rejects.toMatchObject({ name: 'BUS_TIMEOUT', details: undefined });
    await expect(gate.run(waiterOf(controller), () => Promise.resolve())).rejects.toMatchObject({
      name: 'BUS_TIMEOUT',
    });
    finish();
    await first;
    expect(await next).toBe('next');
    expect(isStarted).toBe(false);
  });

  test('spaces starts by the rate', async () => {
    const clock = createFakeClock(START);
    const gate = createGate({ concurrency: 8, perSecond: 2, clock });
    const starts: number[] = [];
    const works = [0, 1, 2].map(() =>
      gate.run(NEVER, () => {
        starts.push(clock.now() - START);
        return Promise.resolve();
      }),
    );
    clock.advance(499);
    expect(starts).toEqual([0]);
    clock.advance(1);
    clock.advance(500);
    await Promise.all(works);
    expect(starts).toEqual([0, 500, 1000]);
    clock.advance(5000);
    await gate.run(NEVER, () => Promise.resolve(starts.push(clock.now() - START)));
    expect(starts.at(-1)).toBe(6000);
    expect(clock.pending).toBe(0);
  });

  test('keeps no timer when the last one who waited for the rate has gone', async () => {
    const clock = createFakeClock(START);
    const gate = createGate({ concurrency: 8, perSecond: 1, clock });
    await gate.run(NEVER, () => Promise.resolve());
    const controller = new Cancellation();
    const gone = gate.run(waiterOf(controller), () => Promise.resolve());
    expect(clock.pending).toBe(1);
    controller.abort();
    await expect(gone).rejects.toMatchObject({ name: 'BUS_TIMEOUT' });
    expect(clock.pending).toBe(0);
  });

  test('lets nobody overtake those who wait for a timer that is late', async () => {
    let now = START;
    const clock = { ...createFakeClock(START), now: () => now };
    const gate = createGate({ concurrency: 8, perSecond: 1, clock });
    const started: string[] = [];
    const enter = (name: string) => gate.run(NEVER, () => Promise.resolve(started.push(name)));
    await enter('first');
    const second = enter('second');
    now += 1000;
    void enter('third');
    await second;
    expect(started).toEqual(['first', 'second']);
  });

  test('gives every other turn to what waits in the background', async () => {
    const clock = createFakeClock(START);
    const gate = createGate({ concurrency: 8, perSecond: 1, clock });
    const started: string[] = [];
    const enter = (name: string, isBackground: boolean) =>
      gate.run({ ...NEVER, isBackground }, () => Promise.resolve(started.push(name)));
    const works = ['j0', 'j1', 'j2', 'j3', 'j4', 'c0', 'c1'].map((name) => enter(name, name.startsWith('j')));
    clock.advance(2000);
    works.push(enter('c2', false));
    clock.advance(10_000);
    await Promise.all(works);
    expect(started).toEqual(['j0', 'c0', 'j1', 'c1', 'j2', 'c2', 'j3', 'j4']);
  });

  test('takes turns among requesters, and among the requests of each', async () => {
    const clock = createFakeClock(START);
    const gate = createGate({ concurrency: 1, perSecond: 1, clock });
    const started: string[] = [];
    const enter = (name: string) => {
      const flow = { requester: name.charAt(0), request: name.charAt(1) };
      return gate.run({ ...NEVER, flow }, () => Promise.resolve(started.push(name)));
    };
    const works = ['a1', 'a1', 'a1', 'a1', 'a2', 'b1', 'b1', 'c1'].map(enter);
    await pass(clock, 8);
    await Promise.all(works);
    expect(started).toEqual(['a1', 'a1', 'b1', 'c1', 'a2', 'b1', 'a1', 'a1']);
  });

  test('gives a group one turn against one of a named requester, and shares it among its own', async () => {
    const clock = createFakeClock(START);
    const gate = createGate({ concurrency: 1, perSecond: 1, clock });
    const started: string[] = [];
    const enter = (name: string) => {
      const [requester = '', request = ''] = name;
      const flow = { requester, request, group: requester > 'm' ? 'strangers' : undefined };
      return gate.run({ ...NEVER, flow }, () => Promise.resolve(started.push(name)));
    };
    const works = ['x1', 'x2', 'x3', 'y1', 'z1', 'a1', 'a2', 'a3'].map(enter);
    await pass(clock, 8);
    await Promise.all(works);
    expect(started).toEqual(['x1', 'x2', 'a1', 'y1', 'a2', 'z1', 'a3', 'x3']);
  });

  test('does not space what follows work that has not begun', async () => {
    const clock = createFakeClock(START);
    const gate = createGate({ concurrency: 1, perSecond: 1, clock });
    const refuse = () => {
      throw new Error('refused');
    };
    const failed = (running: Promise<never>) => running.catch(({ message }: Error) => message);
    const refused = [failed(gate.run(NEVER, refuse))];
    let starts = 0;
    const begin = () =>
      gate.run(NEVER, async () => {
        starts += 1;
      });
    const works = [begin()];
    for (let index = 0; index < 60; index += 1) refused.push(failed(gate.run(NEVER, refuse)));
    works.push(begin(), begin());
    await works[0];
    clock.advance(1000);
    expect(await Promise.all(refused)).toEqual(Array(61).fill('refused'));
    await works[1];
    expect(starts).toBe(2);
    clock.advance(1000);
    await works[2];
    expect([starts, clock.pending]).toEqual([3, 0]);
  });

  test('lets one request pass a thousand calls of another at their next turn', async () => {
    const gate = createGate({ concurrency: 2, clock: createFakeClock(START) });
    const started: string[] = [];
    const enter = (name: string, request: number) =>
      gate.run({ ...NEVER, flow: { requester: name, request } }, async () => {
        started.push(name);
        await turn();
      });
    const fanOut = Array.from({ length: 1000 }, () => enter('flood', 1));
    await turn();
    const startedBefore = started.length;
    await enter('other', 1);
    expect(started.indexOf('other') - startedBefore).toBeLessThanOrEqual(2);
    const startedBetween = started.length;
    await enter('flood', 2);
    expect(started.length - startedBetween).toBeLessThanOrEqual(6);
    await Promise.all(fanOut);
  });

  test.each([
    ['requests', false],
    ['joined reads', true],
  ])('lets some of many %s be ready long before the last of them', async (_what, isJoined) => {
    const gate = createGate({ concurrency: 2, clock: createFakeClock(START) });
    const CALLS = 3;
    let calls = 0;
    const readyAfter: number[] = [];
    const read = async (call: Call) => {
      for (let index = 0; index < CALLS; index += 1) {
        await gate.run(call, async () => {
          calls += 1;
          await turn();
          call.exchanges.push(EXCHANGE);
        });
      }
      readyAfter.push(calls);
    };
    const reads = createJoinedReads();
    const ask = (request: number) => {
      const call = callOf('pos-1', request);
      return isJoined ? reads.read('scope', String(request), call, read) : read(call);
    };
    await Promise.all(Array.from({ length: 100 }, (_, request) => ask(request)));
    const isEarly = (readyCalls: number) => readyCalls <= calls / 2;
    expect(readyAfter.filter(isEarly).length).toBeGreaterThanOrEqual(20);
  });

  test('knows that a read goes on, whoever has joined it, also from inside another', async () => {
    const { clock, started, read } = createNestedReads();
    const works = [0, 1, 2, 3].map((request) => read(`new ${request}`, callOf('pos-1', request)));
    works.push(read('goes on', { ...callOf('pos-1', 4), exchanges: [EXCHANGE] }));
    await pass(clock, 5);
    await Promise.all(works);
    expect(started).toEqual(['new 0', 'new 1', 'goes on', 'new 2', 'new 3']);
  });

  test('takes no more turns of a requester who has left a read that others wait for', async () => {
    const { clock, gate, started, read } = createNestedReads();
    await gate.run(NEVER, () => Promise.resolve());
    const names = ['a', 'b', 'c'];
    const leaving = ['x', 'y', 'z'].flatMap((requester) =>
      names.map((name, request) => ({ name, call: callOf(requester, request) })),
    );
    const left = Promise.allSettled(leaving.map(({ name, call }) => read(name, call)));
    const staying = names.map((name, request) => read(name, callOf('stays', request)));
    const other = ['o1', 'o2', 'o3'].map((name, request) => read(name, callOf('other', request)));
    for (const { call } of leaving) call.abort();
    await pass(clock, 6);
    expect(await left).toMatchObject(Array(9).fill({ status: 'rejected' }));
    await Promise.all([...staying, ...other]);
    expect(started).toEqual(['a', 'o1', 'b', 'o2', 'c', 'o3']);
  });

  test('never starts what a read that has failed has left waiting', async () => {
    const gate = createGate({ concurrency: 1, clock: createFakeClock(START) });
    const started: string[] = [];
    const left: Promise<void>[] = [];
    const run = (shared: Call) => {
      const enter = (name: string) =>
        gate.run(shared, async () => {
          started.push(name);
          await turn();
        });
      const failing = gate.run(shared, () => Promise.reject(new Error('refused')));
      left.push(enter('second'), enter('third'));
      return Promise.all([failing, ...left]);
    };
    const reading = createJoinedReads().read('scope', 'key', callOf('pos-1', 1), run);
    await expect(reading).rejects.toThrow('refused');
    const [, third] = await Promise.allSettled(left);
    expect(third).toMatchObject({ status: 'rejected', reason: { name: 'BUS_TIMEOUT' } });
    expect(started).not.toContain('third');
    await gate.run(NEVER, turn);
  });

  test('forgets nobody who joins what is left of a read that everybody has left', async () => {
    const gate = createGate({ concurrency: 1, clock: createFakeClock(START) });
    const reads = createJoinedReads();
    const readInner = (call: Call) =>
      reads.read('inner', 'key', call, (shared) => gate.run(shared, () => Promise.resolve('answer')));
    let fail = (_error: Error) => {};
    const signal = new Cancellation();
    const outer = reads.read('outer', 'key', { ...createCall(), signal }, (shared) =>
      Promise.all([
        gate.run(shared, () => new Promise((_resolve, reject) => (fail = reject))),
        readInner(shared),
      ]),
    );
    await turn();
    const done = endMuch();
    signal.abortInTurn();
    fail(new Error('failed'));
    await expect(outer).rejects.toThrow('failed');
    expect(await readInner(createCall())).toBe('answer');
    await done;
  });

  test('lets a request that joins a read of its own requester keep its turn', async () => {
    const gate = createGate({ concurrency: 1, clock: createFakeClock(START) });
    const reads = createJoinedReads();
    const started: string[] = [];
    const ask = (register: string, request: number) =>
      reads.read(register, 'x', { ...createCall(), flow: { requester: 'pos-1', request } }, (shared) =>
        gate.run(shared, async () => {
          started.push(register);
          await turn();
        }),
      );
    const fanOut = Array.from({ length: 100 }, (_, index) => ask(`KZ${index}`, 1));
    await ask('KZ99', 2);
    expect(started.indexOf('KZ99')).toBeLessThan(4);
    await Promise.all(fanOut);
    expect(started).toHaveLength(100);
  });

  test('lets a read that several wait for take whichever turn comes first', async () => {
    const clock = createFakeClock(START);
    const gate = createGate({ concurrency: 1, perSecond: 1, clock });
    const reads = createJoinedReads();
    const started: string[] = [];
    const enter = (name: string, call: Pick<Call, 'signal' | 'flow' | 'exchanges'>) =>
      gate.run(call, () => Promise.resolve(started.push(name)));
    const flood = Array.from({ length: 5 }, (_, index) => enter('flood', callOf('flood', index)));
    const read = (call: Call) => reads.read('scope', 'key', call, (shared) => enter('read', shared));
    // Waits inside another shared call, as behind a login.
    const first = callOf('flood', 5);
    const outer = new SharedCall<unknown>(first);
    const result = outer.join(first);
    void outer.run((shared) => read(shared));
    const joined = outer.join(callOf('other', 1));
    await pass(clock, 8);
    await Promise.all([...flood, result, joined]);
    expect(started).toEqual(['flood', 'flood', 'read', 'flood', 'flood', 'flood']);
    expect(clock.pending).toBe(0);
  });

  test('is not stopped by a clock that is set back', async () => {
    let now = START;
    const clock = { ...createFakeClock(START), now: () => now };
    const gate = createGate({ concurrency: 1, perSecond: 1, clock });
    await gate.run(NEVER, () => Promise.resolve());
    now -= 3_600_000;
    expect(await gate.run(NEVER, () => Promise.resolve('in'))).toBe('in');
  });

  test('has other limits from the moment it is told, and knows what began before', async () => {
    const clock = createFakeClock(START);
    const gate = createGate({ concurrency: 2, clock });
    const starts: number[] = [];
    const finish: (() => void)[] = [];
    const enter = () =>
      gate.run(NEVER, () => {
        starts.push(clock.now() - START);
        return new Promise<void>((resolve) => finish.push(resolve));
      });
    const works = [enter(), enter(), enter(), enter(), enter()];
    gate.limit({ concurrency: 1, perSecond: 1 });
    clock.advance(500);
    finish[0]?.();
    await works[0];
    clock.advance(2000);
    expect(starts).toEqual([0, 0]);
    finish[1]?.();
    await works[1];
    await turn();
    expect(starts).toEqual([0, 0, 2500]);
    gate.limit({ concurrency: 3, perSecond: 1 });
    expect(clock.pending).toBe(1);
    gate.limit({ concurrency: 3, perSecond: 10 });
    clock.advance(100);
    expect(starts).toEqual([0, 0, 2500, 2600]);
    gate.limit({ concurrency: 3 });
    expect(starts).toEqual([0, 0, 2500, 2600, 2600]);
    expect(clock.pending).toBe(0);
    for (const end of finish) end();
    await Promise.all(works);
  });

  test('never has more inside than it may, starts in order and forgets nobody', async () => {
    const piece = fc.record({ turns: fc.nat(4), abortAfter: fc.option(fc.nat(6)), fails: fc.boolean() });
    const property = fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }),
      fc.array(piece),
      async (concurrency, pieces) => {
        const gate = createGate({ concurrency, clock: createFakeClock(START) });
        let inside = 0;
        const started: number[] = [];
        const outcomes = await Promise.all(
          pieces.map(async ({ turns, abortAfter, fails }, index) => {
            const controller = new Cancellation();
            const work = async () => {
              inside += 1;
              started.push(index);
              expect(inside).toBeLessThanOrEqual(concurrency);
              expect(controller.aborted).toBe(false);
              for (let count = 0; count < turns; count += 1) await turn();
              inside -= 1;
              if (fails) throw new Error('failed');
            };
            const running = gate.run(waiterOf(controller), work).then(
              () => 'done',
              ({ name }: Error) => name,
            );
            for (let count = 0; abortAfter !== null && count < abortAfter; count += 1) await turn();
            if (abortAfter !== null) controller.abort();
            return running;
          }),
        );
        expect(started).toEqual([...started].sort((left, right) => left - right));
        pieces.forEach(({ fails }, index) => {
          const end = fails ? 'Error' : 'done';
          expect(outcomes[index]).toBe(started.includes(index) ? end : 'BUS_TIMEOUT');
        });
        expect(inside).toBe(0);
      },
    );
    await fc.assert(property, { numRuns: 60 });
  });
});
