import { describe, expect, test } from 'vitest';
import { type Breaker, type CallEnd, createBreaker } from '#outbound/breaker.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { CLOSED_PORT, createCall, createClient, listenHttp, requestOf, until } from './loopback.ts';

const START = Date.parse('2026-03-01T00:00:00Z');

function callThrough(breaker: Breaker, end: CallEnd): boolean {
  const tell = breaker.admit(false);
  tell?.(end);
  return tell !== undefined;
}

function openedBreaker() {
  const clock = createFakeClock(START);
  const breaker = createBreaker(clock);
  for (let index = 0; index < 5; index += 1) callThrough(breaker, 'failed');
  return { clock, breaker };
}

describe('a breaker', () => {
  test('opens after five failures in a row', () => {
    const breaker = createBreaker(createFakeClock(START));
    for (let index = 0; index < 4; index += 1) callThrough(breaker, 'failed');
    expect(breaker.state).toBe('closed');
    callThrough(breaker, 'failed');
    expect(breaker.state).toBe('open');
    expect(breaker.admit(false)).toBeUndefined();
  });

  test('forgets failures at any answer, but not when a requester leaves', () => {
    const breaker = createBreaker(createFakeClock(START));
    for (let index = 0; index < 4; index += 1) callThrough(breaker, 'failed');
    callThrough(breaker, 'answered');
    for (let index = 0; index < 4; index += 1) callThrough(breaker, 'failed');
    callThrough(breaker, 'abandoned');
    expect(breaker.state).toBe('closed');
    callThrough(breaker, 'failed');
    expect(breaker.state).toBe('open');
  });

  test('lets one call through after ten seconds', () => {
    const { clock, breaker } = openedBreaker();
    clock.advance(9999);
    expect(breaker.admit(false)).toBeUndefined();
    clock.advance(1);
    expect(breaker.state).toBe('half-open');
    expect(breaker.admit(false)).toBeDefined();
    expect(breaker.admit(false)).toBeUndefined();
  });

  test('is not open for hours when the clock is set back by them', () => {
    const { clock, breaker } = openedBreaker();
    clock.advance(-5 * 3_600_000);
    expect(breaker.state).toBe('half-open');
    callThrough(breaker, 'failed');
    expect(breaker.state).toBe('open');
    clock.advance(10_000);
    expect(callThrough(breaker, 'answered')).toBe(true);
    expect(breaker.state).toBe('closed');
  });

  test('closes when that call is answered', () => {
    const { clock, breaker } = openedBreaker();
    clock.advance(10_000);
    callThrough(breaker, 'answered');
    expect(breaker.state).toBe('closed');
    callThrough(breaker, 'failed');
    expect(breaker.state).toBe('closed');
  });

  test('stays closed when the call that found the vendor well fails afterwards', () => {
    const { clock, breaker } = openedBreaker();
    clock.advance(10_000);
    const tell = breaker.admit(false);
    tell?.('answered');
    tell?.('failed');
    expect(breaker.state).toBe('closed');
  });

  test('opens for ten seconds more when that call fails', () => {
    const { clock, breaker } = openedBreaker();
    clock.advance(10_000);
    callThrough(breaker, 'failed');
    clock.advance(9999);
    expect(breaker.state).toBe('open');
    clock.advance(1);
    expect(callThrough(breaker, 'answered')).toBe(true);
  });

  test('lets another through when the requester of that call leaves', () => {
    const { clock, breaker } = openedBreaker();
    clock.advance(10_000);
    callThrough(breaker, 'abandoned');
    expect(breaker.state).toBe('half-open');
    expect(breaker.admit(false)).toBeDefined();
  });

  test('is not held open by calls that began before it opened', () => {
    const clock = createFakeClock(START);
    const breaker = createBreaker(clock);
    const late = breaker.admit(false);
    for (let index = 0; index < 5; index += 1) callThrough(breaker, 'failed');
    clock.advance(9000);
    late?.('failed');
    clock.advance(1000);
    expect(breaker.state).toBe('half-open');
  });

  test('lets settling reads pass while open, and closes if one is answered', () => {
    const { breaker } = openedBreaker();
    breaker.admit(true)?.('failed');
    expect(breaker.state).toBe('open');
    breaker.admit(true)?.('answered');
    expect(breaker.state).toBe('closed');
  });
});

