import { describe, expect, test, vi } from 'vitest';
import { Failure } from '#core/failure.ts';
import type { Account } from '#domain/directory.ts';
import type { ForwardedMessage } from '#domain/vendor.ts';
import { fakeAccount, fakeDirectory, fakeRegister, fakeRouter } from './fake-directory.ts';

const SALES = 'ik.service.token.sales.retail';

function upstream(name: string) {
  const answer = () => Promise.resolve({ from: name } as unknown);
  const forward = vi.fn((_message: ForwardedMessage) => answer());
  const forwardedChange = vi.fn((_message: ForwardedMessage) => ({
    prepare: () => Promise.resolve({ evidence: null }),
    send: answer,
  }));
  return { forward, forwardedChange, account: fakeAccount(name, 'tsrv', { forward, forwardedChange }) };
}

const minsk = upstream('minsk');
const brest: Account = {
  ...upstream('brest').account,
  forward: [{ address: 'shop.orders', actions: ['create'] }],
};
const almaty = fakeAccount('almaty', 'kassa24');
const registers = [
  fakeRegister('AVQ1', minsk.account),
  fakeRegister('AVQ2', brest),
  fakeRegister('KZ1', almaty),
];

describe('what an upstream of our own protocol takes', () => {
  const { ask, router } = fakeRouter(fakeDirectory([minsk.account, brest, almaty], registers));
  const told = async (address: string, headers: Record<string, string>) => {
    const outcome = await ask(address, headers);
    return outcome instanceof Failure ? outcome.name : outcome.data;
  };

  test('goes to the register’s account', async () => {
    expect(await told(SALES, { action: 'create_sale', token: 'AVQ2' })).toEqual({ from: 'brest' });
  });

  test('goes to the named account without a register', async () => {
    expect(await told('ik.service.printers', { action: 'print', account: 'minsk' })).toEqual({
      from: 'minsk',
    });
  });

  test('needs a name where several would take it', async () => {
    expect(await told('ik.service.printers', { action: 'print' })).toBe('BUS_MISSING_HEADER');
  });

  test('goes to the only account that lists an address of its own', async () => {
    expect(await told('shop.orders', { action: 'create' })).toEqual({ from: 'brest' });
    expect(await told('shop.orders', { action: 'delete' })).toBe('BUS_UNKNOWN_ACTION');
    expect(router.serves('shop.orders')).toBe(true);
    expect(router.serves('shop.other')).toBe(false);
  });

  test('is nothing for another vendor’s register', async () => {
    expect(await told(SALES, { action: 'create_sale', token: 'KZ1' })).toBe('BUS_UNSUPPORTED_ACTION');
  });

  test('is refused for an account that is none', async () => {
    expect(await told(SALES, { action: 'create_sale', account: 'almaty' })).toBe('TSRV_INVALID_HEADER');
  });

  test('is refused for a register of another account than the named one', async () => {
    const named = { token: 'AVQ2', account: 'minsk' };
    expect(await told(SALES, { action: 'create_sale', ...named })).toBe('TSRV_INVALID_HEADER');
    expect(await told('ik.service.token.shift', { action: 'open_shift', ...named })).toBe(
      'TSRV_INVALID_HEADER',
    );
  });

  test('is passed on as it came, less the headers that are the bus’s own', async () => {
    minsk.forwardedChange.mockClear();
    const own = {
      account: 'minsk',
      'operation.id': '1',
      timeout: '500',
      wait: 'false',
      raw: 'false',
      traceparent: 't',
    };
    const headers = { action: 'create_sale', token: 'AVQ1', 'printer.dummy': '', ...own };
    await ask(SALES, headers, { sale: 1 }, { replyAddress: 'r1' });
    expect(minsk.forwardedChange.mock.calls[0]?.[0]).toEqual({
      address: SALES,
      replyAddress: 'r1',
      data: { sale: 1 },
      headers: { action: 'create_sale', token: 'AVQ1', 'printer.dummy': '' },
    });
  });

  test.each([
    ['get_cash_in_token', 'read'],
    ['version', 'read'],
    ['printers', 'read'],
    ['init_session', 'read'],
    ['create_sale', 'change'],
    ['print', 'change'],
    ['getter', 'change'],
  ])('%s is a %s', async (action, effect) => {
    minsk.forward.mockClear();
    minsk.forwardedChange.mockClear();
    await ask(SALES, { action, token: 'AVQ1' });
    expect(minsk.forward).toHaveBeenCalledTimes(effect === 'read' ? 1 : 0);
    expect(minsk.forwardedChange).toHaveBeenCalledTimes(effect === 'change' ? 1 : 0);
  });

  test('is passed on even where the action is one of ours, with data of its own', async () => {
    minsk.forward.mockClear();
    const outcome = await ask(
      'ik.service.token.shift',
      { action: 'close_shift', token: 'AVQ1' },
      { printer: 'x' },
    );
    expect(outcome).toEqual({ data: { from: 'minsk' } });
  });

  test('gets our names for vendor and account added where it tells of a register', async () => {
    const outcome = await ask('ik.service.token', { action: 'get_token_by_serial', token: 'AVQ1' });
    expect(outcome).toEqual({ data: { from: 'minsk', vendor: 'tsrv', account: 'minsk' } });
  });
});

test('without an upstream an iKassa address of its own is served by nobody', () => {
  const { router } = fakeRouter(fakeDirectory([almaty], []));
  expect(router.serves(SALES)).toBe(false);
  expect(router.serves('ik.service.app')).toBe(true);
});
