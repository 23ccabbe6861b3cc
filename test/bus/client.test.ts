import { describe, expect, test } from 'vitest';
import { permits, permitsListening } from '#bus/access.ts';
import { ANONYMOUS, bearerSecret, createClients } from '#bus/client.ts';

const nothing = { inbound: [], outbound: [], personalData: false };
const isService = (address: string) => address === 'service';

describe('configured clients', () => {
  const clients = createClients({
    clients: [
      { ...nothing, name: 'till', secret: 's1', inbound: [{ address: 'a' }] },
      { ...nothing, name: 'office', certificate: true, personalData: true },
    ],
  });

  test('are known by their secret', () => {
    expect(clients.identify('s1')).toMatchObject({ name: 'till', authenticated: true, personalData: false });
    expect(clients.identify('S1')).toBeUndefined();
    expect(clients.identify('')).toBeUndefined();
    expect(clients.identify('office')).toBeUndefined();
  });

  test('are known by certificate only where it says so', () => {
    expect(clients.byCertificate('office')).toMatchObject({ name: 'office', personalData: true });
    expect(clients.byCertificate('till')).toBeUndefined();
  });

  test('are found by name, the anonymous one is not', () => {
    expect(clients.byName('till')).toBe(clients.identify('s1'));
    expect(clients.byName(ANONYMOUS)).toBeUndefined();
  });

  test('may do what their rules say', () => {
    const inbound = clients.identify('s1')?.inbound ?? [];
    expect(permits(inbound, { address: 'a', body: null }, isService)).toBe(true);
    expect(permits(inbound, { address: 'service', body: null }, isService)).toBe(false);
  });

  test('leave nothing to those who do not say who they are', () => {
    expect(clients).toMatchObject({ required: true, closesStrangers: true });
    expect(clients.anonymous).toEqual({ ...nothing, name: 'anonymous', authenticated: false });
  });

  test('leave to those what the anonymous section says', () => {
    const { anonymous, closesStrangers } = createClients({
      clients: [{ ...nothing, name: 'till', secret: 's1' }],
      anonymous: { ...nothing, inbound: [{ address: 'a' }] },
    });
    expect(closesStrangers).toBe(false);
    expect(permits(anonymous.inbound, { address: 'a', body: null }, isService)).toBe(true);
    expect(permits(anonymous.inbound, { address: 'service', body: null }, isService)).toBe(false);
  });
});

describe('without configured clients', () => {
  test('everybody may call every service and listen to job events, and nothing else', () => {
    const { anonymous, required, closesStrangers } = createClients({ clients: [] });
    expect({ required, closesStrangers }).toEqual({ required: false, closesStrangers: false });
    expect(permits(anonymous.inbound, { address: 'service', body: null }, isService)).toBe(true);
    expect(permits(anonymous.inbound, { address: 'news', body: null }, isService)).toBe(false);
    expect(permitsListening(anonymous.outbound, 'jobs.1')).toBe(true);
    expect(permitsListening(anonymous.outbound, 'news')).toBe(false);
  });

  test('the anonymous section replaces that', () => {
    const { anonymous } = createClients({
      clients: [],
      anonymous: { ...nothing, outbound: [{ address: 'news' }] },
    });
    expect(permits(anonymous.inbound, { address: 'service', body: null }, isService)).toBe(false);
    expect(permitsListening(anonymous.outbound, 'news')).toBe(true);
    expect(permitsListening(anonymous.outbound, 'jobs.1')).toBe(false);
  });
});

test.each([
  ['Bearer abc', 'abc'],
  ['bearer  a.b=', 'a.b='],
  ['Basic abc', undefined],
  ['Bearer', undefined],
  ['Bearer a b', undefined],
  ['abc', undefined],
])('%s carries the secret %s', (authorization, secret) => {
  expect(bearerSecret(authorization)).toBe(secret);
});
