import { describe, expect, it } from 'vitest';
import type { Rule } from '#bus/access.ts';
import { NO_HEADERS } from '#core/message.ts';
import { consume, startBridgeBus } from './bridge-bus.ts';
import { expectSilence } from './bridge-clients.ts';
import { TRANSPORTS } from './sockjs-transports.ts';

const DENIED = { type: 'err', body: 'access_denied' };

/** What is let through and what is not, each with the body it is sent with. */
type Case = readonly [
  name: string,
  rules: readonly Rule[],
  allowed: readonly (readonly [address: string, body: unknown])[],
  refused: readonly (readonly [address: string, body: unknown])[],
];

const MATCH = { foo: 'bar', nested: { deep: 1 } };
const FITTING = { foo: 'bar', nested: { deep: 1, more: 2 }, wibble: 'extra' };
const UNFIT = { foo: 'bar', wibble: 'nested is missing' };

const CASES: readonly Case[] = [
  ['AllowAddress', [{ address: 'allow1' }], [['allow1', 'x']], [['allow2', 'x']]],
  [
    'AllowAddressRe',
    [{ addressRegex: 'allo.+' }],
    [
      ['allow1', 'x'],
      ['allow2', 'x'],
    ],
    [
      ['hello', 'x'],
      ['xallow', 'x'],
    ],
  ],
  [
    'MultipleAddresses',
    [{ address: 'allow1' }, { address: 'allow2' }],
    [
      ['allow1', 'x'],
      ['allow2', 'x'],
    ],
    [['allow3', 'x']],
  ],
  [
    'MultipleAddressRe',
    [{ addressRegex: 'allo.+' }, { addressRegex: 'ballo.+' }],
    [
      ['allow1', 'x'],
      ['ballow1', 'x'],
    ],
    [['hello', 'x']],
  ],
  [
    'MixedAddressRe',
    [{ addressRegex: 'allo.+' }, { address: 'ballow1' }],
    [
      ['allow1', 'x'],
      ['ballow1', 'x'],
    ],
    [['ballow2', 'x']],
  ],
  [
    'StructureMatch',
    [{ match: MATCH }],
    [['any', FITTING]],
    [
      ['any', UNFIT],
      ['any', 'text'],
      ['any', null],
    ],
  ],
  [
    'StructureMatchWithAddress',
    [{ address: 'allow1', match: MATCH }],
    [['allow1', FITTING]],
    [
      ['allow1', UNFIT],
      ['allow2', FITTING],
    ],
  ],
];

describe.each(TRANSPORTS)('EventbusBridgeTest, rules, over a %s', (_name, open) => {
  it('testSendNotPermittedDefaultOptions', async () => {
    const client = await open(await startBridgeBus({}));
    client.send({ type: 'send', address: 'allow1', body: 'x' });
    expect(await client.next()).toEqual(DENIED);
  });

  it.each(CASES)('testSendPermitted%s', async (_case, inbound, allowed, refused) => {
    const bus = await startBridgeBus({ inbound });
    const client = await open(bus);
    for (const [address, body] of allowed) {
      const consumer = consume(bus, address);
      client.send({ type: 'send', address, body });
      expect(await consumer.next()).toMatchObject({ body });
      consumer.unregister();
    }
    for (const [address, body] of refused) {
      client.send({ type: 'send', address, body });
      expect(await client.next()).toEqual(DENIED);
    }
  });

  it('testRegisterNotPermittedDefaultOptions', async () => {
    const client = await open(await startBridgeBus({}));
    client.send({ type: 'register', address: 'allow1' });
    expect(await client.next()).toEqual(DENIED);
  });

  it('testUnregisterNotPermittedDefaultOptions', async () => {
    const client = await open(await startBridgeBus({}));
    client.send({ type: 'unregister', address: 'allow1' });
    expect(await client.next()).toEqual(DENIED);
  });

  it.each(CASES)('testRegisterPermitted%s', async (_case, outbound, allowed, refused) => {
    const bus = await startBridgeBus({ outbound });
    const client = await open(bus);
    for (const [address, body] of allowed) {
      client.send({ type: 'register', address });
      await expectSilence(client);
      bus.engine.publish({ address, body, headers: NO_HEADERS });
      expect(await client.next()).toEqual({ type: 'rec', address, body });
    }
    for (const [address, body] of refused) {
      // Registering is judged by the address alone; a body that does not fit is not delivered.
      const registrable = outbound.some((rule) =>
        rule.address === undefined ? rule.match : rule.address === address,
      );
      if (registrable) {
        bus.engine.publish({ address, body, headers: NO_HEADERS });
        await expectSilence(client);
      } else {
        client.send({ type: 'register', address });
        expect(await client.next()).toEqual(DENIED);
      }
    }
  });
});
