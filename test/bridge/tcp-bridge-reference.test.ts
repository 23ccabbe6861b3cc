import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { BridgeEvent } from '#bus/hooks.ts';
import { Failure } from '#core/failure.ts';
import { NO_HEADERS } from '#core/message.ts';
import { recipientFailure } from '#protocol/recipient-failure.ts';
import { createTcpBridgeDialect } from '#protocol/tcp-bridge.ts';
import { ConnectionLimit } from '#transports/listener.ts';
import { listenTcp } from '#transports/tcp.ts';
import { createCertificate } from '../outbound/certificate.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import {
  ALL_ACCESS,
  ask,
  BRIDGE_DEFAULTS,
  type BridgeBusOptions,
  consume,
  echo,
  startBridgeBus,
} from './bridge-bus.ts';
import { expectTcpSilence, openTcp } from './bridge-clients.ts';

/** The rules of the reference's own tests. */
const RULES: BridgeBusOptions = {
  inbound: [{ address: 'hello' }, { address: 'echo' }, { address: 'test' }],
  outbound: [{ address: 'echo' }, { address: 'test' }, { address: 'ping' }],
};

async function start(options: BridgeBusOptions = {}) {
  const bus = await startBridgeBus({ ...RULES, ...options });
  echo(bus, 'echo');
  bus.engine.register('hello', ({ body, respond }) => {
    const { value } = body as { value: string };
    respond?.({ body: { value: `Hello ${value}` }, headers: NO_HEADERS });
  });
  const sayHi = () => bus.engine.send({ address: 'ping', body: { value: 'hi' }, headers: NO_HEADERS });
  return { bus, sayHi, client: await openTcp(bus.tcpPort) };
}

