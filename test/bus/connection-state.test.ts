import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Outcome } from '#bus/delivery.ts';
import { type BridgeEventType, HookQueue } from '#bus/hooks.ts';
import { IdleWatch } from '#bus/idle-watch.ts';
import { LocalEngine } from '#bus/local-engine.ts';
import { RateLimits } from '#bus/rate-limits.ts';
import { ReplyLedger } from '#bus/reply-ledger.ts';
import { TestConsumers } from '#bus/test-consumers.ts';
import { silentLog } from '#core/log.ts';
import { NO_HEADERS } from '#core/message.ts';
import { createFakeClock } from '../support/fake-clock.ts';

describe('a reply ledger', () => {
  test('gives an address that is good for one answer', () => {
    const ledger = new ReplyLedger(createFakeClock(0), 1000, 100);
    const outcomes: Outcome[] = [];
    const address = ledger.owe({ respond: (outcome) => outcomes.push(outcome) }) ?? '';
    expect([ledger.has(address), ledger.size]).toEqual([true, 1]);
    ledger.take(address)?.({ body: 1, headers: NO_HEADERS });
    expect(outcomes).toHaveLength(1);
    expect([ledger.take(address), ledger.has(address), ledger.size]).toEqual([undefined, false, 0]);
  });

  test('gives no address where nobody waits', () => {
    expect(new ReplyLedger(createFakeClock(0), 1000, 100).owe({})).toBeNull();
  });

  test('keeps nothing of what was answered', () => {
    setFlagsFromString('--expose-gc');
    const collect: () => void = runInNewContext('gc');
    const usedBytes = () => {
      collect();
      return process.memoryUsage().heapUsed;
    };
    const ledger = new ReplyLedger(createFakeClock(0), 1000, 100);
    const before = usedBytes();
    for (let index = 0; index < 200_000; index += 1) ledger.take(ledger.owe({ respond() {} }) ?? '');
    expect(usedBytes() - before).toBeLessThan(5_000_000);
    expect(ledger.size).toBe(0);
  });

  test('never gives an address twice', () => {
    const ledger = new ReplyLedger(createFakeClock(0), 1000, 100);
    const addresses = Array.from({ length: 100 }, () => ledger.owe({ respond() {} }));
    expect(new Set(addresses).size).toBe(100);
  });

  test('forgets after its own time, and not before the sender has stopped waiting', () => {
    const clock = createFakeClock(0);
    const ledger = new ReplyLedger(clock, 1000, 100);
    const usual = ledger.owe({ respond() {} }) ?? '';
    const patient = ledger.owe({ respond() {}, timeoutMs: 5000 }) ?? '';
    const hasty = ledger.owe({ respond() {}, timeoutMs: 10 }) ?? '';
    clock.advance(999);
    expect([usual, patient, hasty].map((address) => ledger.has(address))).toEqual([true, true, true]);
    clock.advance(1);
    expect([usual, patient, hasty].map((address) => ledger.has(address))).toEqual([false, true, false]);
    clock.advance(4000);
    expect(ledger.size).toBe(0);
  });

  test('forgets the oldest where more are owed than there can be requests', () => {
    const clock = createFakeClock(0);
    const ledger = new ReplyLedger(clock, 1000, 3);
    const addresses = Array.from({ length: 5 }, () => ledger.owe({ respond() {} }) ?? '');
    expect(addresses.map((address) => ledger.has(address))).toEqual([false, false, true, true, true]);
    expect([ledger.size, clock.pending]).toEqual([3, 3]);
  });

  test('forgets the oldest of those that are left, also after all were answered or cleared', () => {
    const ledger = new ReplyLedger(createFakeClock(0), 1000, 2);
    const owe = () => ledger.owe({ respond() {} }) ?? '';
    ledger.take(owe());
    ledger.clear();
    const [first, second, third, fourth] = [owe(), owe(), owe(), owe()];
    expect([first, second, third, fourth].map((address) => ledger.has(address))).toEqual([
      false,
      false,
      true,
      true,
    ]);
  });

  test('keeps no timer once cleared or answered', () => {
    const clock = createFakeClock(0);
    const ledger = new ReplyLedger(clock, 1000, 100);
    ledger.take(ledger.owe({ respond() {} }) ?? '');
    ledger.owe({ respond() {} });
    ledger.clear();
    expect([clock.pending, ledger.size]).toEqual([0, 0]);
  });
});

