import { describe, expect, test } from 'vitest';
import type { HttpRequest } from '#core/http.ts';
import { createFakeClock, type FakeClock } from '../support/fake-clock.ts';
import { createCall, createClient, listenHttp, requestOf, until } from './loopback.ts';

const START = Date.parse('2026-03-01T00:00:00Z');

type Answer = number | 'reset' | { status: number; retryAfter: string; vendorIsAheadMs?: number };
type Attempt = { at: number };
type Effect = HttpRequest['effect'];
type Asked = Pick<HttpRequest, 'effect' | 'takesSlot'>;

/** Lets just so much time pass that the only timer fires. */
function passTimer(clock: FakeClock): void {
  while (clock.pending === 1) clock.advance(1);
}

/** Sends to a server that gives these answers in order, the last one for ever. */
async function sendThrough(asked: Effect | Asked, answers: Answer[], deadlineMs = 60_000) {
  const clock = createFakeClock(START);
  const attempts: Attempt[] = [];
  const baseUrl = await listenHttp((request, response) => {
    const answer = answers[Math.min(attempts.length, answers.length - 1)] ?? 200;
    attempts.push({ at: clock.now() - START });
    if (answer === 'reset') {
      request.socket.resetAndDestroy();
      return;
    }
    if (typeof answer === 'object') {
      const { retryAfter, vendorIsAheadMs = 0 } = answer;
      response.setHeader('retry-after', retryAfter);
      response.setHeader('date', new Date(clock.now() + vendorIsAheadMs).toUTCString());
    }
    response.statusCode = typeof answer === 'object' ? answer.status : answer;
    response.end();
  });
  const client = createClient(baseUrl, { clock });
  const call = createCall(START + deadlineMs);
  const { effect, ...more } = typeof asked === 'string' ? { effect: asked } : asked;
  let isOver = false;
  const sending = client
    .send(requestOf(effect, more), call)
    .then(
      ({ status }) => status,
      ({ name }: Error) => name,
    )
    .finally(() => {
      isOver = true;
    });
  let ended = 0;
  await until(() => {
    // Between attempts the only timer is the pause.
    if (call.exchanges.length > ended && clock.pending === 1) {
      ended = call.exchanges.length;
      passTimer(clock);
    }
    return isOver;
  });
  await client.close();
  return {
    result: await sending,
    attempts: attempts.length,
    times: attempts.map(({ at }) => at),
    call,
    clock,
  };
}

describe('a read', () => {
  test.each(['reset', 502, 503, 504] as const)(
    'is repeated twice after %s, with growing pauses',
    async (answer) => {
      const { result, times, call } = await sendThrough('read', [answer]);
      expect(times).toHaveLength(3);
      const [first = 0, second = 0, third = 0] = times;
      expect(first).toBe(0);
      expect(second).toBeGreaterThanOrEqual(100);
      expect(second).toBeLessThanOrEqual(301);
      expect(third - second).toBeGreaterThanOrEqual(300);
      expect(third - second).toBeLessThanOrEqual(901);
      expect(result).toBe(answer === 'reset' ? 'VENDOR_UNAVAILABLE' : answer);
      expect(call.exchanges).toHaveLength(3);
    },
  );

  test('is repeated once after 500', async () => {
    expect(await sendThrough('read', [500])).toMatchObject({ result: 500, attempts: 2 });
    expect(await sendThrough('read', [503, 500])).toMatchObject({ result: 500, attempts: 2 });
    expect(await sendThrough('read', [500, 503, 200])).toMatchObject({ result: 200, attempts: 3 });
  });

  test('ends with the first good answer', async () => {
    expect(await sendThrough('read', ['reset', 200])).toMatchObject({ result: 200, attempts: 2 });
  });

  test.each([400, 401, 403, 404, 408, 409, 410, 424, 501, 505])(
    'is not repeated after %d',
    async (status) => {
      expect(await sendThrough('read', [status])).toMatchObject({ result: status, attempts: 1 });
    },
  );

  test('waits as long as 429 asks, in seconds or until a date', async () => {
    const inSeconds = await sendThrough('read', [{ status: 429, retryAfter: '2' }, 200]);
    expect(inSeconds).toMatchObject({ result: 200, times: [0, 2000] });
  });

  test.each([
    ['as it is sent', 'Sun, 01 Mar 2026 00:00:04 GMT', 0],
    ['as RFC 850 has it', 'Sunday, 01-Mar-26 00:00:04 GMT', 0],
    ['as asctime has it', 'Sun Mar  1 00:00:04 2026', 0],
    ['by a clock that is ahead', 'Sun, 01 Mar 2026 01:00:04 GMT', 3_600_000],
    ['by a clock that is behind', 'Sat, 28 Feb 2026 23:00:04 GMT', -3_600_000],
  ])('waits until the date that 429 asks for, %s', async (_how, retryAfter, vendorIsAheadMs) => {
    const asked = await sendThrough('read', [{ status: 429, retryAfter, vendorIsAheadMs }, 200]);
    expect(asked).toMatchObject({ result: 200, times: [0, 4000] });
  });

  test('is not repeated after a 429 that asks nothing, nonsense or more than there is time for', async () => {
    expect(await sendThrough('read', [429])).toMatchObject({ result: 429, attempts: 1 });
    for (const retryAfter of ['soon', '1.5', '-5', '12.5', '2026', 'Sunday']) {
      const nonsense = await sendThrough('read', [{ status: 429, retryAfter }]);
      expect([retryAfter, nonsense]).toMatchObject([retryAfter, { result: 429, attempts: 1 }]);
    }
    const tooLong = await sendThrough('read', [{ status: 429, retryAfter: '3' }], 3000);
    expect(tooLong).toMatchObject({ result: 429, attempts: 1 });
  });

  test('is not repeated when the pause does not fit before the deadline', async () => {
    expect(await sendThrough('read', [503], 100)).toMatchObject({ result: 503, attempts: 1 });
  });

  test('ends with its last outcome when the requester leaves in a pause', async () => {
    const clock = createFakeClock(START);
    const baseUrl = await listenHttp((_request, response) => {
      response.statusCode = 503;
      response.end();
    });
    const call = createCall(START + 60_000);
    const sending = createClient(baseUrl, { clock }).send(requestOf('read'), call);
    await until(() => call.exchanges.length === 1 && clock.pending === 1);
    call.abort();
    expect(await sending).toMatchObject({ status: 503 });
    expect(clock.pending).toBe(0);
  });
});

