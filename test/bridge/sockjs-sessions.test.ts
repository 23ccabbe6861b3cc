import { describe, expect, it } from 'vitest';
import { NO_HEADERS } from '#core/message.ts';
import { newSession } from '../conformance/expectations.ts';
import { call } from '../conformance/http-client.ts';
import { ALL_ACCESS, type BridgeBusOptions, startBridgeBus } from './bridge-bus.ts';
import { openFramed } from './bridge-clients.ts';

const SERVICE = 'ik.service.app';

/** Answers with the name of the client. */
const services: BridgeBusOptions['services'] = {
  serves: (address) => address === SERVICE,
  permits: () => true,
  handle: ({ client, admit }, respond) => respond(admit() ?? { body: client.name, headers: NO_HEADERS }),
};

const all = { inbound: [{}], outbound: [{}], personalData: false };
const clients = {
  clients: [
    { ...all, name: 'a', secret: 'secret-of-a' },
    { ...all, name: 'b', secret: 'secret-of-b' },
  ],
  anonymous: all,
};

const WHO_AM_I = JSON.stringify([
  JSON.stringify({ type: 'send', address: SERVICE, replyAddress: 'r', body: null }),
]);

/** A polling session; `as` is whose secret a request shows. */
async function openSession(options: BridgeBusOptions) {
  const { bus, url } = await startBridgeBus(options);
  const session = newSession(`${url}/eventbus`);
  const post = (path: string, as?: string, body = '') => {
    const headers = as === undefined ? {} : { Authorization: `Bearer secret-of-${as}` };
    return call('POST', `${session}/${path}`, { headers, body });
  };
  return { bus, url, post };
}

describe('a polling session', () => {
  it('belongs to the client that opened it, and to no other', async () => {
    const { post } = await openSession({ services, clients });
    expect((await post('xhr', 'a')).body).toBe('o\n');
    for (const path of ['xhr_send', 'xhr', 'xhr_streaming']) {
      const { status, body } = await post(path, 'b', WHO_AM_I);
      expect([status, JSON.parse(body).data.name]).toEqual([403, 'BUS_ACCESS_DENIED']);
    }
    expect((await post('xhr_send', 'a', WHO_AM_I)).status).toBe(204);
    expect((await post('xhr', 'a')).body).toContain(String.raw`\"body\":\"a\"`);
  });

  it('opened by nobody in particular belongs to the first client that shows itself', async () => {
    const { post } = await openSession({ services, clients });
    expect((await post('xhr')).body).toBe('o\n');
    await post('xhr_send', undefined, WHO_AM_I);
    expect((await post('xhr')).body).toContain(String.raw`\"body\":\"anonymous\"`);
    await post('xhr_send', 'b', WHO_AM_I);
    expect((await post('xhr')).body).toContain(String.raw`\"body\":\"b\"`);
    expect((await post('xhr_send', 'a', WHO_AM_I)).status).toBe(403);
  });

  it('may finish while the bus stops, and no other begins', async () => {
    const { bus, url, post } = await openSession({ ...ALL_ACCESS, services });
    expect((await post('xhr')).body).toBe('o\n');
    void bus.drain();
    const refused = [
      await call('POST', `${newSession(`${url}/eventbus`)}/xhr`),
      await call('POST', `${newSession(`${url}/eventbus`)}/xhr_streaming`),
      await call('GET', `${url}/eventbus/info`),
    ];
    for (const { status, body } of refused) {
      expect([status, JSON.parse(body).data.name]).toEqual([503, 'BUS_OVERLOADED']);
    }
    await expect(openFramed({ bus, url, engine: bus.engine, tcpPort: 0, avqPort: 0 })).rejects.toThrow('503');
    expect((await post('xhr_send', undefined, WHO_AM_I)).status).toBe(204);
    expect((await post('xhr')).body).toMatch(/^a\[/);
  });
});
