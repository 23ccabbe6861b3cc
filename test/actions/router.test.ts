import { describe, expect, test, vi } from 'vitest';
import type { Call } from '#core/call.ts';
import { Failure } from '#core/failure.ts';
import { emptyCounter, type Report } from '#domain/report.ts';
import { everybody, fakeAccount, fakeDirectory, fakeRegister, fakeRouter } from './fake-directory.ts';

const SHIFT = 'ik.service.token.shift';

const REPORT: Report = {
  cashier: null,
  close_date: null,
  company_name: null,
  counters: [emptyCounter('KZT')],
  device_id: 1,
  first_sale_number: null,
  last_sale_number: null,
  number: 1,
  open_date: null,
  sales_count: null,
  tax_number: null,
  uid: null,
};

const almaty = fakeAccount('almaty', 'kassa24');
const withReport = fakeRegister('KZ1', almaty, { getXReport: () => Promise.resolve(REPORT) });
const withoutReport = fakeRegister('KZ2', almaty);
const locked = fakeRegister('KZ3', almaty, { getXReport: () => Promise.resolve(REPORT) }, { pin: '1234' });
const directory = fakeDirectory([almaty], [withReport, withoutReport, locked]);

function nameOf(outcome: { data: unknown } | Failure): string {
  return outcome instanceof Failure ? outcome.name : 'ok';
}

describe('the router answers the first failure in the order of the contract', () => {
  const { ask } = fakeRouter(directory);

  test.each([
    ['no action', {}, null, 'BUS_MISSING_HEADER'],
    ['an empty action', { action: '' }, null, 'BUS_MISSING_HEADER'],
    ['an unknown action, before its headers', { action: 'nope', timeout: 'x' }, null, 'BUS_UNKNOWN_ACTION'],
    [
      'a bad header, before the register',
      { action: 'get_x_report', timeout: '99' },
      null,
      'TSRV_INVALID_HEADER',
    ],
    ['no register', { action: 'get_x_report' }, null, 'BUS_MISSING_HEADER'],
    [
      'an unknown register, before data',
      { action: 'get_x_report', token: 'nope' },
      { a: 1 },
      'TSRV_TOKEN_NOT_FOUND',
    ],
    ['wrong data, before the PIN', { action: 'get_x_report', token: 'KZ3' }, { a: 1 }, 'BUS_INVALID_DATA'],
    ['no PIN session', { action: 'get_x_report', token: 'KZ3' }, null, 'AVQFR_SESSION_NOT_AUTHORIZED'],
    ['a vendor that cannot', { action: 'get_x_report', token: 'KZ2' }, null, 'BUS_UNSUPPORTED_ACTION'],
    ['nothing wrong', { action: 'get_x_report', token: 'KZ1' }, null, 'ok'],
    ['nothing wrong, {} for null', { action: 'get_x_report', token: 'KZ1' }, {}, 'ok'],
  ])('%s', async (_case, headers, body, expected) => {
    expect(nameOf(await ask(SHIFT, headers, body))).toBe(expected);
  });

  test('load comes last, and only for what would be done', async () => {
    const admit = vi.fn(() => new Failure('BUS_OVERLOADED'));
    expect(nameOf(await ask(SHIFT, { action: 'get_x_report', token: 'KZ3' }, null, { admit }))).toBe(
      'AVQFR_SESSION_NOT_AUTHORIZED',
    );
    expect(admit).not.toHaveBeenCalled();
    expect(nameOf(await ask(SHIFT, { action: 'get_x_report', token: 'KZ1' }, null, { admit }))).toBe(
      'BUS_OVERLOADED',
    );
  });

  test('wrong data is told with a JSON pointer for each mistake', async () => {
    const outcome = await ask(
      'ik.service.token.authority',
      { action: 'authorize', token: 'KZ3' },
      { pin: 1, a: 2 },
    );
    expect((outcome as Failure).details).toEqual({
      errors: expect.arrayContaining([
        { path: '/pin', message: 'нужен тип string' },
        { path: '/a', message: 'такого поля нет' },
      ]),
    });
  });

  test('a register that was not found is told with the permitted ones only', async () => {
    const client = { ...everybody, permits: (token: string) => token !== 'KZ2' };
    const outcome = (await ask(SHIFT, { action: 'get_x_report', token: 'nope' }, null, {
      client,
    })) as Failure;
    expect(outcome.description).toContain('[KZ1, KZ3]');
  });
});

describe('headers', () => {
  const { ask } = fakeRouter(directory);

  test.each([
    ['tokens.refresh', 'TRUE'],
    ['wait', ''],
    ['raw', '1'],
    ['timeout', '99'],
    ['timeout', '600001'],
    ['timeout', '1e3'],
    ['timeout', ' 500'],
    ['operation.id', ''],
    ['operation.id', 'x'.repeat(129)],
    ['operation.id', 'й'],
  ])('%s: %j is refused', async (name, value) => {
    const outcome = await ask(SHIFT, { action: 'get_x_report', token: 'KZ1', [name]: value });
    expect(nameOf(outcome)).toBe('TSRV_INVALID_HEADER');
    expect((outcome as Failure).description).toContain(name);
  });

  test('an unknown header is ignored', async () => {
    expect(nameOf(await ask(SHIFT, { action: 'get_x_report', token: 'KZ1', colour: 'red' }))).toBe('ok');
  });
});

