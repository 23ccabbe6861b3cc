import { describe, expect, onTestFinished, test } from 'vitest';
import { timedCall } from '#actions/timed-call.ts';
import { Failure } from '#core/failure.ts';
import { isJsonObject, parseJson } from '#core/json.ts';
import type { Change, ChangeContext, Settlement } from '#domain/change.ts';
import type { OperationTable } from '#store/store.ts';
import { temporaryFolder } from '../store/temporary-folder.ts';
import { type Fate, ModelRegister, shiftChange } from './model-register.ts';
import { type Asked, KEEP_MS, Restartable, rest, until } from './restartable.ts';

type Setup = {
  readonly change?: Change;
  readonly changeOf?: (action: string) => Change | undefined;
  readonly wrap?: (table: OperationTable) => OperationTable;
  readonly onChange?: (scope: string) => void;
  readonly settleAfterMs?: () => number;
};

/** A register and a process that works with it; `open` and `close` are its actions unless the test has another. */
async function begin({ change, changeOf, ...overrides }: Setup = {}) {
  const register = new ModelRegister();
  const find =
    changeOf ?? ((action) => change ?? shiftChange(register, action === 'close' ? 'close' : 'open'));
  const bus = await new Restartable(temporaryFolder(), ({ action }) => find(action), overrides).start();
  onTestFinished(() => bus.kill());
  return { register, bus, ask: (asked: Asked) => bus.ask(asked) };
}

function held() {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { promise, release: resolve };
}

const DONE = { data: { shift: 1 } };

describe('a repeat', () => {
  test('is answered as the first was, also after a restart, and nothing is sent', async () => {
    const { register, bus, ask } = await begin();
    expect(await ask({ id: 'a' })).toEqual(DONE);
    expect(await ask({ id: 'a' })).toEqual(DONE);
    await bus.restart();
    expect(await ask({ id: 'a' })).toEqual(DONE);
    expect(register.seen).toEqual(['a']);
  });

  test('under way joins, with one call to the vendor', async () => {
    const { register, ask } = await begin();
    const { promise, release } = held();
    register.pause = promise;
    const both = Promise.all([ask({ id: 'a' }), ask({ id: 'a' })]);
    await rest();
    release();
    expect(await both).toEqual([DONE, DONE]);
    expect(register.seen).toEqual(['a']);
  });

  test('of a refusal is refused in the same words, whatever has happened since', async () => {
    const { register, bus, ask } = await begin();
    register.isOpen = true;
    expect(await ask({ id: 'a' })).toEqual({ failure: 'AVQFR_SHIFT_IS_OPENED' });
    register.isOpen = false;
    await bus.restart();
    expect(await ask({ id: 'a' })).toEqual({ failure: 'AVQFR_SHIFT_IS_OPENED' });
    expect(register.seen).toEqual(['a']);
  });

  test('keeps every digit of the answer and every word of a refusal', async () => {
    const answer = parseJson('{"fiscal_number":12345678901234567890,"sum":"10.71"}');
    const details = { vendor: 'kassa24', account: 'almaty', status: 403, code: '403', message: 'нельзя' };
    const told = {
      name: 'E_UPSTREAM',
      description: 'занято',
      data: { name: 'E_UPSTREAM', extra: [1] },
      code: 7,
    };
    const refusals: Readonly<Record<string, Failure>> = {
      ours: new Failure('VENDOR_REJECTED', { description: 'отказ', details, cause: new Error('secret') }),
      told: Failure.told(told),
    };
    const { bus } = await begin({
      changeOf: (action) => ({
        prepare: async () => ({ evidence: 1 }),
        async send() {
          const refusal = refusals[action];
          if (refusal) throw refusal;
          return answer;
        },
      }),
    });
    const run = async (action: string) => {
      const name = { client: 'c', address: 'a', action, account: 'almaty', token: null, data: null };
      const call = { deadline: Number.MAX_SAFE_INTEGER, exchanges: [], traceparent: undefined };
      const { signal } = new AbortController();
      const request = { ...name, operationId: action, showPersonalData: false };
      return bus.operations?.run(request, { ...call, signal });
    };
    for (const _ of ['first', 'repeat']) {
      expect(JSON.stringify(await run('answer'))).toBe(JSON.stringify(answer));
      for (const [action, refusal] of Object.entries(refusals)) {
        const failure = await run(action).then(undefined, (caught: Failure) => caught);
        expect(failure).toBeInstanceOf(Failure);
        expect((failure as Failure).toData()).toEqual(refusal.toData());
        expect(failure).toMatchObject({ name: refusal.name, code: refusal.code, foreign: refusal.foreign });
      }
      await bus.restart();
    }
  });

  test.each<[string, Asked]>([
    ['another action', { action: 'close', data: { tag: 'a' } }],
    ['other data', { data: { tag: 'b' } }],
  ])('with %s is a conflict, also under way and after a restart', async (_what, asked) => {
    const { register, bus, ask } = await begin();
    const conflict = { failure: 'BUS_OPERATION_CONFLICT' };
    const { promise, release } = held();
    register.pause = promise;
    const first = ask({ id: 'a' });
    expect(await ask({ ...asked, id: 'a' })).toEqual(conflict);
    release();
    expect(await first).toEqual(DONE);
    await bus.restart();
    expect(await ask({ ...asked, id: 'a' })).toEqual(conflict);
    expect(await ask({ id: 'a' })).toEqual(DONE);
    expect(register.seen).toEqual(['a']);
  });

  test('by another client, at another register, or of the account is another operation', async () => {
    const { register, ask } = await begin();
    await ask({ id: 'a' });
    const closed = { failure: 'AVQFR_SHIFT_IS_OPENED' };
    expect(await ask({ id: 'a', client: 'pos-2' })).toEqual(closed);
    expect(await ask({ id: 'a', token: 'KZ2' })).toEqual(closed);
    expect(await ask({ id: 'a', token: null })).toEqual(closed);
    expect(register.seen).toHaveLength(4);
  });

  test('without an id is an operation of its own', async () => {
    const { register, ask } = await begin();
    expect(await ask({ data: { tag: 'x' } })).toEqual(DONE);
    expect(await ask({ data: { tag: 'x' } })).toEqual({ failure: 'AVQFR_SHIFT_IS_OPENED' });
    expect(register.seen).toEqual(['x', 'x']);
  });

  test('after the outcome was forgotten is carried out again', async () => {
    const { register, bus, ask } = await begin();
    await ask({ id: 'a' });
    bus.clock.advance(KEEP_MS + 3_600_001);
    await rest();
    expect(await ask({ id: 'a' })).toEqual({ failure: 'AVQFR_SHIFT_IS_OPENED' });
    expect(register.seen).toEqual(['a', 'a']);
  });
});

