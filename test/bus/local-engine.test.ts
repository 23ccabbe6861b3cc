import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Delivery, Outcome } from '#bus/delivery.ts';
import { LocalEngine } from '#bus/local-engine.ts';
import { Failure } from '#core/failure.ts';
import { type Log, silentLog } from '#core/log.ts';
import { NO_HEADERS } from '#core/message.ts';
import { recipientFailure } from '#protocol/recipient-failure.ts';
import { createFakeClock } from '../support/fake-clock.ts';

/*
 * The semantics of the Vert.x event bus, by the names of its own tests (EventBusTestBase, LocalEventBusTest).
 * Not here, and why: testPauseResume, testPauseFetch, testUnregisterConsumerDiscardPendingMessages,
 * testEarlyTimeoutOnHandlerUnregistration, testEarlyTimeoutWhenMaxBufferedMessagesExceeded: a consumer here has no
 * queue that could be paused, discarded or overflow; delivery is a call. testHeadersCopiedAfterSend: headers are
 * read-only by type, there is nothing to copy.
 */

function createEngine(log: Log = silentLog) {
  const clock = createFakeClock(0);
  const engine = new LocalEngine({ clock, log });
  const consume = (address: string, name = address, heard: unknown[] = []) => {
    const registration = engine.register(address, ({ body }) => heard.push([name, body]));
    return { heard, unregister: () => registration.unregister() };
  };
  const send = (address: string, body: unknown = null) => engine.send({ address, body, headers: NO_HEADERS });
  const publish = (address: string, body: unknown = null) =>
    engine.publish({ address, body, headers: NO_HEADERS });
  const request = (address: string, body: unknown = null, timeoutMs = 30_000) => {
    const outcomes: Outcome[] = [];
    engine.request({ address, body, headers: NO_HEADERS }, timeoutMs, (outcome) => outcomes.push(outcome));
    return outcomes;
  };
  return { clock, engine, consume, send, publish, request };
}

const NO_HANDLERS = { name: 'BUS_UNKNOWN_ADDRESS', origin: 'no-handlers' };
const TIMEOUT = { name: 'BUS_TIMEOUT', origin: 'timeout' };

describe('send', () => {
  test('testSendWithNoHandler: is dropped', () => {
    expect(createEngine().send('nobody')).toBe(false);
  });

  test('testSendRoundRobin: reaches the consumers in turn, evenly', () => {
    const { consume, send } = createEngine();
    const heard: unknown[] = [];
    for (const name of ['a', 'b', 'c']) consume('x', name, heard);
    for (let index = 0; index < 6; index += 1) send('x', index);
    expect(heard).toEqual([
      ['a', 0],
      ['b', 1],
      ['c', 2],
      ['a', 3],
      ['b', 4],
      ['c', 5],
    ]);
  });

  test('testSendRegisterSomeUnregisterOne: goes on over those that are left', () => {
    const { consume, send } = createEngine();
    const heard: unknown[] = [];
    consume('x', 'a', heard);
    const b = consume('x', 'b', heard);
    consume('x', 'c', heard);
    send('x', 0);
    b.unregister();
    for (let index = 1; index < 5; index += 1) send('x', index);
    expect(heard).toEqual([
      ['a', 0],
      ['c', 1],
      ['a', 2],
      ['c', 3],
      ['a', 4],
    ]);
  });

  test('testSendRegisterSameHandlerMultipleTimes: counts it as often as it is registered', () => {
    const { engine, send } = createEngine();
    let count = 0;
    const consumer = () => {
      count += 1;
    };
    const registrations = [engine.register('x', consumer), engine.register('x', consumer)];
    send('x');
    send('x');
    expect(count).toBe(2);
    registrations[0]?.unregister();
    expect(engine.has('x')).toBe(true);
    registrations[1]?.unregister();
    expect(engine.has('x')).toBe(false);
  });

  test('testSendMultipleAddresses: keeps addresses apart', () => {
    const { consume, send } = createEngine();
    const [one, two] = [consume('one'), consume('two')];
    send('one', 1);
    send('two', 2);
    expect([one.heard, two.heard]).toEqual([[['one', 1]], [['two', 2]]]);
  });

  test.each([[null], ['text'], [true], [12.5], [{ a: [1] }], [[1, 'b', null]]])('carries %j', (body) => {
    const { consume, send } = createEngine();
    const { heard } = consume('x');
    send('x', body);
    expect(heard).toEqual([['x', body]]);
  });
});

