import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { configSchema } from '#config.ts';
import { LONGEST_TIMER_MS } from '#core/clock.ts';
import type { VendorDefinition } from '#domain/vendor-definition.ts';
import * as realVendors from '#vendors/index.ts';
import { accounts, vendors } from './fake-vendors.ts';

test('schemas/config.json is what the code checks', async () => {
  const schema = configSchema(Object.values(realVendors) as unknown as VendorDefinition[]);
  await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot('../../schemas/config.json');
});

/** The names of the keys of a time that have no maximum which a timer can count to. */
function endlessTimes(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([name, value]) => {
    const isTime = name.endsWith('Ms') && value?.type === 'integer';
    if (isTime) return value.maximum <= LONGEST_TIMER_MS ? [] : [name];
    return endlessTimes(value);
  });
}

test('no time is longer than the timers count, but for the one that none counts', () => {
  const schema = configSchema(Object.values(realVendors) as unknown as VendorDefinition[]);
  // A session is looked at when somebody comes with it.
  expect(endlessTimes(schema)).toEqual(['idleMs']);
  expect(endlessTimes({ aMs: { type: 'integer', maximum: LONGEST_TIMER_MS + 1 } })).toEqual(['aMs']);
});

test('the schema is one that any validator understands', () => {
  const accepts = new Ajv2020({ strict: false }).compile(configSchema(vendors));
  const devices = [
    { token: 'A', vendor: 'almaty', id_kkm: 5, backoffice: { vendor: 'office', cash_register: 1 } },
  ];
  expect(accepts({ vendors: accounts, devices, listen: { vertxTcp: false } })).toBe(true);
  expect(accepts({ vendors: accounts, devices, listen: { vertxTcp: { origins: [] } } })).toBe(false);
});
