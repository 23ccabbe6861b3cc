import { beforeEach, describe, expect, test } from 'vitest';
import { ObjectLanes } from '#vendors/white-server/object-lanes.ts';
import { createFakeClock, type FakeClock } from '../../support/fake-clock.ts';
import { failureOf, settled } from './support.ts';

const NEVER = new AbortController().signal;

let clock: FakeClock;
let lanes: ObjectLanes<string>;
/** Who has come in, and with what. */
let log: string[];

beforeEach(() => {
  clock = createFakeClock(1_000_000);
  lanes = new ObjectLanes(clock);
  log = [];
});

const occupant = (ticket: string, report = ticket, object_id = 1) => ({ object_id, ticket, report });

async function enter(who: ReturnType<typeof occupant>, signal = NEVER): Promise<void> {
  void lanes.enter(who, 1000, signal).then(
    (running) => log.push(running === undefined ? who.ticket : `${who.ticket} joins ${running}`),
    () => log.push(`${who.ticket} leaves`),
  );
  await settled();
}

describe('ObjectLanes', () => {
  test('lets one in at a time, first come, first served', async () => {
    for (const ticket of ['a', 'b', 'c']) await enter(occupant(ticket));
    expect(log).toEqual(['a']);

    lanes.leave(occupant('a'));
    await settled();
    expect(log).toEqual(['a', 'b']);
    lanes.leave(occupant('b'));
    await settled();
    expect(log).toEqual(['a', 'b', 'c']);
  });

  test('keeps restaurants apart', async () => {
    await enter(occupant('a', 'x', 1));
    await enter(occupant('b', 'x', 2));
    expect(log).toEqual(['a', 'b']);
  });

  test('gives a place on when its lease is over', async () => {
    await enter(occupant('a'));
    await enter(occupant('b'));
    clock.advance(999);
    await settled();
    expect(log).toEqual(['a']);
    clock.advance(1);
    await settled();
    expect(log).toEqual(['a', 'b']);
  });

  test('makes a lease longer, never shorter', async () => {
    await enter(occupant('a'));
    lanes.hold(occupant('a'), 5000);
    lanes.hold(occupant('a'), 10);
    await enter(occupant('b'));
    clock.advance(4999);
    await settled();
    expect(log).toEqual(['a']);
    clock.advance(1);
    await settled();
    expect(log).toEqual(['a', 'b']);
  });

  test('keeps a place without a lease until it gets one, however short', async () => {
    await enter(occupant('a'));
    lanes.keep(occupant('a'));
    expect(clock.pending).toBe(0);
    await enter(occupant('b'));
    clock.advance(10_000_000);
    await settled();
    expect(log).toEqual(['a']);
    lanes.hold(occupant('a'), 10);
    clock.advance(10);
    await settled();
    expect(log).toEqual(['a', 'b']);
  });

  test('lets the same report join one that is running, and no other', async () => {
    lanes.hold(occupant('a', 'same'), 1000, 'guid');
    await enter(occupant('b', 'same'));
    await enter(occupant('c', 'other'));
    expect(log).toEqual(['b joins guid']);
  });

  test('lets those who wait for the same report join as soon as it is running', async () => {
    await enter(occupant('a', 'same'));
    await enter(occupant('b', 'other'));
    await enter(occupant('c', 'same'));
    expect(log).toEqual(['a']);

    lanes.hold(occupant('a', 'same'), 1000, 'guid');
    await settled();
    expect(log).toEqual(['a', 'c joins guid']);
  });

  test('takes in what is at work after a restart, beside whoever is there', async () => {
    await enter(occupant('a'));
    lanes.hold(occupant('old'), 1000, 'guid');
    await enter(occupant('b'));
    lanes.leave(occupant('a'));
    await settled();
    expect(log).toEqual(['a']);

    lanes.leave(occupant('old'));
    await settled();
    expect(log).toEqual(['a', 'b']);
  });

  test('forgets whoever stops waiting', async () => {
    const gone = new AbortController();
    await enter(occupant('a'));
    await enter(occupant('b'), gone.signal);
    await enter(occupant('c'));
    gone.abort();
    lanes.leave(occupant('a'));
    await settled();
    expect(log).toEqual(['a', 'b leaves', 'c']);
  });

  test('never lets in who is gone already', async () => {
    const failure = await failureOf(lanes.enter(occupant('a'), 1000, AbortSignal.abort()));
    expect(failure.name).toBe('BUS_TIMEOUT');
    expect(clock.pending).toBe(0);
  });

  test('leaves no timer behind', async () => {
    await enter(occupant('a'));
    lanes.hold(occupant('a'), 5000, 'guid');
    lanes.leave(occupant('a'));
    lanes.leave(occupant('a'));
    expect(clock.pending).toBe(0);

    await enter(occupant('b'));
    lanes.close();
    expect(clock.pending).toBe(0);
  });
});
