import { createServer } from 'node:http';
import { expect, test } from 'vitest';
import { Cancellation } from '#core/cancellation.ts';
import { endMuch } from '../support/ending.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import {
  CLOSED_PORT,
  createCall,
  createClient,
  EFFECTS,
  listen,
  listenHttp,
  requestOf,
  until,
} from './loopback.ts';

const START = Date.parse('2026-03-01T00:00:00Z');

const outcomeOf = (sending: Promise<{ status: number }>) =>
  sending.then(
    ({ status }) => status,
    ({ name }: Error) => name,
  );

test('calls that an open breaker refuses take no turns of a rate-limited account', async () => {
  const clock = createFakeClock(START);
  const client = createClient(CLOSED_PORT, { clock, perSecond: 1 });
  let ended = 0;
  const calls = Array.from({ length: 65 }, () => createCall(START + 600_000));
  const outcomes = calls.map(async (call) => {
    const outcome = await outcomeOf(client.send(requestOf('login'), call));
    ended += 1;
    return outcome;
  });
  for (let failures = 1; failures <= 5; failures += 1) {
    await until(() => ended === failures);
    clock.advance(1000);
  }
  await until(() => ended > 5);
  await new Promise((resolve) => setImmediate(resolve));
  expect([ended, clock.pending]).toEqual([65, 0]);
  expect(new Set(await Promise.all(outcomes))).toEqual(new Set(['VENDOR_UNAVAILABLE']));
  expect(calls.filter(({ exchanges }) => exchanges.length > 0)).toHaveLength(5);
});

test('calls whose time is over take no turns of a rate-limited account', async () => {
  const clock = createFakeClock(START);
  const times: number[] = [];
  const baseUrl = await listenHttp((_request, response) => {
    times.push(clock.now() - START);
    response.end();
  });
  const client = createClient(baseUrl, { clock, perSecond: 1 });
  const send = (deadlineMs: number) =>
    outcomeOf(client.send(requestOf('change'), createCall(START + deadlineMs)));
  const first = send(60_000);
  const late = Array.from({ length: 60 }, () => send(500));
  const last = send(60_000);
  expect(await first).toBe(200);
  clock.advance(1000);
  expect(new Set(await Promise.all(late))).toEqual(new Set(['BUS_TIMEOUT']));
  expect(await last).toBe(200);
  expect(times).toEqual([0, 1000]);
});

test.each(EFFECTS)('a %s that is given up while its connection is made never leaves', async (effect) => {
  let requests = 0;
  let connections = 0;
  const server = createServer((_request, response) => {
    requests += 1;
    response.end();
  });
  server.on('connection', () => {
    connections += 1;
  });
  const client = createClient(`http://127.0.0.1:${await listen(server)}`);
  const signal = new Cancellation();
  const call = { ...createCall(), signal };
  const outcome = outcomeOf(client.send(requestOf(effect), call));
  // The request has its turn, and is not told before its connection is there.
  await Promise.resolve();
  let isTold = false;
  signal.addEventListener('abort', () => {
    isTold = true;
  });
  const connected = until(() => connections === 1);
  const putOff = setInterval(() => void endMuch(), 0);
  void endMuch();
  signal.abortInTurn();
  await connected;
  clearInterval(putOff);
  expect(await outcome).toBe('BUS_TIMEOUT');
  await until(() => isTold);
  expect(requests).toBe(0);
});