describe("an account's breaker", () => {
  test('opens after five refused calls and then fails without an attempt', async () => {
    const clock = createFakeClock(START);
    const client = createClient(CLOSED_PORT, { clock });
    for (let index = 0; index < 5; index += 1) {
      await expect(client.send(requestOf('change'), createCall(START + 1000))).rejects.toThrow();
    }
    expect(client.health()).toEqual({ breaker: 'open', lastSuccess: null, lastFailure: START });

    const call = createCall(START + 1000);
    await expect(client.send(requestOf('read'), call)).rejects.toMatchObject({
      name: 'VENDOR_UNAVAILABLE',
      details: { vendor: 'kassa24', account: 'almaty', status: null, code: 'breaker_open' },
    });
    expect(call.exchanges).toEqual([]);
    const settling = client.send(requestOf('read', { settling: true }), call);
    await expect(settling).rejects.toMatchObject({ details: { code: 'refused' } });
  });

  test('tells of no success where a page came instead of JSON', async () => {
    const clock = createFakeClock(START);
    let text = '{}';
    const client = createClient(await listenHttp((_request, response) => response.end(text)), { clock });
    const ask = () => client.send(requestOf('read'), createCall(START + 60_000));
    await ask();
    clock.advance(1000);
    text = ' <html>Welcome to our network</html>';
    await Promise.all([ask(), ask()]);
    expect(client.health()).toEqual({ breaker: 'closed', lastSuccess: START, lastFailure: START + 1000 });
  });

  test('is not passed by repeats that wait for their turn', async () => {
    const clock = createFakeClock(START);
    const seen: string[] = [];
    const baseUrl = await listenHttp((_request, response) => {
      seen.push(client.health().breaker);
      response.writeHead(503).end();
    });
    const client = createClient(baseUrl, { clock, concurrency: 1 });
    let left = 40;
    const reads = Array.from({ length: left }, async () => {
      await client.send(requestOf('read'), createCall(START + 60_000)).catch(() => undefined);
      left -= 1;
    });
    await until(() => {
      clock.advance(10);
      return left === 0;
    });
    await Promise.all(reads);
    expect(seen.length).toBeGreaterThan(40);
    // The one that is let in just as the last of the five ends.
    expect(seen.filter((state) => state === 'open').length).toBeLessThan(2);
  });

  test('counts a call once, however often it was repeated, and a 4xx as health', async () => {
    const clock = createFakeClock(START);
    let status = 500;
    const baseUrl = await listenHttp((_request, response) => {
      response.statusCode = status;
      response.end();
    });
    const client = createClient(baseUrl, { clock });
    for (let index = 0; index < 4; index += 1) {
      const call = createCall(START + 60_000);
      const sending = client.send(requestOf('read'), call);
      await until(() => call.exchanges.length === 1 && clock.pending === 1);
      clock.advance(300);
      await sending;
    }
    expect(client.health().breaker).toBe('closed');
    status = 404;
    await client.send(requestOf('read'), createCall(START + 60_000));
    status = 500;
    await client.send(requestOf('change'), createCall(START + 60_000));
    expect(client.health()).toEqual({
      breaker: 'closed',
      lastSuccess: START + 1200,
      lastFailure: START + 1200,
    });
  });

  test('fails the calls that wait for their turn when it opens', async () => {
    const clock = createFakeClock(START);
    const client = createClient(CLOSED_PORT, { clock, concurrency: 1 });
    const calls = Array.from({ length: 12 }, () =>
      client.send(requestOf('change'), createCall(START + 1000)),
    );
    const ends = await Promise.all(calls.map((sending) => sending.catch(({ details }) => details.code)));
    expect(ends.slice(0, 5)).toEqual(Array(5).fill('refused'));
    // One may have been let in while the fifth was still on its way out.
    expect(ends.slice(6)).toEqual(Array(6).fill('breaker_open'));
  });

  test('lets those in who waited for the call that found the vendor well', async () => {
    const clock = createFakeClock(START);
    let status = 500;
    const baseUrl = await listenHttp((_request, response) => {
      response.statusCode = status;
      response.end();
    });
    const client = createClient(baseUrl, { clock, concurrency: 1 });
    for (let index = 0; index < 5; index += 1) {
      await client.send(requestOf('change'), createCall(START + 60_000));
    }
    expect(client.health().breaker).toBe('open');
    clock.advance(10_000);
    status = 200;
    const calls = Array.from({ length: 4 }, () =>
      client.send(requestOf('change'), createCall(START + 60_000)),
    );
    for (const response of await Promise.all(calls)) expect(response.status).toBe(200);
    expect(client.health().breaker).toBe('closed');
  });
});