describe('a failure that means surely not done', () => {
  test.each([
    'VENDOR_UNAVAILABLE',
    'VENDOR_RATE_LIMITED',
    'VENDOR_AUTH_FAILED',
    'BUS_TIMEOUT',
    'TSRV_TOKEN_NOT_FOUND',
    'AVQFR_SESSION_NOT_AUTHORIZED',
  ] as const)('%s is answered and forgotten: the repeat is carried out', async (name) => {
    let failure: Failure | undefined = new Failure(name);
    let settlings = 0;
    const { ask, bus } = await begin({
      change: {
        prepare: async () => ({ evidence: 1 }),
        async send() {
          if (failure) throw failure;
          return 'done';
        },
        async settle() {
          settlings += 1;
          return 'not_done';
        },
      },
    });
    expect(await ask({ id: 'a' })).toEqual({ failure: name });
    failure = undefined;
    await bus.restart();
    expect(await ask({ id: 'a' })).toEqual({ data: 'done' });
    expect(settlings).toBe(0);
  });

  test('leaves the contents to the id', async () => {
    const { register, ask } = await begin();
    register.fates = ['unavailable'];
    await ask({ id: 'a' });
    expect(await ask({ id: 'a', data: { tag: 'b' } })).toEqual({ failure: 'BUS_OPERATION_CONFLICT' });
  });

  test('gives its evidence to the repeat', async () => {
    const earliers: unknown[] = [];
    const { ask } = await begin({
      change: {
        async prepare(_data, _context, earlier) {
          earliers.push(earlier);
          return { evidence: { uid: 'u1' } };
        },
        async send() {
          throw new Failure('VENDOR_UNAVAILABLE');
        },
      },
    });
    await ask({ id: 'a' });
    await ask({ id: 'a' });
    expect(earliers).toEqual([undefined, { uid: 'u1' }]);
  });
});

describe('what is read beforehand', () => {
  test('may refuse, which is an outcome, and nothing is sent', async () => {
    let sent = 0;
    let refusal: Failure | undefined = new Failure('AVQFR_SHIFT_IS_CLOSED');
    const { ask } = await begin({
      change: {
        async prepare() {
          if (refusal) throw refusal;
          return { evidence: 1 };
        },
        async send() {
          sent += 1;
        },
      },
    });
    expect(await ask({ id: 'a' })).toEqual({ failure: 'AVQFR_SHIFT_IS_CLOSED' });
    refusal = undefined;
    expect(await ask({ id: 'a' })).toEqual({ failure: 'AVQFR_SHIFT_IS_CLOSED' });
    expect(sent).toBe(0);
    expect(await ask({ id: 'b' })).toEqual({ data: null });
  });

  test('may fail, which is none', async () => {
    const { register, ask } = await begin();
    register.isDown = true;
    expect(await ask({ id: 'a' })).toEqual({ failure: 'VENDOR_UNAVAILABLE' });
    register.isDown = false;
    expect(await ask({ id: 'a' })).toEqual(DONE);
  });

  test('may be the answer, which every repeat gets', async () => {
    let asked = 0;
    const { ask } = await begin({
      change: {
        async prepare() {
          asked += 1;
          return { answer: { document: asked } };
        },
        send: () => Promise.reject(new Error('nothing is to be sent')),
      },
    });
    expect(await ask({ id: 'a' })).toEqual({ data: { document: 1 } });
    expect(await ask({ id: 'a' })).toEqual({ data: { document: 1 } });
  });
});