describe('TcpEventBusBridgeTest', () => {
  it('testSendVoidMessage', async () => {
    const { bus, client } = await start();
    const test = consume(bus, 'test');
    client.send({ type: 'send', address: 'test', body: { value: 'vert.x' } });
    expect(await test.next()).toMatchObject({ kind: 'send', body: { value: 'vert.x' } });
  });

  it('testSendVoidStringMessage', async () => {
    const { bus, client } = await start();
    const test = consume(bus, 'test');
    client.send({ type: 'send', address: 'test', body: 'vert.x' });
    expect(await test.next()).toMatchObject({ body: 'vert.x' });
  });

  it('testNoHandlers', async () => {
    const { client } = await start();
    client.send({ type: 'send', address: 'test', replyAddress: '#backtrack', body: { value: 'vert.x' } });
    expect(await client.next()).toEqual({
      type: 'err',
      address: '#backtrack',
      sourceAddress: 'test',
      failureCode: -1,
      failureType: 'NO_HANDLERS',
      message: 'No handlers for address test',
    });
  });

  it('testErrorReply', async () => {
    const { bus, client } = await start();
    bus.engine.register('test', ({ respond }) => respond?.(recipientFailure(0, 'oops!')));
    client.send({ type: 'send', address: 'test', replyAddress: '#backtrack', body: { value: 'vert.x' } });
    expect(await client.next()).toEqual({
      type: 'err',
      address: '#backtrack',
      sourceAddress: 'test',
      failureCode: 0,
      failureType: 'RECIPIENT_FAILURE',
      message: 'oops!',
    });
  });

  it('testSendsFromOtherSideOfBridge', async () => {
    const { client, sayHi } = await start();
    client.send({ type: 'register', address: 'ping' });
    await expectTcpSilence(client);
    sayHi();
    expect(await client.next()).toEqual({
      type: 'message',
      address: 'ping',
      headers: {},
      body: { value: 'hi' },
      send: true,
    });
  });

  it('testSendMessageWithReplyBacktrack', async () => {
    const { client } = await start();
    client.send({ type: 'send', address: 'hello', replyAddress: '#backtrack', body: { value: 'vert.x' } });
    expect(await client.next()).toEqual({
      type: 'message',
      address: '#backtrack',
      headers: {},
      body: { value: 'Hello vert.x' },
      send: true,
    });
  });

  it('testSendMessageWithReplyBacktrackTimeout', async () => {
    const clock = createFakeClock(0);
    const { bus, client } = await start({ clock });
    bus.engine.register('test', () => {});
    const headers = { timeout: 100 };
    client.send({ type: 'send', address: 'test', replyAddress: '#backtrack', headers, body: {} });
    await expectTcpSilence(client);
    clock.advance(99);
    await expectTcpSilence(client);
    clock.advance(1);
    expect(await client.next()).toMatchObject({
      type: 'err',
      address: '#backtrack',
      failureCode: -1,
      failureType: 'TIMEOUT',
      message: expect.stringMatching(
        /^Timed out after waiting 100\(ms\) for a reply\. address: __vertx\.reply\.\d+, repliedAddress: test$/,
      ),
    });
  });

  it('testSendMessageWithDuplicateReplyID', async () => {
    const { bus, client } = await start();
    const elsewhere = consume(bus, 'third-party-receiver');
    client.send({
      type: 'send',
      address: 'hello',
      replyAddress: 'third-party-receiver',
      body: { value: 'x' },
    });
    expect(await client.next()).toMatchObject({
      address: 'third-party-receiver',
      body: { value: 'Hello x' },
    });
    expect(elsewhere.waiting()).toBe(0);
  });

  it('testRegister', async () => {
    const { client } = await start();
    client.send({ type: 'register', address: 'echo' });
    client.send({ type: 'publish', address: 'echo', body: { value: 'Vert.x' } });
    expect(await client.next()).toEqual({
      type: 'message',
      address: 'echo',
      headers: {},
      body: { value: 'Vert.x' },
      send: false,
    });
  });

  it('testUnRegister', async () => {
    const { client } = await start();
    client.send({ type: 'register', address: 'test' });
    client.send({ type: 'publish', address: 'test', body: { value: 'Vert.x' } });
    expect(await client.next()).toMatchObject({ address: 'test', send: false });
    client.send({ type: 'unregister', address: 'test' });
    client.send({ type: 'send', address: 'test', replyAddress: '#backtrack', body: {} });
    expect(await client.next()).toMatchObject({
      failureType: 'NO_HANDLERS',
      message: 'No handlers for address test',
    });
  });

  it.each([
    ['testReplyFromClient', { value: 'hi' }],
    ['testReplyStringMessageFromClient', 'hi'],
  ])('%s', async (_name, body) => {
    const { bus, client } = await start();
    client.send({ type: 'register', address: 'test' });
    await expectTcpSilence(client);
    const answer = ask(bus, 'test', { value: 'ping' });
    const { replyAddress } = await client.next();
    client.send({ type: 'send', address: replyAddress, body });
    expect(await answer).toEqual({ body, headers: {} });
  });

  it('testFailFromClient', async () => {
    const { bus, client } = await start();
    client.send({ type: 'register', address: 'test' });
    await expectTcpSilence(client);
    const answer = ask(bus, 'test', {});
    const { replyAddress } = await client.next();
    client.send({ type: 'send', address: replyAddress, failureCode: 1234, message: 'ooops!' });
    const failure = await answer;
    expect(failure).toBeInstanceOf(Failure);
    expect(failure).toMatchObject({ code: 1234, description: 'ooops!', origin: 'recipient' });
  });

  it('testSendPing', async () => {
    const { client } = await start();
    client.send({ type: 'register', address: 'echo' });
    client.send({ type: 'ping' });
    expect(await client.next()).toEqual({ type: 'pong' });
  });

  it('testNoAddress', async () => {
    const { client } = await start();
    client.send({ type: 'send', body: {} });
    expect(await client.next()).toEqual({ type: 'err', message: 'missing_address' });
    await expectTcpSilence(client);
  });
});

describe('TcpEventBusBridgeEventTest', () => {
  it.each([
    ['testSendVoidMessage', (cert: string) => ({ ca: cert, servername: 'localhost' })],
    ['testSendVoidMessageTrustAll', () => ({ rejectUnauthorized: false })],
  ])('%s', async (_name, trust) => {
    const { key, cert } = createCertificate();
    const events: BridgeEvent[] = [];
    const bus = await startBridgeBus({
      ...ALL_ACCESS,
      tls: { key, cert, ca: cert, clientAuth: true },
      hook: (event) => events.push(event) > 0,
    });
    const client = await openTcp(bus.tcpPort, { ...trust(cert), key, cert });
    const test = consume(bus, 'test');
    client.send({ type: 'send', address: 'test', body: { value: 'vert.x' } });
    expect(await test.next()).toMatchObject({ body: { value: 'vert.x' } });
    const sent = events.find(({ type }) => type === 'SEND');
    expect(sent?.socket.peerCertificate()?.subject?.CN).toBe('localhost');
  });
});

