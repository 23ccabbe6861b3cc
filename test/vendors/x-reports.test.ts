import { expect, test } from 'vitest';
import type { CommonDevice } from '#domain/vendor.ts';
import * as vendors from '#vendors/index.ts';
import { createFakeClock } from '../support/fake-clock.ts';

const CONFIG = { login: 'x', password: 'x', zone: 'UTC', currency: 'KZT', idleLogoutMs: 1000, token: 'x' };

test.each(Object.values(vendors))('a register of $kind gives X reports as its kind says', (definition) => {
  const nothing: never = {} as never;
  const setup = {
    account: 'a',
    config: CONFIG as never,
    http: nothing,
    state: nothing,
    clock: createFakeClock(0),
    log: nothing,
  };
  const vendor = definition.create(setup);
  const device: CommonDevice = { token: 'A', vendor: 'a' };
  expect(vendor.register(device as never).getXReport !== undefined).toBe(definition.givesXReports ?? false);
});
