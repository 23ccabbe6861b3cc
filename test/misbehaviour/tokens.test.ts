import { describe, expect, test } from 'vitest';
import { startOneSick } from './sick-bus.ts';
import { LOGINS, READS } from './vendor-kinds.ts';

const MANY = 20;

/** Not joined to the same read under way, so that each has to find out by itself. */
const FRESH = { 'tokens.refresh': 'true' };

describe.each(LOGINS)('%s: a token revoked mid-flight', (kind, login) => {
  const { request, asked } = READS[kind];

  async function begin() {
    const bus = await startOneSick(kind);
    const names = async () => {
      const answers = await Promise.all(Array.from({ length: MANY }, () => bus.ask(request, FRESH)));
      return new Set(answers.map(({ name }) => name));
    };
    return { ...bus, names };
  }

  test('costs one login, however many find out, and all are answered', async () => {
    const { names, vendor } = await begin();
    expect(await names()).toEqual(new Set([null]));
    expect(await vendor.count(login)).toBe(1);
    await vendor.state({ expire_tokens: true });
    expect(await names()).toEqual(new Set([null]));
    expect(await vendor.count(login)).toBe(2);
  });

  test.each([401, 403])('fails all of them where the login is refused with %i, after one', async (status) => {
    const { names, vendor } = await begin();
    await names();
    await vendor.state({ expire_tokens: true });
    await vendor.fault({ ...login, status, times: 0 });
    expect(await names()).toEqual(new Set(['VENDOR_AUTH_FAILED']));
    expect(await vendor.count(login)).toBe(2);
    await vendor.heal();
    expect(await names()).toEqual(new Set([null]));
    expect(await vendor.count(login)).toBe(3);
  });

  test('is no storm of logins where every token is refused', async () => {
    const { names, vendor } = await begin();
    await names();
    if (kind === 'iiko') await vendor.state({ slots: 100 });
    await vendor.fault({ ...asked, status: 401, times: 0 });
    expect(await names()).toEqual(new Set(['VENDOR_AUTH_FAILED']));
    expect(await vendor.count(login)).toBe(2);
  });
});