describe('publish', () => {
  test('testPublish, testPublishMultipleHandlers: reaches everybody', () => {
    const { consume, publish } = createEngine();
    const heard: unknown[] = [];
    consume('x', 'a', heard);
    consume('x', 'b', heard);
    publish('x', 1);
    publish('nobody', 1);
    expect(heard).toEqual([
      ['a', 1],
      ['b', 1],
    ]);
  });

  test('testPublishSameHandlerRegisteredTwice: reaches it twice', () => {
    const { engine, publish } = createEngine();
    const heard: Delivery[] = [];
    const consumer = (delivery: Delivery) => void heard.push(delivery);
    engine.register('x', consumer);
    engine.register('x', consumer);
    publish('x', 1);
    expect(heard).toHaveLength(2);
    expect(heard[0]).toMatchObject({ kind: 'publish' });
    expect(heard[0]).not.toHaveProperty('respond');
  });

  test('testPublishMultipleHandlersUnregisterOne: not one that has left', () => {
    const { consume, publish } = createEngine();
    const [one, two] = [consume('x'), consume('x')];
    one.unregister();
    publish('x', 1);
    expect([one.heard.length, two.heard.length]).toEqual([0, 1]);
  });

  test('testPublishMultipleHandlersDifferentAddresses: keeps addresses apart', () => {
    const { consume, publish } = createEngine();
    const [one, two] = [consume('one'), consume('two')];
    publish('one', 1);
    expect([one.heard.length, two.heard.length]).toEqual([1, 0]);
  });

  test('reaches those who were there when it began, and nobody twice', () => {
    const { engine, publish } = createEngine();
    const heard: string[] = [];
    const first = engine.register('x', () => {
      heard.push('first');
      first.unregister();
      engine.register('x', () => heard.push('late'));
    });
    engine.register('x', () => heard.push('second'));
    publish('x');
    expect(heard).toEqual(['first', 'second']);
  });
});

describe('registration', () => {
  test('testRegisterUnregister', () => {
    const { engine, consume } = createEngine();
    const { unregister } = consume('x');
    expect(engine.has('x')).toBe(true);
    unregister();
    expect(engine.has('x')).toBe(false);
  });

  test('testUnregisterTwice: does not take another consumer away', () => {
    const { engine, consume } = createEngine();
    const one = consume('x');
    consume('x');
    one.unregister();
    one.unregister();
    expect(engine.has('x')).toBe(true);
  });

  test('testUnregisterInHandler: stops deliveries', () => {
    const { engine, send } = createEngine();
    let count = 0;
    const registration = engine.register('x', () => {
      count += 1;
      registration.unregister();
    });
    expect([send('x'), send('x'), count]).toEqual([true, false, 1]);
  });

  test('a consumer that throws is logged and harms nobody', () => {
    const errors: object[] = [];
    const { engine, consume, publish, request, clock } = createEngine({
      ...silentLog,
      error: (fields) => errors.push(fields),
    });
    engine.register('x', () => {
      throw new Error('mine');
    });
    const { heard } = consume('x');
    publish('x', 1);
    expect([heard.length, errors.length]).toEqual([1, 1]);
    const outcomes = request('x');
    expect(outcomes).toEqual([]);
    clock.advance(30_000);
    expect(outcomes).toEqual([expect.objectContaining(TIMEOUT)]);
  });
});