describe('a lost answer', () => {
  test.each<Fate>(['lost', 'unreadable', 'broken'])('(%s) is found in the vendor’s state', async (fate) => {
    const { register, ask } = await begin();
    register.fates = [fate];
    expect(await ask({ id: 'a' })).toEqual(DONE);
    expect(await ask({ id: 'a' })).toEqual(DONE);
    expect(register.done).toEqual(['a']);
    expect(register.settlings).toBe(1);
  });

  test('of what was not done is "surely not done", and the repeat is sent', async () => {
    const { register, ask } = await begin();
    register.fates = ['vanished'];
    expect(await ask({ id: 'a' })).toEqual({ failure: 'VENDOR_UNAVAILABLE' });
    expect(await ask({ id: 'a' })).toEqual(DONE);
    expect(register.done).toEqual(['a']);
  });

  test('of a vendor with 5xx is not taken for "surely not done"', async () => {
    const details = { vendor: 'kassa24', account: 'almaty', status: 500, code: '500', message: '' };
    const { ask } = await begin({
      change: {
        prepare: async () => ({ evidence: 1 }),
        send: () => Promise.reject(new Failure('VENDOR_UNAVAILABLE', { details })),
        settle: async () => ({ answer: 'done' }),
      },
    });
    expect(await ask({ id: 'a' })).toEqual({ data: 'done' });
  });

  test('is unknown while the vendor is down, and found out in the background, once', async () => {
    const { register, bus, ask } = await begin();
    register.fates = ['lost'];
    const asking = ask({ id: 'a' });
    const { read } = register;
    register.read = () => {
      if (register.done.length > 0) register.isDown = true;
      return read.call(register);
    };
    expect(await asking).toEqual({ failure: 'VENDOR_OUTCOME_UNKNOWN' });
    register.read = read;
    bus.clock.advance(2000);
    await until(() => register.settlings === 2);
    register.isDown = false;
    bus.clock.advance(3999);
    await rest();
    expect(register.settlings).toBe(2);
    bus.clock.advance(1);
    await until(() => register.settlings === 3);
    await rest();
    expect(bus.clock.pending).toBe(1);
    expect(await ask({ id: 'a' })).toEqual(DONE);
    expect(register.settlings).toBe(3);
    expect(register.done).toEqual(['a']);
  });

  test('makes pauses of a minute at most, and never stops asking', async () => {
    const { register, bus, ask } = await begin();
    await loseWhileDown(register, ask);
    for (let attempt = 0; attempt < 10; attempt += 1) {
      const { settlings } = register;
      bus.clock.advance(60_000);
      await until(() => register.settlings > settlings);
      await rest();
    }
  });

  test('that nothing tells of is asked about again when the repeat comes, and not before', async () => {
    const { register, bus, ask } = await begin();
    register.fates = ['lost'];
    register.isSilent = true;
    expect(await ask({ id: 'a' })).toEqual({ failure: 'VENDOR_OUTCOME_UNKNOWN' });
    await bus.restart();
    await rest();
    expect(register.settlings).toBe(1);
    register.isDown = true;
    expect(await ask({ id: 'a' })).toEqual({ failure: 'VENDOR_OUTCOME_UNKNOWN' });
    register.isDown = false;
    expect(await ask({ id: 'a' })).toEqual({ failure: 'VENDOR_OUTCOME_UNKNOWN' });
    register.isSilent = false;
    expect(await ask({ id: 'a' })).toEqual(DONE);
    expect(register.done).toEqual(['a']);
  });

  test('that nothing tells of holds nobody up, and is not taken for what was done since', async () => {
    const { register, ask } = await begin();
    register.fates = ['vanished'];
    register.isSilent = true;
    expect(await ask({ id: 'a' })).toEqual({ failure: 'VENDOR_OUTCOME_UNKNOWN' });
    expect(await ask({ id: 'b' })).toEqual(DONE);
    register.isSilent = false;
    expect(await ask({ id: 'a' })).toEqual({ failure: 'VENDOR_OUTCOME_UNKNOWN' });
    expect(register.seen).toEqual(['b']);
  });

  test('of what was not done is not taken for what another has done since', async () => {
    const { register, bus, ask } = await begin();
    register.fates = ['vanished'];
    expect(await ask({ id: 'a' })).toEqual({ failure: 'VENDOR_UNAVAILABLE' });
    bus.clock.advance(-5000);
    expect(await ask({ id: 'b' })).toEqual(DONE);
    expect(await ask({ id: 'a' })).toEqual({ failure: 'AVQFR_SHIFT_IS_OPENED' });
  });

  test('of a change that cannot be settled stays lost, and is never sent again', async () => {
    let sent = 0;
    const { ask, bus } = await begin({
      change: {
        prepare: async () => ({ evidence: 1 }),
        send() {
          sent += 1;
          return Promise.reject(new Failure('VENDOR_OUTCOME_UNKNOWN'));
        },
      },
    });
    const unknown = { failure: 'VENDOR_OUTCOME_UNKNOWN' };
    expect(await ask({ id: 'a' })).toEqual(unknown);
    expect(await ask({ id: 'a' })).toEqual(unknown);
    await bus.restart();
    expect(await ask({ id: 'a' })).toEqual(unknown);
    expect(sent).toBe(1);
    await ask({ id: 'b' });
    expect(sent).toBe(2);
  });

  test('that the vendor refuses to tell of holds nobody up', async () => {
    const { ask } = await begin({
      changeOf: (action) => ({
        prepare: async () => ({ evidence: 1 }),
        async send() {
          if (action === 'open') throw new Failure('VENDOR_OUTCOME_UNKNOWN');
          return 'done';
        },
        settle: () => Promise.reject(new Failure('AVQFR_SESSION_NOT_AUTHORIZED')),
      }),
    });
    expect(await ask({ id: 'a' })).toEqual({ failure: 'VENDOR_OUTCOME_UNKNOWN' });
    expect(await ask({ id: 'b', action: 'authorize' })).toEqual({ data: 'done' });
  });

  test('found refused is an outcome', async () => {
    const { ask } = await begin({
      change: {
        prepare: async () => ({ evidence: 1 }),
        send: () => Promise.reject(new Failure('VENDOR_TIMEOUT')),
        settle: async () => ({ refusal: new Failure('VENDOR_REJECTED') }),
      },
    });
    expect(await ask({ id: 'a' })).toEqual({ failure: 'VENDOR_REJECTED' });
  });

  test('is settled by a call of its own, whose requests the requester’s answer can show', async () => {
    let context: ChangeContext | undefined;
    const { ask, bus } = await begin({
      change: {
        prepare: async () => ({ evidence: 1 }),
        send: () => Promise.reject(new Failure('VENDOR_TIMEOUT')),
        async settle(_evidence, given) {
          context = given;
          return { answer: 1 };
        },
      },
    });
    await ask({ id: 'a', timeoutMs: 100 });
    expect(context?.call.deadline).toBe(bus.clock.now() + 60_000);
    expect(context).toMatchObject({ isDoubtful: true, showPersonalData: false });
  });
});

