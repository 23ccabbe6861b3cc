import { describe, expect, it } from 'vitest';
import type { BridgeEvent, BridgeEventType } from '#bus/hooks.ts';
import { NO_HEADERS } from '#core/message.ts';
import { ALL_ACCESS, consume, createInbox, startBridgeBus } from './bridge-bus.ts';
import { expectSilence } from './bridge-clients.ts';
import { TRANSPORTS } from './sockjs-transports.ts';

type Raw = NonNullable<BridgeEvent['rawMessage']>;

describe.each(TRANSPORTS)('EventbusBridgeTest, hooks, over a %s', (_name, open) => {
  /** A bus whose hook is asked about one type of event only, and a client. */
  async function start(
    type: BridgeEventType,
    answer: (raw: Raw, event: BridgeEvent) => boolean = () => true,
  ) {
    const events = createInbox<BridgeEvent>();
    const bus = await startBridgeBus({
      ...ALL_ACCESS,
      hook(event) {
        if (event.type !== type) return true;
        const seen = event.rawMessage && structuredClone(event.rawMessage);
        events.put({ ...event, rawMessage: seen });
        return answer(event.rawMessage ?? {}, event);
      },
    });
    return { bus, events, client: await open(bus) };
  }

  it('testHookCreateSocket', async () => {
    const { events } = await start('SOCKET_CREATED');
    expect(await events.next()).toMatchObject({ type: 'SOCKET_CREATED', rawMessage: null });
  });

  it('testHookCreateSocketRejected', async () => {
    const { client } = await start('SOCKET_CREATED', () => false);
    expect(await client.closed).toMatch(/^(1001 Going away|c\[3000,"Go away!"\])$/);
  });

  it('testHookSocketClosed', async () => {
    const { client, events } = await start('SOCKET_CLOSED');
    client.close();
    expect(await events.next()).toMatchObject({ type: 'SOCKET_CLOSED', rawMessage: null });
  });

  it('testHookSocketClosedAbruptly', async () => {
    const { client, events } = await start('SOCKET_CLOSED');
    client.cut();
    expect(await events.next()).toMatchObject({ type: 'SOCKET_CLOSED', rawMessage: null });
  });

  it('testHookSend', async () => {
    const { bus, client, events } = await start('SEND');
    const consumer = consume(bus, 'addr');
    client.send({ type: 'send', address: 'addr', body: 'foobar' });
    expect(await consumer.next()).toMatchObject({ body: 'foobar' });
    expect((await events.next()).rawMessage).toEqual({ type: 'send', address: 'addr', body: 'foobar' });
  });

  it('testHookSendHeaders', async () => {
    const { bus, client } = await start('SEND', (raw) => {
      raw.headers = { hdr1: 'val1', hdr2: 'val2' };
      return true;
    });
    const consumer = consume(bus, 'addr');
    client.send({ type: 'send', address: 'addr', body: 'foobar' });
    expect(await consumer.next()).toMatchObject({ body: 'foobar', headers: { hdr1: 'val1', hdr2: 'val2' } });
  });

  it('testHookSendRejected', async () => {
    const { bus, client } = await start('SEND', () => false);
    const consumer = consume(bus, 'addr');
    client.send({ type: 'send', address: 'addr', body: 'foobar' });
    expect(await client.next()).toEqual({ type: 'err', body: 'rejected' });
    expect(consumer.waiting()).toBe(0);
  });

  it('testHookSendMissingAddress', async () => {
    const { client } = await start('SEND', (raw) => delete raw.address);
    client.send({ type: 'send', address: 'addr', body: 'foobar' });
    expect(await client.next()).toEqual({ type: 'err', body: 'missing_address' });
  });

  it('testHookPublish', async () => {
    const { bus, client, events } = await start('PUBLISH');
    const consumer = consume(bus, 'addr');
    client.send({ type: 'publish', address: 'addr', body: 'foobar' });
    expect(await consumer.next()).toMatchObject({ kind: 'publish', body: 'foobar' });
    expect((await events.next()).rawMessage).toEqual({ type: 'publish', address: 'addr', body: 'foobar' });
  });

  it('testHookPublishHeaders', async () => {
    const { bus, client } = await start('PUBLISH', (raw) => {
      raw.headers = { hdr1: 'val1', hdr2: 'val2' };
      return true;
    });
    const consumer = consume(bus, 'addr');
    client.send({ type: 'publish', address: 'addr', body: 'foobar' });
    expect(await consumer.next()).toMatchObject({ headers: { hdr1: 'val1', hdr2: 'val2' } });
  });

  it('testHookPubRejected', async () => {
    const { bus, client } = await start('PUBLISH', () => false);
    const consumer = consume(bus, 'addr');
    client.send({ type: 'publish', address: 'addr', body: 'foobar' });
    expect(await client.next()).toEqual({ type: 'err', body: 'rejected' });
    expect(consumer.waiting()).toBe(0);
  });

  it('testHookPublishMissingAddress', async () => {
    const { client } = await start('PUBLISH', (raw) => delete raw.address);
    client.send({ type: 'publish', address: 'addr', body: 'foobar' });
    expect(await client.next()).toEqual({ type: 'err', body: 'missing_address' });
  });

  it('testHookRegister', async () => {
    const { bus, client, events } = await start('REGISTER');
    client.send({ type: 'register', address: 'addr' });
    expect((await events.next()).rawMessage).toEqual({ type: 'register', address: 'addr' });
    bus.engine.publish({ address: 'addr', body: 'foobar', headers: NO_HEADERS });
    expect(await client.next()).toEqual({ type: 'rec', address: 'addr', body: 'foobar' });
  });

  it('testHookRegisterRejected', async () => {
    const { bus, client } = await start('REGISTER', () => false);
    client.send({ type: 'register', address: 'addr' });
    expect(await client.next()).toEqual({ type: 'err', body: 'rejected' });
    expect(bus.engine.has('addr')).toBe(false);
  });

  it('testHookRegisterMissingAddress', async () => {
    const { client } = await start('REGISTER', (raw) => delete raw.address);
    client.send({ type: 'register', address: 'addr' });
    expect(await client.next()).toEqual({ type: 'err', body: 'missing_address' });
  });

  it('testHookRegistered', async () => {
    const { bus, client, events } = await start('REGISTERED', () => {
      bus.engine.send({ address: 'addr', body: 'foobar', headers: NO_HEADERS });
      return true;
    });
    client.send({ type: 'register', address: 'addr' });
    expect(await client.next()).toMatchObject({ address: 'addr', body: 'foobar' });
    expect((await events.next()).rawMessage).toEqual({ type: 'register', address: 'addr' });
  });

  it('testHookReceive', async () => {
    const { bus, client, events } = await start('RECEIVE');
    client.send({ type: 'register', address: 'addr' });
    await expectSilence(client);
    bus.engine.send({ address: 'addr', body: 'foobar', headers: NO_HEADERS });
    expect(await client.next()).toMatchObject({ body: 'foobar' });
    expect((await events.next()).rawMessage).toEqual({ type: 'rec', address: 'addr', body: 'foobar' });
  });

  it('testHookReceiveRejected', async () => {
    const { bus, client, events } = await start('RECEIVE', () => false);
    client.send({ type: 'register', address: 'addr' });
    await expectSilence(client);
    bus.engine.send({ address: 'addr', body: 'foobar', headers: NO_HEADERS });
    await events.next();
    await expectSilence(client);
  });

  it('testHookUnregister', async () => {
    const { bus, client, events } = await start('UNREGISTER');
    client.send({ type: 'register', address: 'addr' });
    client.send({ type: 'unregister', address: 'addr' });
    expect((await events.next()).rawMessage).toEqual({ type: 'unregister', address: 'addr' });
    await expectSilence(client);
    expect(bus.engine.has('addr')).toBe(false);
  });

  it('testHookUnregisterRejected', async () => {
    const { bus, client } = await start('UNREGISTER', () => false);
    client.send({ type: 'register', address: 'addr' });
    client.send({ type: 'unregister', address: 'addr' });
    expect(await client.next()).toEqual({ type: 'err', body: 'rejected' });
    expect(bus.engine.has('addr')).toBe(true);
  });

  it('testHookUnregisterMissingAddress', async () => {
    const { client } = await start('UNREGISTER', (raw) => delete raw.address);
    client.send({ type: 'unregister', address: 'addr' });
    expect(await client.next()).toEqual({ type: 'err', body: 'missing_address' });
  });
});