describe('rate limits', () => {
  test('let a second’s worth through at once, then as many a second', () => {
    const clock = createFakeClock(0);
    const rates = new RateLimits(clock, 3);
    const burst = (client: string) => [1, 2, 3, 4].map(() => rates.take(client));
    expect(burst('a')).toEqual([true, true, true, false]);
    expect(burst('b')).toEqual([true, true, true, false]);
    clock.advance(334);
    expect(burst('a')).toEqual([true, false, false, false]);
    clock.advance(60_000);
    expect(burst('a')).toEqual([true, true, true, false]);
  });

  test('never let through more than the limit in any second, however it is spread', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 60 }), (pauses) => {
        const clock = createFakeClock(0);
        const rates = new RateLimits(clock, 5);
        const taken: number[] = [];
        for (const pause of pauses) {
          clock.advance(pause);
          if (rates.take('a')) taken.push(clock.now());
        }
        // A full bucket and what drips in during the same second.
        return taken.every((at) => taken.filter((other) => other >= at && other < at + 1000).length <= 10);
      }),
    );
  });

  test('take nothing away when the clock is set back', () => {
    let now = 3_600_000;
    const rates = new RateLimits({ now: () => now, setTimeout: () => ({ cancel() {} }) }, 3);
    expect(rates.take('a')).toBe(true);
    now = 0;
    expect([1, 2, 3].map(() => rates.take('a'))).toEqual([true, true, false]);
    now = 400;
    expect(rates.take('a')).toBe(true);
  });

  test('are off by null', () => {
    const rates = new RateLimits(createFakeClock(0), null);
    expect(Array.from({ length: 1000 }, () => rates.take('a')).every(Boolean)).toBe(true);
  });
});

describe('an idle watch', () => {
  test('finds one that never gave a sign after one period', () => {
    const clock = createFakeClock(0);
    let found = 0;
    new IdleWatch(clock, 1000, () => {
      found += 1;
    });
    clock.advance(999);
    expect(found).toBe(0);
    clock.advance(1);
    expect(found).toBe(1);
  });

  test('finds one between once and twice the period after its last sign, whenever that was', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999 }), (at) => {
        const clock = createFakeClock(0);
        let foundAt = 0;
        const watch = new IdleWatch(clock, 1000, () => {
          foundAt ||= clock.now();
        });
        clock.advance(at);
        watch.sign();
        clock.advance(5000);
        return foundAt - at >= 1000 && foundAt - at <= 2000;
      }),
    );
  });

  test('keeps no timer once cancelled', () => {
    const clock = createFakeClock(0);
    const watch = new IdleWatch(clock, 1000, () => {});
    clock.advance(2500);
    watch.cancel();
    expect(clock.pending).toBe(0);
  });
});

describe('a hook queue', () => {
  const socket = {
    via: 't',
    client: 'c',
    remoteAddress: undefined,
    peerCertificate: () => undefined,
    close() {},
  };
  const state = { gone: false };

  function createQueue(hook: (type: BridgeEventType) => boolean | Promise<boolean>, errors: unknown[] = []) {
    state.gone = false;
    const log = { ...silentLog, error: (fields: object) => errors.push(fields) };
    return new HookQueue(
      (event) => hook(event.type),
      socket,
      log,
      () => state.gone,
    );
  }

  test('answers at once when the hook does', () => {
    const answers: boolean[] = [];
    createQueue((type) => type === 'SEND').ask('SEND', {}, (allowed) => answers.push(allowed));
    createQueue((type) => type === 'SEND').ask('PUBLISH', {}, (allowed) => answers.push(allowed));
    expect(answers).toEqual([true, false]);
  });

  test('keeps the order when the hook takes its time', async () => {
    const first = Promise.withResolvers<boolean>();
    const queue = createQueue((type) => (type === 'REGISTER' ? first.promise : true));
    const order: string[] = [];
    const done = new Promise<void>((resolve) => {
      queue.ask('REGISTER', {}, () => order.push('register'));
      queue.ask('PUBLISH', {}, () => order.push('publish'));
      queue.ask('SEND', {}, () => {
        order.push('send');
        resolve();
      });
    });
    expect(order).toEqual([]);
    first.resolve(true);
    await done;
    expect(order).toEqual(['register', 'publish', 'send']);
    queue.ask('SEND', {}, () => order.push('at once again'));
    await Promise.resolve();
    queue.ask('SEND', {}, () => order.push('for sure'));
    await new Promise((resolve) => setImmediate(resolve));
    expect(order).toHaveLength(5);
  });

  test('carries nothing out when the hook throws or rejects, says so, and goes on', async () => {
    const errors: unknown[] = [];
    const queue = createQueue((type) => {
      if (type === 'SEND') throw new Error('mine');
      return type === 'PUBLISH' ? Promise.reject(new Error('mine')) : true;
    }, errors);
    const answers: string[] = [];
    queue.ask('SEND', {}, () => answers.push('send'));
    queue.ask('PUBLISH', {}, () => answers.push('publish'));
    await new Promise<void>((resolve) => queue.ask('REGISTER', {}, () => resolve()));
    expect(answers).toEqual([]);
    expect(errors).toHaveLength(2);
  });

  test('takes an answer that is neither true nor false for a no, and says so', async () => {
    const errors: unknown[] = [];
    const nothing = undefined as unknown as boolean;
    const queue = createQueue((type) => (type === 'SEND' ? nothing : Promise.resolve(nothing)), errors);
    const answers: boolean[] = [];
    queue.ask('SEND', {}, (allowed) => answers.push(allowed));
    expect(answers).toEqual([false]);
    await new Promise<void>((resolve) => {
      queue.ask('PUBLISH', {}, (allowed) => {
        answers.push(allowed);
        resolve();
      });
    });
    expect(answers).toEqual([false, false]);
    expect(errors).toHaveLength(2);
  });

  test('outlives a message that cannot be carried out, and says so', async () => {
    const errors: unknown[] = [];
    const queue = createQueue((type) => (type === 'SEND' ? true : Promise.resolve(true)), errors);
    const refuse = () => {
      throw new Error('cyclic');
    };
    queue.ask('SEND', {}, refuse);
    queue.ask('PUBLISH', {}, refuse);
    await new Promise<void>((resolve) => queue.ask('REGISTER', {}, () => resolve()));
    expect(errors).toHaveLength(2);
  });

  test('tells when everything that was asked so far is answered', async () => {
    const held = Promise.withResolvers<boolean>();
    const queue = createQueue(() => held.promise);
    const order: string[] = [];
    queue.whenAnswered(() => order.push('nothing asked'));
    queue.ask('SEND', {}, () => order.push('decided'));
    const answered = new Promise<void>((resolve) => queue.whenAnswered(resolve));
    expect(order).toEqual(['nothing asked']);
    held.resolve(true);
    await answered;
    expect(order).toEqual(['nothing asked', 'decided']);
  });

  test('abandons what is pending when the connection is gone, and still tells of its end', async () => {
    const answer = Promise.withResolvers<boolean>();
    const told: string[] = [];
    const queue = createQueue((type) => {
      told.push(type);
      return type === 'SEND' ? answer.promise : true;
    });
    const decided: boolean[] = [];
    queue.ask('SEND', {}, (allowed) => decided.push(allowed));
    queue.ask('REGISTER', {}, (allowed) => decided.push(allowed));
    state.gone = true;
    answer.resolve(true);
    queue.tell('SOCKET_CLOSED');
    await new Promise((resolve) => setImmediate(resolve));
    expect(decided).toEqual([]);
    expect(told).toEqual(['SEND', 'SOCKET_CLOSED']);
  });
});