/** A change that was done while its answer and the vendor were lost. */
async function loseWhileDown(register: ModelRegister, ask: (asked: Asked) => Promise<unknown>) {
  const { send } = register;
  register.send = async (kind, tag) => {
    register.send = send;
    register.isDown = true;
    register.execute(kind, tag);
    throw new Failure('VENDOR_OUTCOME_UNKNOWN');
  };
  expect(await ask({ id: 'a' })).toEqual({ failure: 'VENDOR_OUTCOME_UNKNOWN' });
}

describe('before anything new is sent to a register', () => {
  test('what was sent is settled; while it cannot be, nothing is', async () => {
    const { register, ask } = await begin();
    await loseWhileDown(register, ask);
    expect(await ask({ id: 'b', action: 'close' })).toEqual({ failure: 'VENDOR_UNAVAILABLE' });
    expect(await ask({ id: 'a' })).toEqual({ failure: 'VENDOR_OUTCOME_UNKNOWN' });
    register.isDown = false;
    expect(await ask({ id: 'b', action: 'close' })).toEqual(DONE);
    expect(await ask({ id: 'a' })).toEqual(DONE);
    expect(register.done).toEqual(['a', 'b']);
  });

  test('that holds after a restart too, and other registers do not wait', async () => {
    const { register, bus, ask } = await begin();
    await loseWhileDown(register, ask);
    await bus.restart();
    expect(await ask({ id: 'b', action: 'close' })).toEqual({ failure: 'VENDOR_UNAVAILABLE' });
    const settlings = register.settlings;
    expect(await ask({ id: 'b', token: 'KZ2' })).toEqual({ failure: 'VENDOR_UNAVAILABLE' });
    expect(register.settlings).toBe(settlings);
    register.isDown = false;
    expect(await ask({ id: 'c', action: 'close' })).toEqual(DONE);
    expect(register.done).toEqual(['a', 'c']);
  });

  test('a restart settles in the background by itself', async () => {
    const { register, bus, ask } = await begin();
    await loseWhileDown(register, ask);
    await bus.kill();
    register.isDown = false;
    const { settlings } = register;
    await bus.start();
    await until(() => register.settlings > settlings);
    await rest();
    expect(await bus.store?.operations.readHalfWay()).toEqual([]);
  });

  test('what is not configured any more is left alone and waits for its configuration', async () => {
    const register = new ModelRegister();
    let isConfigured = true;
    const { bus, ask } = await begin({
      changeOf: (action) => {
        if (action === 'open') return isConfigured ? shiftChange(register, 'open') : undefined;
        return shiftChange(register, 'close');
      },
    });
    await loseWhileDown(register, ask);
    register.isDown = false;
    isConfigured = false;
    await bus.restart();
    expect(await ask({ id: 'b', action: 'close' })).toEqual(DONE);
    expect(await ask({ id: 'a' })).toEqual({ failure: 'BUS_UNSUPPORTED_ACTION' });
    expect(await bus.store?.operations.readHalfWay()).toHaveLength(1);
  });

  test('an earlier change of the same register has ended; others run at once', async () => {
    const { register, ask } = await begin();
    const { promise, release } = held();
    register.pause = promise;
    const opening = ask({ id: 'a' });
    const closing = ask({ id: 'b', action: 'close' });
    await rest();
    expect(register.seen).toEqual([]);
    register.pause = undefined;
    expect(await ask({ id: 'c', token: 'KZ2' })).toEqual(DONE);
    release();
    expect(await Promise.all([opening, closing])).toEqual([{ failure: 'AVQFR_SHIFT_IS_OPENED' }, DONE]);
  });
});

