import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { configSchema } from '#config.ts';
import type { VendorDefinition } from '#domain/vendor-definition.ts';
import * as realVendors from '#vendors/index.ts';
import { accounts, vendors } from './fake-vendors.ts';

test('schemas/config.json is what the code checks', async () => {
  const schema = configSchema(Object.values(realVendors) as unknown as VendorDefinition[]);
  await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot('../../schemas/config.json');
});

test('the schema is one that any validator understands', () => {
  const accepts = new Ajv2020({ strict: false }).compile(configSchema(vendors));
  const devices = [
    { token: 'A', vendor: 'almaty', id_kkm: 5, backoffice: { vendor: 'office', cash_register: 1 } },
  ];
  expect(accepts({ vendors: accounts, devices, listen: { vertxTcp: false } })).toBe(true);
  expect(accepts({ vendors: accounts, devices, listen: { vertxTcp: { origins: [] } } })).toBe(false);
});
