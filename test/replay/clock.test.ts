import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createReplayClock } from '#replay/clock.ts';

const START = Date.parse('2020-06-30T18:00:00Z');
const DAY = 86_400_000;

describe('the clock of a replay', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test('starts where it is told and runs as real time does', () => {
    const clock = createReplayClock(START);
    const fired: number[] = [];
    clock.setTimeout(() => fired.push(clock.now() - START), 100);
    vi.advanceTimersByTime(99);
    expect(fired).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(fired).toEqual([100]);
  });

  test('fires what falls due in a jump, each at its own time, also what is set only then', async () => {
    const clock = createReplayClock(START);
    const fired: [string, number][] = [];
    const note = (name: string) => fired.push([name, clock.now() - START]);
    clock.setTimeout(() => note('second'), 2000);
    clock.setTimeout(() => {
      note('first');
      clock.setTimeout(() => note('set meanwhile'), 500);
    }, 1000);
    clock.setTimeout(() => note('too late'), 5001);
    await clock.advance(5000);
    expect(fired).toEqual([
      ['first', 1000],
      ['set meanwhile', 1500],
      ['second', 2000],
    ]);
    expect(clock.now()).toBe(START + 5000);
    vi.advanceTimersByTime(1);
    expect(fired.at(-1)).toEqual(['too late', 5001]);
  });

  test('tells whole milliseconds, also after a timer of a part of one', async () => {
    const clock = createReplayClock(START);
    const fired: number[] = [];
    clock.setTimeout(() => fired.push(clock.now() - START), 194.39);
    await clock.advance(1000);
    expect(fired).toEqual([195]);
    expect(clock.now()).toBe(START + 1000);
  });

  test('waits for everything to settle between two timers', async () => {
    const order: string[] = [];
    const clock = createReplayClock(START, {
      settle: async () => {
        order.push('settled');
      },
    });
    clock.setTimeout(() => order.push('first'), 1);
    clock.setTimeout(() => order.push('second'), 2);
    await clock.advance(10);
    expect(order).toEqual(['first', 'settled', 'second', 'settled']);
  });

  test('does not fire what was cancelled, not even by a timer of the same moment', async () => {
    const clock = createReplayClock(START);
    const fired: string[] = [];
    clock.setTimeout(() => other.cancel(), 10);
    const other = clock.setTimeout(() => fired.push('other'), 10);
    vi.advanceTimersByTime(20);
    await clock.advance(20);
    expect(fired).toEqual([]);
  });

  test('keeps timers that are further away than the machine can count', () => {
    const clock = createReplayClock(START);
    let fired = 0;
    clock.setTimeout(() => {
      fired += 1;
    }, 30 * DAY);
    vi.advanceTimersByTime(29 * DAY);
    expect(fired).toBe(0);
    vi.advanceTimersByTime(DAY);
    expect(fired).toBe(1);
  });

  test("forgets the timers of a process with its end, and nobody else's", async () => {
    const clock = createReplayClock(START);
    const fired: string[] = [];
    const process = clock.createProcessClock();
    process.setTimeout(() => fired.push('process'), 10);
    clock.setTimeout(() => fired.push('vendor'), 10);
    process.end();
    process.setTimeout(() => fired.push('ghost'), 10);
    await clock.advance(20);
    expect(fired).toEqual(['vendor']);
  });
});