describe('while the vendor may still be at a change whose answer was lost', () => {
  const LATE_MS = 10_000;
  const beginLate = () => begin({ settleAfterMs: () => LATE_MS });
  const UNKNOWN = { failure: 'VENDOR_OUTCOME_UNKNOWN' };

  test('an unchanged state proves nothing, and the repeat is answered with what was done late', async () => {
    const { register, bus, ask } = await beginLate();
    register.fates = ['late'];
    expect(await ask({ id: 'a' })).toEqual(UNKNOWN);
    expect(await ask({ id: 'a', timeoutMs: 1000 })).toEqual(UNKNOWN);
    const repeat = ask({ id: 'a' });
    await rest();
    register.land();
    bus.clock.advance(2000);
    expect(await repeat).toEqual(DONE);
    expect(register.done).toEqual(['a']);
  });

  test('it is found out in the background, no later than when it cannot be done any more', async () => {
    const { register, bus, ask } = await beginLate();
    register.fates = ['late', 'vanished'];
    await ask({ id: 'a' });
    register.land();
    bus.clock.advance(2000);
    await until(() => register.settlings === 2);
    await rest();
    expect(await bus.store?.operations.readHalfWay()).toEqual([]);
    expect(await ask({ id: 'b', action: 'close' })).toEqual(UNKNOWN);
    for (const ms of [2000, 4000, 4000]) {
      bus.clock.advance(ms);
      await rest();
    }
    expect(await bus.store?.operations.readHalfWay()).toEqual([]);
    expect(await ask({ id: 'b', action: 'close' })).toEqual(DONE);
  });

  test('another change waits for that, and is not sent where it has no time to', async () => {
    const { register, bus, ask } = await beginLate();
    register.fates = ['vanished'];
    await ask({ id: 'a' });
    expect(await ask({ id: 'b', timeoutMs: 1000 })).toEqual({ failure: 'VENDOR_UNAVAILABLE' });
    expect(register.seen).toEqual([]);
    const waiting = ask({ id: 'c' });
    for (const ms of [2000, 4000, 4000]) {
      await rest();
      bus.clock.advance(ms);
    }
    expect(await waiting).toEqual(DONE);
    expect(register.done).toEqual(['c']);
  });

  test('its requester may leave, and the bus may stop', async () => {
    const { register, bus, ask } = await beginLate();
    register.fates = ['vanished'];
    await ask({ id: 'a' });
    const leaving = new AbortController();
    const repeat = ask({ id: 'a', signal: leaving.signal });
    const other = ask({ id: 'b', signal: leaving.signal });
    await rest();
    leaving.abort();
    expect(await repeat).toEqual(UNKNOWN);
    expect(await other).toEqual({ failure: 'BUS_TIMEOUT' });
    const last = ask({ id: 'c' });
    await rest();
    await bus.operations?.close();
    expect(await last).toEqual({ failure: 'BUS_OVERLOADED' });
    expect(bus.clock.pending).toBe(0);
  });

  test('that holds after a restart, also of what nothing told of', async () => {
    const { register, bus, ask } = await beginLate();
    register.fates = ['late'];
    await ask({ id: 'a' });
    await bus.restart();
    expect(await ask({ id: 'a', timeoutMs: 1000 })).toEqual(UNKNOWN);
    register.isSilent = true;
    const { settlings } = register;
    bus.clock.advance(4000);
    await until(() => register.settlings > settlings);
    await rest();
    register.isSilent = false;
    expect(await ask({ id: 'a' })).toEqual(UNKNOWN);
    register.land();
    expect(await ask({ id: 'a' })).toEqual(DONE);
    expect(register.done).toEqual(['a']);
  });

  test.each([
    [500, 'VENDOR_UNAVAILABLE'],
    [200, 'VENDOR_UNAVAILABLE'],
    [502, 'VENDOR_OUTCOME_UNKNOWN'],
    [504, 'VENDOR_OUTCOME_UNKNOWN'],
    [408, 'VENDOR_OUTCOME_UNKNOWN'],
    [524, 'VENDOR_OUTCOME_UNKNOWN'],
    [null, 'VENDOR_OUTCOME_UNKNOWN'],
  ])('an answer with status %s that says nothing leaves %s', async (status, failure) => {
    const details = { vendor: 'kassa24', account: 'almaty', status, code: 'html', message: '' };
    const { ask } = await begin({
      settleAfterMs: () => LATE_MS,
      change: {
        prepare: async () => ({ evidence: 1 }),
        send: () => Promise.reject(new Failure('VENDOR_OUTCOME_UNKNOWN', { details })),
        settle: async () => 'not_done',
      },
    });
    expect(await ask({ id: 'a' })).toEqual({ failure });
  });
});

