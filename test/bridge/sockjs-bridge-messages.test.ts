import { describe, expect, it } from 'vitest';
import { NO_HEADERS } from '#core/message.ts';
import { ALL_ACCESS, consume, startBridgeBus } from './bridge-bus.ts';
import { expectSilence } from './bridge-clients.ts';
import { TRANSPORTS } from './sockjs-transports.ts';

const BODIES: readonly (readonly [string, unknown])[] = [
  ['String', 'foobar'],
  ['JsonObject', { foo: 'bar', blah: 123 }],
  ['JsonArray', ['foo', 1456, { a: null }]],
  ['Number', 13456],
  ['BooleanTrue', true],
  ['BooleanFalse', false],
];

describe.each(TRANSPORTS)('EventbusBridgeTest, messages, over a %s', (_name, open) => {
  const start = async () => {
    const bus = await startBridgeBus(ALL_ACCESS);
    return { bus, client: await open(bus) };
  };

  it.each(BODIES.map(([name, body]) => [`testSend${name}AllAccess`, body] as const))(
    '%s',
    async (_test, body) => {
      const { bus, client } = await start();
      const consumer = consume(bus, 'someaddress');
      client.send({ type: 'send', address: 'someaddress', body });
      expect(await consumer.next()).toMatchObject({ kind: 'send', body });
    },
  );

  it.each(BODIES.map(([name, body]) => [`testPublish${name}AllAccess`, body] as const))(
    '%s',
    async (_test, body) => {
      const { bus, client } = await start();
      const consumers = [consume(bus, 'someaddress'), consume(bus, 'someaddress')];
      client.send({ type: 'publish', address: 'someaddress', body });
      for (const consumer of consumers)
        expect(await consumer.next()).toMatchObject({ kind: 'publish', body });
    },
  );

  it.each(BODIES.map(([name, body]) => [`testReceive${name}AllAccess`, body] as const))(
    '%s',
    async (_test, body) => {
      const { bus, client } = await start();
      client.send({ type: 'register', address: 'someaddress' });
      await expectSilence(client);
      bus.engine.send({ address: 'someaddress', body, headers: NO_HEADERS });
      expect(await client.next()).toEqual({ type: 'rec', address: 'someaddress', body });
    },
  );

  it('testUnregisterAllAccess', async () => {
    const { bus, client } = await start();
    client.send({ type: 'register', address: 'someaddress' });
    await expectSilence(client);
    bus.engine.send({ address: 'someaddress', body: 'one', headers: NO_HEADERS });
    expect(await client.next()).toMatchObject({ body: 'one' });
    client.send({ type: 'unregister', address: 'someaddress' });
    await expectSilence(client);
    bus.engine.send({ address: 'someaddress', body: 'two', headers: NO_HEADERS });
    await expectSilence(client);
  });

  it('testInvalidType', async () => {
    const { client } = await start();
    client.send({ type: 'wibble', address: 'addr' });
    expect(await client.next()).toEqual({ type: 'err', body: 'invalid_type' });
  });

  it.each(['oqiwjdioqwjdoiqjwd', '[]', '"text"', '1', 'null', ''])('testInvalidJson %s', async (text) => {
    const { client } = await start();
    client.sendText(text);
    expect(await client.next()).toEqual({ type: 'err', body: 'invalid_json' });
  });

  it('testMissingType', async () => {
    const { client } = await start();
    client.send({ address: 'someaddress' });
    expect(await client.next()).toEqual({ type: 'err', body: 'missing_type' });
  });

  it('testMissingAddress', async () => {
    const { client } = await start();
    client.send({ type: 'send', body: 'hello world' });
    expect(await client.next()).toEqual({ type: 'err', body: 'missing_address' });
  });

  it('complains about the address before the type, and about neither for a ping', async () => {
    const { client } = await start();
    client.send({ type: 'wibble' });
    expect(await client.next()).toEqual({ type: 'err', body: 'missing_address' });
    client.send({ type: 'ping' });
    await expectSilence(client);
  });

  it('answers headers that are none, and goes on', async () => {
    const { client } = await start();
    for (const headers of ['text', ['list'], { name: null }]) {
      client.send({ type: 'send', address: 'addr', headers, body: 1 });
      expect(await client.next()).toEqual({ type: 'err', body: 'invalid_headers' });
    }
    await expectSilence(client);
  });

  it('makes text of header values, and of an address', async () => {
    const { bus, client } = await start();
    const consumer = consume(bus, '5');
    const headers = {
      text: 'a',
      number: 1,
      yes: true,
      list: [1],
      object: { b: 2 },
      big: 12345678901234567890n,
    };
    const text = JSON.stringify({ type: 'send', address: 5, headers: { ...headers, big: 'BIG' }, body: 1 });
    client.sendText(text.replace('"BIG"', '12345678901234567890'));
    expect((await consumer.next()).headers).toEqual({
      text: 'a',
      number: '1',
      yes: 'true',
      list: '[1]',
      object: '{"b":2}',
      big: '12345678901234567890',
    });
  });

  it('puts null where a body is missing', async () => {
    const { bus, client } = await start();
    const consumer = consume(bus, 'addr');
    client.send({ type: 'send', address: 'addr', headers: null });
    expect(await consumer.next()).toMatchObject({ body: null, headers: {} });
    client.send({ type: 'register', address: 'other' });
    client.send({ type: 'publish', address: 'other' });
    expect(await client.next()).toEqual({ type: 'rec', address: 'other', body: null });
  });
});
