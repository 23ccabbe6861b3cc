import { describe, expect, test } from 'vitest';
import { vendors as realVendors } from '#app.ts';
import { createClients } from '#bus/client.ts';
import { defaultSandboxConfig, parseConfig, withBaseUrls } from '#config.ts';
import { accounts, parseOptions } from './fake-vendors.ts';

describe('a configuration as a value', () => {
  test('is complete without a word in it', () => {
    expect(parseConfig({}, parseOptions)).toEqual({
      listen: {
        http: {
          host: '127.0.0.1',
          port: 1828,
          origins: [],
          hosts: [],
          eventbus: {
            pingTimeoutMs: 10_000,
            replyTimeoutMs: 30_000,
            maxHandlersPerSocket: 1000,
            maxAddressLength: 200,
            correlatedErrors: false,
            registerAcknowledgement: false,
            legacyTransports: false,
            anyFrameIsLiveness: false,
          },
        },
        avqTcp: { host: '127.0.0.1', port: 1829, legacyPing: false },
        vertxTcp: {
          host: '127.0.0.1',
          port: 7000,
          replyTimeoutMs: 30_000,
          maxHandlersPerSocket: 10_000,
          maxAddressLength: 10_000,
          correlatedErrors: false,
          registerAcknowledgement: false,
        },
      },
      limits: {
        maxMessageBytes: 262_144,
        maxFragments: 64,
        maxConnections: 10_000,
        maxInFlightPerConnection: 1000,
        maxInFlight: 20_000,
        maxInFlightBytes: 268_435_456,
        maxQueuedBytesPerConnection: 4_194_304,
        maxDepth: 64,
        maxResultBytes: 1_048_576,
        perClientPerSecond: null,
      },
      engine: { kind: 'local' },
      store: { path: '/data', keepOperationsDays: 30 },
      vendors: {},
      devices: [],
      jobs: { deadlineMs: 3_600_000, keepDays: 7, maxLivePerClient: 1000 },
      reconcile: { tolerance: '0.00' },
      pin: { idleMs: 43_200_000 },
      log: { level: 'info' },
      shutdownMs: 10_000,
      allowAnonymous: false,
      clients: [],
      consumers: [],
      groups: {},
    });
  });

  test('is left as it was given', () => {
    const value = { vendors: { ...accounts } };
    const before = structuredClone(value);
    parseConfig(value, parseOptions);
    expect(value).toEqual(before);
  });

  test('needs no vendors to be known', () => {
    expect(parseConfig({}, { ...parseOptions, vendors: [] }).vendors).toEqual({});
  });

  test('gets its addresses later where they are known otherwise', () => {
    const { baseUrl: _, ...minsk } = accounts.minsk;
    const config = parseConfig({ vendors: { minsk } }, { ...parseOptions, baseUrls: 'optional' });
    expect(config.vendors.minsk?.baseUrl).toBe('');
    const complete = withBaseUrls(config, { minsk: 'http://127.0.0.1:1' });
    expect(complete.vendors.minsk?.baseUrl).toBe('http://127.0.0.1:1');
    expect(Object.isFrozen(complete.vendors.minsk)).toBe(true);
  });

  test('says who may connect in the words of the bus', () => {
    const config = parseConfig({ clients: [{ name: 'a', secret: 's' }] }, parseOptions);
    expect(createClients(config).identify('s')?.name).toBe('a');
  });
});

test('the sandbox has a configuration of its own, with an account and, where there are any, a register at each vendor', () => {
  const options = { vendors: realVendors, env: {}, folder: '/', baseUrls: 'optional' } as const;
  const config = parseConfig(defaultSandboxConfig, options);
  const kinds = Object.values(config.vendors).map(({ kind }) => kind);
  expect([...new Set(kinds)].toSorted()).toEqual(realVendors.map(({ kind }) => kind).toSorted());
  expect(config.devices.map(({ token, vendor }) => [token, config.vendors[vendor]?.kind])).toEqual([
    ['AVQ11031010703', 'tsrv'],
    ['KZ77505', 'kassa24'],
    ['IIKO12', 'iiko'],
  ]);
  expect(config.groups.all).toEqual(config.devices.map(({ token }) => token));
});