test('one client’s change of a register passes the many of another at its next turn', async () => {
  const sent: unknown[] = [];
  const { ask } = await begin({
    change: {
      prepare: async () => ({ evidence: 1 }),
      async send(data) {
        sent.push(isJsonObject(data) && data.tag);
      },
    },
  });
  const flood = Array.from({ length: 20 }, (_, request) =>
    ask({ id: `a${request}`, client: 'a', flow: { requester: 'a', request } }),
  );
  const single = ask({ id: 'b', client: 'b', flow: { requester: 'b', request: 0 } });
  await Promise.all([...flood, single]);
  expect(sent).toHaveLength(21);
  expect(sent.indexOf('b')).toBeLessThanOrEqual(2);
});

test('a clock that was set back before a restart makes no change wait longer than the vendor may be at it', async () => {
  const states: Settlement<unknown>[] = ['undecidable'];
  let sent = 0;
  const { bus, ask } = await begin({
    settleAfterMs: () => 10_000,
    change: {
      prepare: async () => ({ evidence: 1 }),
      async send() {
        sent += 1;
        if (sent === 1) throw new Failure('VENDOR_TIMEOUT');
        return 'done';
      },
      settle: async () => states.shift() ?? 'not_done',
    },
  });
  const UNKNOWN = { failure: 'VENDOR_OUTCOME_UNKNOWN' };
  expect(await ask({ id: 'a' })).toEqual(UNKNOWN);
  await bus.kill();
  const realNow = bus.clock.now;
  bus.clock.now = () => realNow() - 3_600_000;
  await bus.start();
  expect(await ask({ id: 'a' })).toEqual(UNKNOWN);
  bus.clock.advance(9000);
  expect(await ask({ id: 'a' })).toEqual(UNKNOWN);
  bus.clock.now = () => realNow() - 7_200_000;
  expect(await ask({ id: 'a' })).toEqual(UNKNOWN);
  bus.clock.advance(10_000);
  expect(await ask({ id: 'a' })).toEqual({ data: 'done' });
});

test('evidence that lasts is asked although another change came after', async () => {
  const states: Settlement<unknown>[] = ['undecidable', { answer: 'done' }];
  const { ask } = await begin({
    change: {
      prepare: async () => ({ evidence: 1 }),
      async send(data) {
        if (isJsonObject(data) && data.tag === 'a') throw new Failure('VENDOR_TIMEOUT');
        return 'later';
      },
      settle: async () => states.shift() ?? 'undecidable',
      evidenceLasts: true,
    },
  });
  expect(await ask({ id: 'a' })).toEqual({ failure: 'VENDOR_OUTCOME_UNKNOWN' });
  expect(await ask({ id: 'b' })).toEqual({ data: 'later' });
  expect(await ask({ id: 'a' })).toEqual({ data: 'done' });
});

test('a change that is not remembered is carried out for every message', async () => {
  let sent = 0;
  const { ask, bus } = await begin({
    change: {
      prepare: async () => ({ evidence: null }),
      async send() {
        sent += 1;
        return sent;
      },
      isForgotten: true,
    },
  });
  expect(await ask({ id: 'a', data: { pin: '1' } })).toEqual({ data: 1 });
  expect(await ask({ id: 'a', data: { pin: '2' } })).toEqual({ data: 2 });
  await bus.restart();
  expect(await ask({ id: 'a', data: { pin: '2' } })).toEqual({ data: 3 });
});