describe('request', () => {
  test('testSendWithReply: gets the answer, once', () => {
    const { engine, request } = createEngine();
    engine.register('x', ({ respond }) => {
      respond?.({ body: 1, headers: NO_HEADERS });
      respond?.({ body: 2, headers: NO_HEADERS });
    });
    expect(request('x')).toEqual([{ body: 1, headers: {} }]);
  });

  test('testSendWithTimeoutNoHandlers: is told at once', () => {
    const { request, clock } = createEngine();
    expect(request('x')).toEqual([expect.objectContaining(NO_HANDLERS)]);
    expect(clock.pending).toBe(0);
  });

  test('testSendWithTimeoutNoReply: is told when the time is over', () => {
    const { engine, request, clock } = createEngine();
    engine.register('x', () => {});
    const outcomes = request('x', null, 100);
    clock.advance(99);
    expect(outcomes).toEqual([]);
    clock.advance(1);
    expect(outcomes).toEqual([expect.objectContaining(TIMEOUT)]);
  });

  test('testSendWithTimeoutNoTimeoutReply: leaves no timer behind', () => {
    const { engine, request, clock } = createEngine();
    engine.register('x', ({ respond }) => respond?.({ body: 1, headers: NO_HEADERS }));
    request('x', null, 100);
    expect(clock.pending).toBe(0);
  });

  test('testSendWithTimeoutReplyAfterTimeout: drops a late answer', () => {
    const { engine, request, clock } = createEngine();
    const deliveries: Delivery[] = [];
    engine.register('x', (delivery) => deliveries.push(delivery));
    const outcomes = request('x', null, 100);
    clock.advance(100);
    deliveries[0]?.respond?.({ body: 'late', headers: NO_HEADERS });
    expect(outcomes).toEqual([expect.objectContaining(TIMEOUT)]);
  });

  test('testSendWithTimeoutRecipientFailure, testFailAfterSend: gets code and text', () => {
    const { engine, request } = createEngine();
    engine.register('x', ({ respond }) => respond?.(recipientFailure(42, 'no')));
    expect(request('x')).toEqual([
      expect.objectContaining({ origin: 'recipient', code: 42, description: 'no' }),
    ]);
  });

  test('testReplyToSendWithNoReplyHandler, testReplyToPublish, testFailAfterPublish: nobody waits', () => {
    const { engine, send, publish } = createEngine();
    const responds: unknown[] = [];
    engine.register('x', ({ respond }) => responds.push(respond));
    send('x');
    publish('x');
    expect(responds).toEqual([undefined, undefined]);
  });

  test('testReplyToReply, testSendReplyWithTimeout: an answer may want an answer', () => {
    const { engine, request, clock } = createEngine();
    const second: Outcome[] = [];
    engine.register('x', ({ respond }) =>
      respond?.({ body: 1, headers: NO_HEADERS, timeoutMs: 50, respond: (outcome) => second.push(outcome) }),
    );
    const [first] = request('x');
    if (!first || !('respond' in first)) throw new Error('no answer that wants one');
    first.respond?.({ body: 2, headers: NO_HEADERS });
    expect(second).toMatchObject([{ body: 2 }]);

    request('x');
    clock.advance(50);
    expect(second[1]).toMatchObject(TIMEOUT);
  });

  test('testSendReplyWithTimeoutNoHandlers: a late answer that wants one is told that nobody waits', () => {
    const { engine, request, clock } = createEngine();
    const deliveries: Delivery[] = [];
    const second: Outcome[] = [];
    engine.register('x', (delivery) => deliveries.push(delivery));
    request('x', null, 100);
    clock.advance(100);
    deliveries[0]?.respond?.({ body: 1, headers: NO_HEADERS, respond: (outcome) => second.push(outcome) });
    expect(second).toEqual([expect.objectContaining(NO_HANDLERS)]);
  });
});

test('requests that nobody answers in time are told so in turns, and an answer that comes by then counts', async () => {
  await turn();
  const { clock, engine, request } = createEngine();
  const owed: Delivery[] = [];
  engine.register('slow', (delivery) => void owed.push(delivery));
  const asked = Array.from({ length: 1000 }, () => request('slow', null, 100));
  clock.advance(100);
  const told = () => asked.filter(({ length }) => length > 0).length;
  expect(told()).toBeLessThan(100);
  owed.at(-1)?.respond?.({ body: 'late', headers: NO_HEADERS });
  while (told() < asked.length) await turn();
  expect(asked.at(-1)).toEqual([{ body: 'late', headers: NO_HEADERS }]);
  expect(asked.slice(0, -1).every(([outcome]) => outcome instanceof Failure)).toBe(true);
  expect(asked.every(({ length }) => length === 1)).toBe(true);
});

test('the time-out of one requester is told among the many of another', async () => {
  await turn();
  const { clock, engine } = createEngine();
  engine.register('slow', () => {});
  const told: string[] = [];
  const ask = (requester: string, request: number) => {
    const message = { address: 'slow', body: null, headers: NO_HEADERS };
    engine.request(message, 100, () => told.push(requester), { requester, request });
  };
  for (let request = 0; request < 1000; request += 1) ask('many', request);
  ask('few', 1);
  clock.advance(100);
  while (told.length < 1001) await turn();
  expect(told.indexOf('few')).toBeLessThan(100);
});
