import { describe, expect, onTestFinished, test } from 'vitest';
import { createApp, vendors } from '#app.ts';
import type { BridgeHook } from '#bus/hooks.ts';
import { parseConfig } from '#config.ts';
import { silentLog } from '#core/log.ts';
import { NO_HEADERS } from '#core/message.ts';
import { temporaryFolder } from '../store/temporary-folder.ts';
import { type BridgeBus, createInbox } from './bridge-bus.ts';
import { openRaw, openTcp } from './bridge-clients.ts';

async function start(given: object, hook?: BridgeHook) {
  const folder = temporaryFolder();
  const listen = { http: { port: 0 }, avqTcp: { port: 0 }, vertxTcp: { port: 0 } };
  const config = parseConfig({ listen, shutdownMs: 100, ...given }, { vendors, env: {}, folder });
  const app = await createApp({ config, log: silentLog, ...(hook && { hook }) });
  onTestFinished(() => app.stop());
  const port = (name: 'http' | 'avqTcp' | 'vertxTcp') => app.listening[name]?.port ?? 0;
  const url = `http://127.0.0.1:${port('http')}`;
  return {
    app,
    tcpPort: port('vertxTcp'),
    avqPort: port('avqTcp'),
    raw: () => openRaw({ url } as BridgeBus),
  };
}

const CONSUMERS = [
  { address: 'echo', behaviour: 'echo' },
  { address: 'greet', behaviour: 'hello' },
];

describe('the configured bus', () => {
  test('lets a loopback client without rules call the test consumers, and do nothing else with them', async () => {
    const { tcpPort, avqPort, raw } = await start({ consumers: CONSUMERS });
    const avq = await openTcp(avqPort);
    avq.send({ address: 'echo', reply_address: 'r', data: { a: 1 } });
    expect(await avq.next()).toMatchObject({ type: 'send', address: 'r', data: { a: 1 } });
    const tcp = await openTcp(tcpPort);
    tcp.send({ type: 'send', address: 'greet', replyAddress: 'r', body: { value: 'vert.x' } });
    expect(await tcp.next()).toMatchObject({ body: { value: 'Hello vert.x' } });
    const sockJs = await raw();
    sockJs.send({ type: 'send', address: 'echo', replyAddress: 'r', body: 'x' });
    expect(await sockJs.next()).toEqual({ type: 'rec', address: 'r', body: 'x' });
    for (const type of ['publish', 'register']) {
      sockJs.send({ type, address: 'echo' });
      expect(await sockJs.next()).toEqual({ type: 'err', body: 'access_denied' });
    }
  });

  test('answers an unknown address as each dialect has it', async () => {
    const { tcpPort, avqPort } = await start({});
    const [avq, tcp] = [await openTcp(avqPort), await openTcp(tcpPort)];
    avq.send({ address: 'nobody', reply_address: 'r' });
    expect(await avq.next()).toMatchObject({ data: { name: 'BUS_UNKNOWN_ADDRESS' } });
    tcp.send({ type: 'send', address: 'nobody', replyAddress: 'r' });
    expect(await tcp.next()).toEqual({ type: 'err', message: 'access_denied' });
  });

  test('answers the bridges from its services, with code, name and details', async () => {
    const { tcpPort, raw } = await start({});
    const sockJs = await raw();
    const request = { type: 'send', address: 'ik.service.app', replyAddress: 'r' };
    sockJs.send({ ...request, headers: { Action: 'version' } });
    expect(await sockJs.next()).toMatchObject({ type: 'rec', body: { version: expect.any(String) } });
    sockJs.send({ ...request, headers: { action: 'version' }, body: { unknown: 1 } });
    expect(await sockJs.next()).toEqual({
      type: 'err',
      address: 'r',
      failureCode: 1005,
      failureType: 'RECIPIENT_FAILURE',
      message: expect.stringMatching(/^BUS_INVALID_DATA: /),
      details: { errors: [expect.objectContaining({ path: expect.any(String) })] },
    });
    const tcp = await openTcp(tcpPort);
    tcp.send({ ...request, headers: { action: 'version', timeout: 5 } });
    expect(await tcp.next()).toMatchObject({
      failureCode: 2011,
      sourceAddress: 'ik.service.app',
      message: expect.stringMatching(/^TSRV_INVALID_HEADER: /),
    });
  });

  test('reads its bridge options', async () => {
    const listen = {
      http: { port: 0, eventbus: { maxAddressLength: 3, correlatedErrors: true } },
      avqTcp: false,
      vertxTcp: { port: 0, registerAcknowledgement: true },
    };
    const { tcpPort, raw } = await start({ listen, anonymous: { inbound: [], outbound: [{}] } });
    const sockJs = await raw();
    sockJs.send({ type: 'register', address: 'long' });
    expect(await sockJs.next()).toEqual({ type: 'err', body: 'max_address_length_reached' });
    sockJs.send({ type: 'send', address: 'a', replyAddress: 'r' });
    expect(await sockJs.next()).toMatchObject({ body: 'access_denied', address: 'r' });
    const tcp = await openTcp(tcpPort);
    tcp.send({ type: 'register', address: 'a' });
    expect(await tcp.next()).toEqual({ type: 'registered', address: 'a' });
  });

  test('ticks for those who may listen, and asks the hook in this process', async () => {
    const events = createInbox<string>();
    const { app, tcpPort } = await start(
      {
        consumers: [
          { address: 'ping', behaviour: 'ticker', mode: 'send', body: { value: 'hi' }, everyMs: 10 },
        ],
        anonymous: { inbound: [], outbound: [{ address: 'ping' }, { address: 'news' }] },
      },
      ({ type }) => {
        events.put(type);
        return true;
      },
    );
    const tcp = await openTcp(tcpPort);
    tcp.send({ type: 'register', address: 'ping' });
    expect(await tcp.next()).toMatchObject({ address: 'ping', body: { value: 'hi' }, send: true });
    tcp.send({ type: 'unregister', address: 'ping' });
    tcp.send({ type: 'register', address: 'news' });
    const seen: string[] = [];
    while (seen.filter((type) => type === 'REGISTERED').length < 2) seen.push(await events.next());
    expect(seen.filter((type) => type !== 'RECEIVE')).toEqual([
      'SOCKET_CREATED',
      'REGISTER',
      'REGISTERED',
      'UNREGISTER',
      'REGISTER',
      'REGISTERED',
    ]);
    app.engine.publish({ address: 'news', body: 'from this process', headers: NO_HEADERS });
    for (;;) {
      const message = await tcp.next();
      if (message.address === 'news') {
        expect(message).toMatchObject({ body: 'from this process', send: false });
        break;
      }
    }
  });
});