describe('the echo of an attempt that came late', () => {
  test('is not taken for a refusal of the repeat', async () => {
    const { register, ask } = await begin();
    register.fates = ['late'];
    expect(await ask({ id: 'a' })).toEqual({ failure: 'VENDOR_UNAVAILABLE' });
    const { send } = register;
    register.send = (kind, tag) => {
      register.land();
      return send.call(register, kind, tag);
    };
    expect(await ask({ id: 'a' })).toEqual(DONE);
    expect(register.done).toEqual(['a']);
  });

  test('is found before the repeat is sent', async () => {
    const { register, bus, ask } = await begin();
    register.fates = ['late'];
    expect(await ask({ id: 'a' })).toEqual({ failure: 'VENDOR_UNAVAILABLE' });
    register.land();
    await bus.restart();
    expect(await ask({ id: 'a' })).toEqual(DONE);
    expect(register.seen).toEqual(['a']);
  });

  test('is not taken for a refusal by what is read beforehand', async () => {
    const { register, ask } = await begin({
      changeOf: () => ({
        async prepare() {
          const evidence = register.read();
          if (evidence.isOpen) throw new Failure('AVQFR_SHIFT_IS_OPENED');
          return { evidence };
        },
        send: (_data, _evidence) => register.send('open', 'a'),
        settle: async (...given) => {
          const settled = await shiftChange(register, 'open').settle?.(given[0] as never, given[1]);
          if (register.settlings === 2) register.land();
          return settled ?? 'undecidable';
        },
      }),
    });
    register.fates = ['late'];
    expect(await ask({ id: 'a' })).toEqual({ failure: 'VENDOR_UNAVAILABLE' });
    expect(await ask({ id: 'a' })).toEqual(DONE);
    expect(register.done).toEqual(['a']);
  });

  test('that is none is the refusal', async () => {
    const { register, bus, ask } = await begin();
    register.fates = ['vanished'];
    expect(await ask({ id: 'a' })).toEqual({ failure: 'VENDOR_UNAVAILABLE' });
    register.isOpen = true;
    expect(await ask({ id: 'a' })).toEqual({ failure: 'AVQFR_SHIFT_IS_OPENED' });
    register.isOpen = false;
    await bus.restart();
    expect(await ask({ id: 'a' })).toEqual({ failure: 'AVQFR_SHIFT_IS_OPENED' });
    expect(register.done).toEqual([]);
  });
});

describe('a requester whose time is over', () => {
  function timed(bus: Restartable, asked: Asked & { readonly timeoutMs: number }) {
    const { signal } = new AbortController();
    const { clock } = bus;
    const { timeoutMs } = asked;
    const options = {
      clock,
      effect: 'change' as const,
      timeoutMs,
      signals: [signal],
      exchanges: [],
      traceparent: undefined,
    };
    return timedCall(options, (call) => bus.ask({ ...asked, signal: call.signal })).then(
      (told) => told,
      (caught: unknown) => ({ failure: Failure.from(caught).name }),
    );
  }

  test('while it waits for its turn is told so, and nothing of it is ever sent', async () => {
    const { register, bus, ask } = await begin();
    const { promise, release } = held();
    register.pause = promise;
    const first = ask({ id: 'a' });
    await rest();
    const second = timed(bus, { id: 'b', action: 'close', timeoutMs: 500 });
    await rest();
    bus.clock.advance(500);
    expect(await second).toEqual({ failure: 'BUS_TIMEOUT' });
    release();
    expect(await first).toEqual(DONE);
    await rest();
    expect(register.seen).toEqual(['a']);
    expect(await ask({ id: 'b', action: 'close' })).toEqual(DONE);
  });

  test('while what was sent before is being settled is told the same', async () => {
    const { promise, release } = held();
    let sent = 0;
    const { bus, ask } = await begin({
      change: {
        prepare: async () => ({ evidence: 1 }),
        async send() {
          sent += 1;
          if (sent === 1) throw new Failure('VENDOR_TIMEOUT');
        },
        settle: () => promise.then(() => 'not_done' as const),
      },
    });
    const first = ask({ id: 'a' });
    await rest();
    const second = timed(bus, { id: 'b', timeoutMs: 500 });
    await rest();
    bus.clock.advance(500);
    expect(await second).toEqual({ failure: 'BUS_TIMEOUT' });
    release();
    expect(await first).toEqual({ failure: 'VENDOR_UNAVAILABLE' });
    await rest();
    expect(sent).toBe(1);
  });

  test('after it was sent does not know, and the repeat does', async () => {
    const { register, bus, ask } = await begin();
    const { promise, release } = held();
    register.pause = promise;
    const first = timed(bus, { id: 'a', timeoutMs: 500 });
    await until(() => bus.clock.pending === 2);
    await rest();
    bus.clock.advance(600);
    expect(await first).toEqual({ failure: 'VENDOR_OUTCOME_UNKNOWN' });
    const repeat = ask({ id: 'a' });
    release();
    expect(await repeat).toEqual(DONE);
    expect(register.done).toEqual(['a']);
  });

  test('leaves the operation to one who has joined it', async () => {
    const { register, bus, ask } = await begin();
    const { promise, release } = held();
    register.pause = promise;
    const other = ask({ id: 'x' });
    await rest();
    const first = timed(bus, { id: 'a', action: 'close', timeoutMs: 500 });
    const joined = timed(bus, { id: 'a', action: 'close', timeoutMs: 5000 });
    await rest();
    bus.clock.advance(500);
    expect(await first).toEqual({ failure: 'BUS_TIMEOUT' });
    release();
    expect(await other).toEqual(DONE);
    expect(await joined).toEqual(DONE);
    expect(register.done).toEqual(['x', 'a']);
  });

  test('when it comes too late is not served at all', async () => {
    const { register, ask } = await begin();
    expect(await ask({ id: 'a', signal: AbortSignal.abort() })).toEqual({ failure: 'BUS_TIMEOUT' });
    expect(await ask({ id: 'a', timeoutMs: 0 })).toEqual({ failure: 'BUS_TIMEOUT' });
    expect(register.seen).toEqual([]);
  });
});

