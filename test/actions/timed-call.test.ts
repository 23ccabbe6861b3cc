import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { type TimedCallOptions, timedCall } from '#actions/timed-call.ts';
import type { Call } from '#core/call.ts';
import { Cancellation } from '#core/cancellation.ts';
import { Counted } from '../support/counted.ts';
import { endMuch } from '../support/ending.ts';
import { createFakeClock } from '../support/fake-clock.ts';

test.each([
  ['read', 'VENDOR_TIMEOUT'],
  ['change', 'VENDOR_OUTCOME_UNKNOWN'],
] as const)(
  'a %s that has left is answered soon after its time is over, whatever ends later',
  async (effect, name) => {
    const clock = createFakeClock(0);
    const gone = new Cancellation();
    const stopped = new Cancellation();
    const options = {
      effect,
      timeoutMs: 1000,
      signals: [gone, stopped],
      exchanges: [],
      traceparent: undefined,
    };
    const answer = timedCall({ clock, ...options }, () => new Promise<never>(() => {}));
    const failure = expect(answer).rejects.toMatchObject({ name });
    clock.advance(1000);
    clock.advance(60);
    gone.abort();
    stopped.abort();
    clock.advance(40);
    expect(clock.pending).toBe(0);
    await failure;
  },
);

const OPTIONS: Pick<TimedCallOptions, 'effect' | 'timeoutMs' | 'exchanges' | 'traceparent'> = {
  effect: 'read',
  timeoutMs: 1000,
  exchanges: [],
  traceparent: undefined,
};

describe('nothing is left of a call', () => {
  const WAYS = {
    'that is answered': (_call: Call) => Promise.resolve('answer'),
    'that fails': (_call: Call) => Promise.reject(new Error('failed')),
    'that fails before it begins': (_call: Call): Promise<string> => {
      throw new Error('failed');
    },
    'that is given up': ({ signal }: Call) =>
      new Promise<string>((_resolve, reject) =>
        signal.addEventListener('abort', () => reject(new Error('given up'))),
      ),
  };

  test.each(Object.entries(WAYS))('%s', async (way, run) => {
    const clock = createFakeClock(0);
    const signals = [new Counted(), new Counted()];
    const answer = timedCall({ ...OPTIONS, clock, signals }, run).catch(({ message }: Error) => message);
    if (way === 'that is given up') clock.advance(1000);
    await answer;
    expect([clock.pending, ...signals.map(({ listeners }) => listeners)]).toEqual([0, 0, 0]);
  });
});

test.each(['their time is over', 'their requester leaves'])(
  'many calls are given up at once when %s, and told so in turns',
  async (why) => {
    await turn();
    const clock = createFakeClock(0);
    const gone = new Cancellation();
    const calls: Call[] = [];
    let told = 0;
    const answers = Array.from({ length: 1000 }, () =>
      timedCall({ ...OPTIONS, clock, signals: [gone] }, (call) => {
        calls.push(call);
        return new Promise<never>((_resolve, reject) =>
          call.signal.addEventListener('abort', () => {
            told += 1;
            reject(new Error('given up'));
          }),
        );
      }),
    );
    if (why === 'their time is over') clock.advance(1000);
    else gone.abort();
    expect(calls.filter(({ signal }) => signal.aborted)).toHaveLength(1000);
    expect(told).toBeLessThan(100);
    const outcomes = await Promise.allSettled(answers);
    // None was answered by the grace that follows.
    expect(
      new Set(outcomes.map((outcome) => outcome.status === 'rejected' && outcome.reason.message)),
    ).toEqual(new Set(['given up']));
    expect(clock.pending).toBe(0);
  },
);

test('a call of one requester is given up among the many of another', async () => {
  await turn();
  const clock = createFakeClock(0);
  const told: string[] = [];
  const answers = [...Array<string>(1000).fill('many'), 'few'].map((requester, request) =>
    timedCall(
      { ...OPTIONS, clock, signals: [], flow: { requester, request } },
      ({ signal }) =>
        new Promise<never>((_resolve, reject) =>
          signal.addEventListener('abort', () => {
            told.push(requester);
            reject(new Error('given up'));
          }),
        ),
    ),
  );
  clock.advance(1000);
  await Promise.allSettled(answers);
  expect(told.indexOf('few')).toBeLessThan(100);
});

test('a call that is given up, and answered before it is told so, leaves nothing behind', async () => {
  const clock = createFakeClock(0);
  let answer = (_text: string) => {};
  const answered = timedCall(
    { ...OPTIONS, clock, signals: [] },
    () => new Promise<string>((resolve) => (answer = resolve)),
  );
  const done = endMuch();
  clock.advance(1000);
  answer('in time');
  expect(await answered).toBe('in time');
  await done;
  for (let index = 0; index < 5; index += 1) await turn();
  expect(clock.pending).toBe(0);
});

test('the grace of what is on its way begins when it has been told', async () => {
  const clock = createFakeClock(0);
  const answer = timedCall({ ...OPTIONS, clock, signals: [] }, () => new Promise<never>(() => {}));
  const failure = expect(answer).rejects.toMatchObject({ name: 'VENDOR_TIMEOUT' });
  const done = endMuch();
  clock.advance(1000);
  expect(clock.pending).toBe(0);
  await done;
  while (clock.pending === 0) await turn();
  clock.advance(100);
  await failure;
});