describe('test consumers', () => {
  const create = (consumers: ConstructorParameters<typeof TestConsumers>[0]['consumers']) => {
    const clock = createFakeClock(0);
    const engine = new LocalEngine({ clock, log: silentLog });
    const running = new TestConsumers({ engine, clock, consumers });
    const request = (address: string, body: unknown, headers = {}) => {
      const outcomes: Outcome[] = [];
      engine.request({ address, body, headers }, 1000, (outcome) => outcomes.push(outcome));
      return outcomes;
    };
    return { clock, engine, running, request };
  };

  test('behave as they are called', () => {
    const { request, running } = create([
      { address: 'e', behaviour: 'echo' },
      { address: 'eh', behaviour: 'echo-headers' },
      { address: 'h', behaviour: 'hello' },
      { address: 's', behaviour: 'sink' },
      { address: 'f', behaviour: 'fail' },
    ]);
    expect(request('e', [1], { a: 'b' })).toEqual([{ body: [1], headers: {} }]);
    expect(request('eh', [1], { a: 'b' })).toEqual([{ body: [1], headers: { a: 'b' } }]);
    expect(request('h', { value: 'vert.x' })).toMatchObject([{ body: { value: 'Hello vert.x' } }]);
    expect(request('s', 1)).toEqual([]);
    expect(request('f', 1)).toEqual([expect.objectContaining({ code: 0, description: 'oops!' })]);
    expect([running.has('e'), running.has('x')]).toEqual([true, false]);
  });

  test('tick, counting, until they are closed', () => {
    const { clock, engine, running } = create([
      { address: 'p', behaviour: 'ticker', mode: 'publish', everyMs: 1000 },
      { address: 's', behaviour: 'ticker', mode: 'send', body: { value: 'hi' }, everyMs: 500 },
    ]);
    const heard: unknown[] = [];
    engine.register('p', ({ kind, body }) => heard.push([kind, body]));
    engine.register('s', ({ kind, body }) => heard.push([kind, body]));
    clock.advance(1000);
    expect(heard).toEqual([
      ['send', { value: 'hi' }],
      ['publish', { tick: 1 }],
      ['send', { value: 'hi' }],
    ]);
    clock.advance(1000);
    expect(heard).toContainEqual(['publish', { tick: 2 }]);
    running.close();
    expect([clock.pending, engine.has('p')]).toEqual([0, true]);
  });
});