describe('a store that fails', () => {
  /** Fails the writes of that status, while there are any left to fail. */
  function failing(status: string, times = 1) {
    const left = { times };
    const wrap = (table: OperationTable): OperationTable => ({
      ...table,
      write(record, expected) {
        if (record.status !== status || left.times === 0) return table.write(record, expected);
        left.times -= 1;
        return Promise.reject(new Error('no room'));
      },
    });
    return { wrap, left };
  }

  test.each(['written', 'sent'])('before anything was sent (%s) keeps it from being sent', async (status) => {
    const { wrap } = failing(status);
    const { register, ask } = await begin({ wrap });
    expect(await ask({ id: 'a' })).toEqual({ failure: 'BUS_INTERNAL_ERROR' });
    expect(register.seen).toEqual([]);
    expect(await ask({ id: 'a' })).toEqual(DONE);
    expect(register.seen).toEqual(['a']);
  });

  test('after it was done acknowledges nothing until the outcome is written', async () => {
    const { wrap, left } = failing('answered', 3);
    const { register, bus, ask } = await begin({ wrap });
    expect(await ask({ id: 'a' })).toEqual({ failure: 'VENDOR_OUTCOME_UNKNOWN' });
    bus.clock.advance(2000);
    await until(() => left.times === 0);
    await rest();
    expect(await ask({ id: 'a' })).toEqual(DONE);
    expect(register.done).toEqual(['a']);
    expect(register.settlings).toBe(0);
  });

  test('after it was done and was killed settles it after the restart', async () => {
    const { wrap, left } = failing('answered', 100);
    const { register, bus, ask } = await begin({ wrap });
    expect(await ask({ id: 'a' })).toEqual({ failure: 'VENDOR_OUTCOME_UNKNOWN' });
    left.times = 0;
    await bus.restart();
    expect(await ask({ id: 'a' })).toEqual(DONE);
    expect(register.done).toEqual(['a']);
  });

  test('while an answer is lost loses nothing', async () => {
    const { wrap, left } = failing('unknown');
    const { register, ask } = await begin({ wrap });
    register.fates = ['lost'];
    expect(await ask({ id: 'a' })).toEqual(DONE);
    expect(left.times).toBe(0);
  });

  test('while a refusal is written says only what is sure', async () => {
    const { wrap } = failing('undone');
    const { register, ask } = await begin({ wrap });
    register.fates = ['unavailable'];
    expect(await ask({ id: 'a' })).toEqual({ failure: 'VENDOR_UNAVAILABLE' });
    expect(await ask({ id: 'a' })).toEqual(DONE);
    expect(register.done).toEqual(['a']);
  });

  test('with a write that was done although it failed finds that out', async () => {
    let hasFailed = false;
    const { register, ask } = await begin({
      wrap: (table) => ({
        ...table,
        async write(record, expected) {
          const revision = await table.write(record, expected);
          if (record.status !== 'answered' || hasFailed) return revision;
          hasFailed = true;
          throw new Error('told too late');
        },
      }),
    });
    expect(await ask({ id: 'a' })).toEqual(DONE);
    expect(register.settlings).toBe(0);
  });

  test('to another node is not sent by this one', async () => {
    const { register, ask } = await begin({
      wrap: (table) => ({
        ...table,
        write: (record, expected) =>
          record.status === 'sent' ? Promise.resolve(undefined) : table.write(record, expected),
      }),
    });
    expect(await ask({ id: 'a' })).toEqual({ failure: 'BUS_INTERNAL_ERROR' });
    expect(register.seen).toEqual([]);
  });
});

describe('closing', () => {
  test('waits for what was sent, and sends nothing more', async () => {
    const { register, bus, ask } = await begin();
    const { promise, release } = held();
    register.pause = promise;
    const first = ask({ id: 'a' });
    const second = ask({ id: 'b', action: 'close' });
    await rest();
    const closing = bus.operations?.close();
    release();
    await closing;
    expect(await first).toEqual(DONE);
    expect(await second).toEqual({ failure: 'BUS_OVERLOADED' });
    expect(await ask({ id: 'c' })).toEqual({ failure: 'BUS_OVERLOADED' });
    expect(register.seen).toEqual(['a']);
    expect(bus.clock.pending).toBe(0);
  });
});

test('tells of every moment at which the state of a register may have changed', async () => {
  const changed: string[] = [];
  const { register, ask } = await begin({ onChange: (scope) => changed.push(scope) });
  register.fates = ['answered', 'lost'];
  await ask({ id: 'a' });
  expect(changed).toEqual(['KZ1', 'KZ1']);
  await ask({ id: 'b', action: 'close', token: null });
  expect(changed).toEqual(['KZ1', 'KZ1', 'almaty', 'almaty']);
  await ask({ id: 'b', action: 'close', token: null });
  expect(changed).toHaveLength(4);
});
