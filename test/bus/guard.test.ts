import { describe, expect, test } from 'vitest';
import type { Rule } from '#bus/access.ts';
import { createClients } from '#bus/client.ts';
import { mayBeGiven, mayListen, mayPublish, maySend } from '#bus/guard.ts';
import type { Services } from '#bus/services.ts';

const SERVICE = 'shop.reports';

type Given = {
  readonly rules?: readonly Rule[];
  readonly clientsConfigured?: boolean;
  /** Who is registered at the address. */
  readonly somebody?: boolean;
  readonly consumer?: boolean;
  readonly servicePermits?: boolean;
};

function create({
  rules,
  clientsConfigured = false,
  somebody = false,
  consumer = false,
  servicePermits = true,
}: Given) {
  const other = { name: 'other', secret: 'x', inbound: [], outbound: [], personalData: false };
  const clients = createClients({
    clients: clientsConfigured ? [other] : [],
    ...(rules && { anonymous: { inbound: rules, outbound: rules, personalData: false } }),
  });
  const services: Services = {
    serves: (address) => address === SERVICE,
    isConsumer: () => consumer,
    jobEvent: (_client, event) => event,
    permits: () => servicePermits,
    handle() {},
  };
  const bus = { clients, services, engine: { has: () => somebody } } as unknown as Parameters<
    typeof maySend
  >[0];
  const message = (address: string, body: unknown = null) => ({ address, headers: {}, body });
  const send = (address: string, tellsUnknownAddresses = false) =>
    maySend(bus, clients.anonymous, message(address), {
      isService: address === SERVICE,
      tellsUnknownAddresses,
    })?.reason;
  const publish = (address: string) => mayPublish(bus, clients.anonymous, message(address))?.reason;
  const listen = (address: string) => mayListen(bus, clients.anonymous, address)?.reason;
  const isGiven = (address: string, body: unknown) => mayBeGiven(clients.anonymous, message(address, body));
  return { send, publish, listen, isGiven };
}

const ALL: Given = { rules: [{}] };

describe('without clients and rules', () => {
  test('services and test consumers may be called, clients’ own addresses not', () => {
    expect(create({}).send(SERVICE)).toBeUndefined();
    expect(create({ servicePermits: false }).send(SERVICE)).toBe('access-denied');
    expect(create({ consumer: true, somebody: true }).send('echo')).toBeUndefined();
    expect(create({ somebody: true }).send('news', true)).toBe('access-denied');
  });

  test('a misspelt address is let through in the dialect that tells of it, and denied in the others', () => {
    expect(create({}).send('nobody', true)).toBeUndefined();
    expect(create({}).send('nobody', false)).toBe('access-denied');
    expect(create({ clientsConfigured: true }).send('nobody', true)).toBe('not-authenticated');
  });

  test('nothing may be published, and only job events listened to', () => {
    const { publish, listen, isGiven } = create({ consumer: true });
    expect([publish('news'), publish('echo')]).toEqual(['access-denied', 'access-denied']);
    expect([listen('news'), listen('jobs.1')]).toEqual(['access-denied', undefined]);
    expect([isGiven('news', {}), isGiven('jobs.1', {})]).toEqual([false, true]);
  });
});

describe('whatever the rules say', () => {
  test('nobody sends to job events or reply addresses', () => {
    expect(['jobs.1', '__vertx.reply.1'].map((address) => create(ALL).send(address, true))).toEqual([
      'access-denied',
      'access-denied',
    ]);
  });

  test('nobody publishes to the bus’s own addresses', () => {
    const addresses = [SERVICE, 'ik.service.any', 'bus.any', 'jobs.1', '__vertx.reply.1'];
    expect(addresses.map((address) => create(ALL).publish(address))).toEqual(Array(5).fill('access-denied'));
    expect(create(ALL).publish('news')).toBeUndefined();
  });

  test('nobody listens at services or reply addresses', () => {
    const addresses = [SERVICE, 'ik.service.any', 'bus.any', '__vertx.reply.1'];
    expect(addresses.map((address) => create(ALL).listen(address))).toEqual(Array(4).fill('access-denied'));
    expect(create(ALL).listen('jobs.1')).toBeUndefined();
  });
});

describe('where rules are given', () => {
  test('listening is judged by the address, each delivery by its body, too', () => {
    const { listen, isGiven } = create({ rules: [{ address: 'news', match: { kind: 'shop' } }] });
    expect([listen('news'), listen('other')]).toEqual([undefined, 'access-denied']);
    expect(isGiven('news', { kind: 'shop', more: 1 })).toBe(true);
    expect([isGiven('news', { kind: 'other' }), isGiven('news', null)]).toEqual([false, false]);
  });

  test('a stranger is told to say who he is', () => {
    const { send, publish, listen } = create({ clientsConfigured: true, servicePermits: false });
    expect([send(SERVICE), send('a'), publish('a'), listen('a')]).toEqual(Array(4).fill('not-authenticated'));
  });
});
