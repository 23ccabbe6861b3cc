import { describe, expect, it } from 'vitest';
import { compileRules, permits } from '#bus/access.ts';
import type { Outcome } from '#bus/delivery.ts';
import { parseConfig } from '#config.ts';
import { NO_HEADERS } from '#core/message.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { ALL_ACCESS, ask, consume, createInbox, echo, startBridgeBus } from './bridge-bus.ts';
import { expectSilence } from './bridge-clients.ts';
import { TRANSPORTS } from './sockjs-transports.ts';

const CLIENTS = {
  clients: [
    { name: 'tim', secret: 'sausages', inbound: [{ address: 'foo' }], outbound: [], personalData: false },
    { name: 'bob', secret: 'onions', inbound: [{ address: 'bar' }], outbound: [], personalData: false },
  ],
};

describe.each(TRANSPORTS)('EventbusBridgeTest, replies and limits, over a %s', (_name, open) => {
  it('testReplyMessagesInbound', async () => {
    const bus = await startBridgeBus({ inbound: [{ address: 'allow1' }] });
    echo(bus, 'allow1');
    const client = await open(bus);
    client.send({ type: 'send', address: 'allow1', replyAddress: 'someaddress', body: 'foobar' });
    expect(await client.next()).toEqual({ type: 'rec', address: 'someaddress', body: 'foobar' });
  });

  it('testReplyMessagesInboundWithHeaders', async () => {
    const bus = await startBridgeBus({ inbound: [{ address: 'allow1' }] });
    bus.engine.register('allow1', ({ respond }) =>
      respond?.({ body: 'barfoo', headers: { one: 'a', several: ['b', 'c'] } }),
    );
    const client = await open(bus);
    client.send({ type: 'send', address: 'allow1', replyAddress: 'someaddress', body: 'foobar' });
    expect(await client.next()).toEqual({
      type: 'rec',
      address: 'someaddress',
      body: 'barfoo',
      headers: { one: 'a', several: ['b', 'c'] },
    });
  });

  it('testReplyMessagesOutbound', async () => {
    const bus = await startBridgeBus({ outbound: [{ address: 'allow1' }] });
    const client = await open(bus);
    client.send({ type: 'register', address: 'allow1' });
    await expectSilence(client);
    const answer = ask(bus, 'allow1', 'foobar');
    const { replyAddress, ...delivery } = await client.next();
    expect(delivery).toEqual({ type: 'rec', address: 'allow1', body: 'foobar' });
    client.send({ type: 'send', address: replyAddress, body: 'barfoo' });
    expect(await answer).toMatchObject({ body: 'barfoo' });
    // The address is good for one answer.
    client.send({ type: 'send', address: replyAddress, body: 'again' });
    expect(await client.next()).toEqual({ type: 'err', body: 'access_denied' });
  });

  it('testReplyToClientTimeout', async () => {
    const clock = createFakeClock(0);
    const bus = await startBridgeBus({ ...ALL_ACCESS, clock, sockJs: { replyTimeoutMs: 200 } });
    const silent = consume(bus, 'someaddress');
    const client = await open(bus);
    client.send({ type: 'send', address: 'someaddress', replyAddress: 'someotheraddress', body: 'foobar' });
    await silent.next();
    clock.advance(200);
    expect(await client.next()).toEqual({
      type: 'err',
      address: 'someotheraddress',
      failureCode: -1,
      failureType: 'TIMEOUT',
      message: expect.stringMatching(
        /^Timed out after waiting 200\(ms\) for a reply\. address: __vertx\.reply\.\d+, repliedAddress: someaddress$/,
      ),
    });
  });

  it('testAwaitingReplyToClientTimeout', async () => {
    const clock = createFakeClock(0);
    const bus = await startBridgeBus({ ...ALL_ACCESS, clock, sockJs: { replyTimeoutMs: 200 } });
    const client = await open(bus);
    const replies = createInbox<Outcome>();
    client.send({ type: 'register', address: 'someaddress' });
    await expectSilence(client);
    // one → two → three, and nobody says four
    bus.engine.request({ address: 'someaddress', body: 'one', headers: NO_HEADERS }, 10_000, replies.put);
    const one = await client.next();
    client.send({ type: 'send', address: one.replyAddress, replyAddress: 'second', body: 'two' });
    const two = await replies.next();
    if (!('respond' in two)) throw new Error('two does not want an answer');
    two.respond?.({ body: 'three', headers: NO_HEADERS, timeoutMs: 200, respond: replies.put });
    expect(await client.next()).toMatchObject({ address: 'second', body: 'three' });
    clock.advance(200);
    expect(await replies.next()).toMatchObject({ name: 'BUS_TIMEOUT', origin: 'timeout' });
  });

  it('testMaxHandlersPerSocket', async () => {
    const bus = await startBridgeBus({ ...ALL_ACCESS, sockJs: { maxHandlersPerSocket: 10 } });
    const client = await open(bus);
    for (let index = 0; index <= 10; index += 1)
      client.send({ type: 'register', address: `someaddress${index}` });
    expect(await client.next()).toEqual({ type: 'err', body: 'max_handlers_reached' });
    for (let index = 0; index < 10; index += 1) {
      bus.engine.publish({ address: `someaddress${index}`, body: index, headers: NO_HEADERS });
      expect(await client.next()).toMatchObject({ body: index });
    }
    client.send({ type: 'send', address: 'someaddress1', replyAddress: 'r', body: 1 });
    expect(await client.next()).toEqual({ type: 'err', body: 'max_handlers_reached' });
  });

  it('testMaxAddressLength', async () => {
    const bus = await startBridgeBus({ ...ALL_ACCESS, sockJs: { maxAddressLength: 10 } });
    const client = await open(bus);
    client.send({ type: 'register', address: 'someaddressthatistoolong' });
    expect(await client.next()).toEqual({ type: 'err', body: 'max_address_length_reached' });
    client.send({ type: 'register', address: 'just right' });
    await expectSilence(client);
  });

  it('testInvalidClientReplyAddress', async () => {
    const bus = await startBridgeBus(ALL_ACCESS);
    echo(bus, 'someaddress');
    const client = await open(bus);
    for (const type of ['send', 'publish']) {
      client.send({ type, address: 'someaddress', replyAddress: 'x'.repeat(37), body: 'foobar' });
      expect(await client.next()).toEqual({ type: 'err', body: 'invalid_reply_address' });
    }
    client.send({ type: 'send', address: 'someaddress', replyAddress: 'x'.repeat(36), body: 'foobar' });
    expect(await client.next()).toMatchObject({ type: 'rec', body: 'foobar' });
  });

  it('testSendRequiresAuthorityNotLoggedIn', async () => {
    const client = await open(await startBridgeBus({ clients: CLIENTS }));
    client.send({ type: 'send', address: 'foo', body: 'foobar' });
    expect(await client.next()).toEqual({ type: 'err', body: 'not_logged_in' });
  });

  it('testSendRequiresAuthorityHasAuthority', async () => {
    const bus = await startBridgeBus({ clients: CLIENTS });
    const consumer = consume(bus, 'foo');
    const client = await open(bus);
    client.send({
      type: 'send',
      address: 'foo',
      headers: { authorization: 'Bearer sausages', a: 'b' },
      body: 'x',
    });
    expect(await consumer.next()).toMatchObject({ body: 'x', headers: { a: 'b' } });
    client.send({ type: 'send', address: 'foo', body: 'known from now on' });
    expect(await consumer.next()).toMatchObject({ body: 'known from now on', headers: {} });
  });

  it('testSendRequiresAuthorityHasnotAuthority', async () => {
    const client = await open(await startBridgeBus({ clients: CLIENTS }));
    client.send({ type: 'send', address: 'foo', headers: { authorization: 'Bearer onions' }, body: 'x' });
    expect(await client.next()).toEqual({ type: 'err', body: 'access_denied' });
  });

  it('testConnectionClosedAfterPingTimeout', async () => {
    const clock = createFakeClock(5_000_000);
    const bus = await startBridgeBus({ ...ALL_ACCESS, clock, sockJs: { pingTimeoutMs: 1000 } });
    const client = await open(bus);
    await expectSilence(client);
    clock.advance(999);
    await expectSilence(client);
    clock.advance(1);
    expect(await client.closed).toMatch(/^(1001 Session expired|c\[3000,"Go away!"\])$/);
  });

  it('keeps a connection that pings, and closes it between once and twice the time after its last', async () => {
    const clock = createFakeClock(0);
    const bus = await startBridgeBus({ ...ALL_ACCESS, clock, sockJs: { pingTimeoutMs: 1000 } });
    const client = await open(bus);
    clock.advance(500);
    client.send({ type: 'ping' });
    await expectSilence(client);
    clock.advance(1000);
    await expectSilence(client);
    clock.advance(500);
    expect(await client.closed).not.toBe('');
  });
});

describe('EventbusBridgeTest, configuration', () => {
  it('testPermittedOptions', () => {
    const [rule] = compileRules([{ address: 'address', addressRegex: 'ignored', match: { action: 'save' } }]);
    const allows = (address: string, body: unknown) =>
      rule !== undefined && permits([rule], { address, body }, () => false);
    expect(allows('address', { action: 'save', more: 1 })).toBe(true);
    expect(allows('ignored', { action: 'save' })).toBe(false);
    expect(allows('address', { action: 'load' })).toBe(false);
  });

  it('testPermittedOptionsJson', () => {
    const rule = { address: 'address', addressRegex: 'regex.*', match: { action: 'save' } };
    const { anonymous } = parseConfig(
      { anonymous: { inbound: [rule], outbound: [{}] } },
      { vendors: [], env: {}, folder: '/' },
    );
    expect(anonymous).toEqual({ inbound: [rule], outbound: [{}], personalData: false });
  });
});
