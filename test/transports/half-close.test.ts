import { describe, expect, test } from 'vitest';
import type { Respond } from '#bus/delivery.ts';
import type { Services } from '#bus/services.ts';
import type { Signal } from '#core/cancellation.ts';
import { NO_HEADERS } from '#core/message.ts';
import { type BridgeBusOptions, startBridgeBus } from '../bridge/bridge-bus.ts';
import { openTcp } from '../bridge/bridge-clients.ts';
import { createCertificate } from '../outbound/certificate.ts';
import { eventually } from '../support/eventually.ts';
import { createFakeClock } from '../support/fake-clock.ts';

/** A bus that answers when it is told to, over both kinds of TCP. */
async function startSlowBus(options: BridgeBusOptions = {}) {
  const clock = createFakeClock(0);
  const waiting: { respond: Respond; signal: Signal }[] = [];
  const services: Partial<Services> = {
    serves: () => true,
    permits: () => true,
    handle({ admit, signal }, respond) {
      admit();
      waiting.push({ respond, signal });
    },
  };
  return { ...(await startBridgeBus({ services, clock, ...options })), clock, waiting };
}

type SlowBus = Awaited<ReturnType<typeof startSlowBus>>;

const WAYS = { 'AVQ over TCP': 'avqPort', 'the TCP bridge': 'tcpPort' } as const;

describe.each(Object.entries(WAYS))('a client that has closed its half: %s', (_way, port) => {
  async function askAndEnd(bus: SlowBus, requests: number) {
    const client = await openTcp(bus[port]);
    const quiet = bus.clock.pending;
    for (let index = 0; index < requests; index += 1)
      client.send({ type: 'send', address: 'slow', reply_address: 'r', replyAddress: 'r' });
    client.socket.end();
    await eventually(() => bus.waiting.length === requests && bus.clock.pending > quiet);
    return client;
  }

  test('is waited for while it may read', async () => {
    const bus = await startSlowBus();
    const client = await askAndEnd(bus, 1);
    bus.clock.advance(5_000);
    bus.waiting[0]?.respond({ body: 'at last', headers: NO_HEADERS });
    expect(await client.next()).toMatchObject({ type: expect.any(String) });
    await client.closed;
    await eventually(() => bus.clock.pending === 0);
  });

  test('and then resets it leaves nothing waiting', async () => {
    const bus = await startSlowBus();
    const client = await askAndEnd(bus, 3);
    client.socket.resetAndDestroy();
    await client.closed;
    bus.clock.advance(1_000);
    await eventually(() => bus.waiting.every(({ signal }) => signal.aborted));
    expect([bus.bus.connections, bus.clock.pending]).toEqual([0, 0]);
  });

  test('leaves nothing waiting once an answer cannot be written', async () => {
    const bus = await startSlowBus();
    const client = await askAndEnd(bus, 3);
    client.socket.resetAndDestroy();
    await client.closed;
    bus.waiting[0]?.respond({ body: 'to nobody', headers: NO_HEADERS });
    await eventually(() => bus.waiting.slice(1).every(({ signal }) => signal.aborted));
    expect([bus.bus.connections, bus.clock.pending]).toEqual([0, 0]);
  });

  test('is closed at once when nothing is under way', async () => {
    const bus = await startSlowBus();
    const client = await openTcp(bus[port]);
    client.send({ type: 'ping' });
    await client.next();
    client.socket.end();
    await client.closed;
    await eventually(() => bus.bus.connections === 0);
    expect(bus.clock.pending).toBe(0);
  });
});

test('a client of the older spelling that has closed its half is asked for no sign of life', async () => {
  const bus = await startSlowBus({ legacyPing: true });
  const client = await openTcp(bus.avqPort);
  client.send({ address: 'slow', replyAddress: 'r' });
  client.socket.end();
  await eventually(() => bus.waiting.length === 1);
  // What another connection sends later is read later.
  const other = await openTcp(bus.avqPort);
  other.send({ type: 'ping' });
  await other.next();
  bus.clock.advance(20_000);
  bus.waiting[0]?.respond({ body: 'at last', headers: NO_HEADERS });
  expect(await client.next()).toMatchObject({ data: 'at last' });
});

test('a client that has closed its half of TLS is waited for, too', async () => {
  const { key, cert } = createCertificate();
  const bus = await startSlowBus({ tls: { key, cert, clientAuth: false } });
  const client = await openTcp(bus.avqPort, { rejectUnauthorized: false });
  client.send({ address: 'slow', reply_address: 'r' });
  client.socket.end();
  await eventually(() => bus.waiting.length === 1 && bus.clock.pending > 0);
  bus.clock.advance(5_000);
  bus.waiting[0]?.respond({ body: 'at last', headers: NO_HEADERS });
  expect(await client.next()).toMatchObject({ data: 'at last' });
  await client.closed;
});