describe('reads', () => {
  test('join the same read under way, but not one that asks anew', async () => {
    const getXReport = vi.fn(() => Promise.resolve(REPORT));
    const { ask } = fakeRouter(fakeDirectory([almaty], [fakeRegister('KZ1', almaty, { getXReport })]));
    const headers = { action: 'get_x_report', token: 'KZ1' };
    await Promise.all([ask(SHIFT, headers), ask(SHIFT, headers)]);
    expect(getXReport).toHaveBeenCalledTimes(1);
    await Promise.all([ask(SHIFT, headers), ask(SHIFT, { ...headers, 'tokens.refresh': 'true' })]);
    expect(getXReport).toHaveBeenCalledTimes(3);
  });

  test('an answer that breaks its schema is our fault and is not sent', async () => {
    const broken = { ...REPORT, number: 'one' } as unknown as Report;
    const register = fakeRegister('KZ1', almaty, { getXReport: () => Promise.resolve(broken) });
    const { ask } = fakeRouter(fakeDirectory([almaty], [register]));
    const outcome = await ask(SHIFT, { action: 'get_x_report', token: 'KZ1' });
    expect(nameOf(outcome)).toBe('BUS_INTERNAL_ERROR');
    expect(String((outcome as Failure).cause)).toContain('/number');
  });

  test('a call that ignores its deadline is answered all the same', async () => {
    const register = fakeRegister('KZ1', almaty, { getXReport: () => new Promise(() => {}) });
    const { ask, clock } = fakeRouter(fakeDirectory([almaty], [register]));
    const answer = ask(SHIFT, {
      action: 'get_x_report',
      token: 'KZ1',
      timeout: '500',
      'tokens.refresh': 'true',
    });
    clock.advance(500);
    clock.advance(100);
    expect(nameOf(await answer)).toBe('VENDOR_TIMEOUT');
    expect(clock.pending).toBe(0);
  });
});

describe('a requester that leaves', () => {
  test('ends the call and leaves no timer', async () => {
    const left = new AbortController();
    const getXReport = (call: Call) =>
      new Promise<Report>((_resolve, reject) => {
        call.signal.addEventListener('abort', () => reject(new Failure('BUS_TIMEOUT')));
      });
    const { ask, clock } = fakeRouter(fakeDirectory([almaty], [fakeRegister('KZ1', almaty, { getXReport })]));
    const headers = { action: 'get_x_report', token: 'KZ1', 'tokens.refresh': 'true' };
    const answer = ask(SHIFT, headers, null, { signal: left.signal });
    left.abort();
    expect(nameOf(await answer)).toBe('BUS_TIMEOUT');
    expect(clock.pending).toBe(0);
  });

  test('has left before anything began', async () => {
    const { ask, clock } = fakeRouter(directory);
    const signal = AbortSignal.abort();
    await ask(SHIFT, { action: 'get_x_report', token: 'KZ1', 'tokens.refresh': 'true' }, null, { signal });
    expect(clock.pending).toBe(0);
  });
});

describe('the registers', () => {
  const told = { device_id: 7, organization: 'ТОО', income: null };
  const registers = [
    fakeRegister(
      'A',
      almaty,
      { describe: () => Promise.resolve(told) },
      { company_name: 'ИП', tax_number: '012' },
    ),
    fakeRegister('B', almaty, { describe: () => Promise.reject(new Failure('VENDOR_UNAVAILABLE')) }),
    fakeRegister('C', almaty),
  ];
  const { ask } = fakeRouter(fakeDirectory([almaty], registers));

  test('are listed from memory, permitted ones only, in the file’s order', async () => {
    const client = { ...everybody, permits: (token: string) => token !== 'B' };
    const outcome = await ask('ik.service.token', { action: 'get_tokens' }, null, { client });
    expect(outcome).toMatchObject({
      data: [
        {
          serial: 'A',
          organization: 'ИП',
          unp: '012',
          device_id: null,
          vendor: 'kassa24',
          account: 'almaty',
        },
        { serial: 'C', organization: null },
      ],
    });
  });

  test('are asked anew with tokens.refresh, and one that fails stays as configured', async () => {
    const outcome = await ask('ik.service.token', { action: 'get_tokens', 'tokens.refresh': 'true' });
    expect(outcome).toMatchObject({
      data: [
        { serial: 'A', organization: 'ТОО', device_id: 7, unp: '012', income: null },
        { serial: 'B', organization: null },
        { serial: 'C' },
      ],
    });
  });

  test('with a PIN are asked for a client with a session only, with tokens.refresh, too', async () => {
    const describeRegister = vi.fn(() => Promise.resolve({ organization: 'ТОО' }));
    const register = fakeRegister('D', almaty, { describe: describeRegister }, { pin: '1234' });
    const { ask: askLocked } = fakeRouter(fakeDirectory([almaty], [register]));
    const organizationFor = async (name: string) => {
      const headers = { action: 'get_tokens', 'tokens.refresh': 'true' };
      const outcome = await askLocked('ik.service.token', headers, null, { client: { ...everybody, name } });
      return (outcome as { data: { organization: string | null }[] }).data[0]?.organization;
    };
    expect(await organizationFor('pos-1')).toBeNull();
    expect(describeRegister).not.toHaveBeenCalled();

    const headers = { action: 'authorize', token: 'D' };
    const client = { ...everybody, name: 'pos-1' };
    await askLocked('ik.service.token.authority', headers, { pin: '1234' }, { client });
    expect(await organizationFor('pos-1')).toBe('ТОО');
    expect(await organizationFor('pos-2')).toBeNull();
  });

  test('are told one by one', async () => {
    const outcome = await ask('ik.service.token', { action: 'get_token_by_serial', token: 'A' });
    expect(outcome).toMatchObject({ data: { serial: 'A', device_id: 7, vendor: 'kassa24' } });
  });
});