describe('TcpEventBusBridgeHookTest', () => {
  it('testRegister', async () => {
    const seen: string[] = [];
    const bus = await startBridgeBus({
      ...RULES,
      hook({ type }) {
        if (type !== 'SOCKET_CREATED' && type !== 'RECEIVE') seen.push(type);
        if (type === 'REGISTERED') {
          bus.engine.send({ address: 'echo', body: { value: 'Vert.x' }, headers: NO_HEADERS });
        }
        return true;
      },
    });
    const client = await openTcp(bus.tcpPort);
    client.send({ type: 'register', address: 'echo' });
    expect(await client.next()).toMatchObject({ address: 'echo', body: { value: 'Vert.x' } });
    expect(seen).toEqual(['REGISTER', 'REGISTERED']);
  });
});

describe('TcpEventBusBridgeInteropTest', () => {
  it('testInteropWithPlainJava', async () => {
    const { bus } = await start(ALL_ACCESS);
    const headers: unknown[] = [];
    bus.engine.register('actions', (delivery) => {
      headers.push(delivery.headers);
      delivery.respond?.({ body: delivery.body, headers: NO_HEADERS });
    });
    // A plain socket that writes the length and the text one after the other, as Java's DataOutputStream does.
    const socket = connect(bus.tcpPort, '127.0.0.1');
    const text = JSON.stringify({
      type: 'send',
      address: 'actions',
      replyAddress: '#backtrack',
      headers: { action: 'findAll' },
      body: { some: 'body' },
    });
    const length = Buffer.alloc(4);
    length.writeInt32BE(Buffer.byteLength(text));
    socket.write(length);
    socket.write(text);
    const answer = await new Promise<Buffer>((resolve) => socket.once('data', resolve));
    socket.destroy();
    expect(answer.readInt32BE(0)).toBe(answer.length - 4);
    expect(JSON.parse(answer.toString('utf8', 4))).toMatchObject({
      address: '#backtrack',
      body: { some: 'body' },
    });
    expect(headers).toEqual([{ action: 'findAll' }]);
  });

  it('testSendMessageWithReplyBacktrack', async () => {
    const { client } = await start(ALL_ACCESS);
    client.send({ type: 'send', address: 'hello', replyAddress: '#backtrack', body: { value: 'vert.x' } });
    expect(await client.next()).toMatchObject({ body: { value: 'Hello vert.x' }, send: true });
  });

  it('testSendMessageWithDuplicateReplyID', async () => {
    const { bus, client } = await start(ALL_ACCESS);
    const other = await openTcp(bus.tcpPort);
    other.send({ type: 'register', address: 'third-party-receiver' });
    await expectTcpSilence(other);
    client.send({
      type: 'send',
      address: 'hello',
      replyAddress: 'third-party-receiver',
      body: { value: 'x' },
    });
    expect(await client.next()).toMatchObject({ address: 'third-party-receiver' });
    await expectTcpSilence(other);
  });

  it('testRegister', async () => {
    const { client } = await start(ALL_ACCESS);
    client.send({ type: 'register', address: 'echo' });
    client.send({ type: 'publish', address: 'echo', body: { value: 'Vert.x' } });
    expect(await client.next()).toMatchObject({ type: 'message', send: false, body: { value: 'Vert.x' } });
  });
});

describe('UnixDomainSocketTest', () => {
  it('testRegister', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'bridge-'));
    const path = join(folder, 'bridge.sock');
    const { bus } = await start();
    const listener = await listenTcp({
      bus: bus.bus,
      dialect: createTcpBridgeDialect(BRIDGE_DEFAULTS),
      via: 'tcp-bridge',
      endpoint: { host: '127.0.0.1', port: 0, path },
      maxMessageBytes: 1024,
      connections: new ConnectionLimit(1),
      maxQueuedBytes: 1024,
      legacyPing: false,
    });
    const client = await openTcp({ path });
    client.send({ type: 'register', address: 'echo' });
    client.send({ type: 'publish', address: 'echo', body: { value: 'Vert.x' } });
    expect(await client.next()).toMatchObject({ type: 'message', send: false, body: { value: 'Vert.x' } });
    await listener.close();
    rmSync(folder, { recursive: true });
  });
});