test('a harmless document is repeated once, after a reset only', async () => {
  expect(await sendThrough('document', ['reset'])).toMatchObject({
    result: 'VENDOR_UNAVAILABLE',
    attempts: 2,
  });
  expect(await sendThrough('document', ['reset', 200])).toMatchObject({ result: 200, attempts: 2 });
  for (const answer of [500, 502, 503, 504, { status: 429, retryAfter: '0' }]) {
    expect(await sendThrough('document', [answer])).toMatchObject({ attempts: 1 });
  }
});

describe('a login', () => {
  test.each(['reset', 502, 503, 504, { status: 429, retryAfter: '0' }] as const)(
    'is repeated like a read after %j',
    async (answer) => {
      expect(await sendThrough('login', [answer, answer, 200])).toMatchObject({ result: 200, attempts: 3 });
      expect(await sendThrough('login', [answer])).toMatchObject({ attempts: 3 });
    },
  );

  test.each([400, 401, 403, 404, 429, 500])(
    'is not repeated after %d, which may be a refusal',
    async (answer) => {
      expect(await sendThrough('login', [answer])).toMatchObject({ result: answer, attempts: 1 });
      expect(await sendThrough('login', [503, answer])).toMatchObject({ result: answer, attempts: 2 });
    },
  );
});

const ONCE: readonly Asked[] = [{ effect: 'change' }, { effect: 'login', takesSlot: true }];

test.each(ONCE)('%j is never repeated', async (asked) => {
  for (const answer of ['reset', 500, 502, 503, 504, { status: 429, retryAfter: '0' }] as const) {
    expect(await sendThrough(asked, [answer])).toMatchObject({ attempts: 1 });
  }
});

test('repeats keep to the rate of the account', async () => {
  const clock = createFakeClock(START);
  const times: number[] = [];
  const baseUrl = await listenHttp((_request, response) => {
    times.push(clock.now() - START);
    response.statusCode = times.length === 1 ? 503 : 200;
    response.end();
  });
  const call = createCall(START + 60_000);
  const sending = createClient(baseUrl, { clock, perSecond: 0.1 }).send(requestOf('read'), call);
  await until(() => call.exchanges.length === 1 && clock.pending === 1);
  passTimer(clock);
  await until(() => clock.pending === 1);
  clock.advance(START + 10_000 - clock.now());
  expect(await sending).toMatchObject({ status: 200 });
  expect(times).toEqual([0, 10_000]);
});
