import { setImmediate } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import { Failure } from '#core/failure.ts';
import type { ActionClient } from '#domain/action.ts';
import type { Report } from '#domain/report.ts';
import { everybody, fakeAccount, fakeDirectory, fakeRegister, fakeRouter } from './fake-directory.ts';
import { fakeReport, hangs } from './fake-report.ts';

const HEADERS = { action: 'get_x_reports' };

const almaty = fakeAccount('almaty', 'kassa24');
const minsk = fakeAccount('minsk', 'tsrv', { forward: () => Promise.resolve(null) });
const FIVE = fakeReport('KZT', { sales_sum: '5.00' });

const answers = (report: unknown) => ({ getXReport: () => Promise.resolve(report as Report) });
const fails = (failure: Failure) => ({ getXReport: () => Promise.reject(failure) });

const registers = [
  fakeRegister('KZ1', almaty, answers(FIVE)),
  fakeRegister('KZ2', almaty, fails(new Failure('VENDOR_UNAVAILABLE', { description: 'нет связи' }))),
  fakeRegister('KZ3', almaty, answers(FIVE), { pin: '1234' }),
  fakeRegister('KZ4', almaty),
  fakeRegister('BY1', minsk, answers({ counters: { BYN: 1 }, more: true })),
  fakeRegister(
    'BY2',
    minsk,
    fails(Failure.told({ name: '$.odd', description: 'd', data: { name: '$.odd', description: 'd', x: 1 } })),
  ),
];
const HUGE = Array.from({ length: 10_001 }, (_, index) => `KZ${index}`);
const groups = { all: ['KZ1', 'BY1'], none: [], huge: HUGE };
const directory = fakeDirectory([almaty, minsk], registers, groups);

type Answer = {
  complete: boolean;
  reports: ({ token: string; vendor: string | null } & Record<string, unknown>)[];
  totals: Record<string, unknown>[];
};

function openBus(of = directory) {
  const { ask, clock } = fakeRouter(of);
  const askFor = async (data: unknown, headers = {}, client: ActionClient = everybody): Promise<Answer> => {
    const outcome = await ask('bus.reports', { ...HEADERS, ...headers }, data, { client });
    if (outcome instanceof Failure) throw outcome;
    return outcome.data as Answer;
  };
  return { ask, askFor, clock };
}

describe('the rows', () => {
  test('come in the order asked, and a failing one hides no other', async () => {
    const tokens = ['KZ2', 'BY1', 'KZ1', 'nope', 'KZ4', 'KZ3', 'BY2'];
    const { complete, reports, totals } = await openBus().askFor({ tokens });
    expect(complete).toBe(false);
    expect(reports).toEqual([
      { token: 'KZ2', vendor: 'almaty', error: { name: 'VENDOR_UNAVAILABLE', description: 'нет связи' } },
      { token: 'BY1', vendor: 'minsk', report: { counters: { BYN: 1 }, more: true } },
      { token: 'KZ1', vendor: 'almaty', report: FIVE },
      {
        token: 'nope',
        vendor: null,
        error: {
          name: 'TSRV_TOKEN_NOT_FOUND',
          description: 'касса nope не найдена. доступны: [KZ1, KZ2, KZ3, …]',
        },
      },
      { token: 'KZ4', vendor: 'almaty', error: expect.objectContaining({ name: 'BUS_UNSUPPORTED_ACTION' }) },
      {
        token: 'KZ3',
        vendor: 'almaty',
        error: expect.objectContaining({ name: 'AVQFR_SESSION_NOT_AUTHORIZED' }),
      },
      { token: 'BY2', vendor: 'minsk', error: { name: '$.odd', description: 'd', x: 1 } },
    ]);
    expect(totals).toMatchObject([{ currency: 'KZT', registers: 1, sales_sum: '5.00' }]);
  });

  test.each([
    ['bus.reports', { action: 'get_x_reports' }, { tokens: ['KZ1', 'KZ2', 'no'] }, 3],
    ['bus.reports', { action: 'get_x_reports' }, { group: 'all' }, 2],
    ['ik.service.token', { action: 'get_tokens', 'tokens.refresh': 'true' }, null, registers.length],
    ['ik.service.token', { action: 'get_tokens' }, null, 1],
  ])('count as many requests: %s %j %j', async (address, headers, data, expected) => {
    const admit = vi.fn(() => new Failure('BUS_OVERLOADED'));
    expect(await openBus().ask(address, headers, data, { admit })).toMatchObject({ name: 'BUS_OVERLOADED' });
    expect(admit).toHaveBeenCalledExactlyOnceWith(expected);
  });

  test('are those of a group', async () => {
    const { askFor } = openBus();
    const { complete, reports } = await askFor({ group: 'all' });
    expect([complete, reports.map(({ token }) => token)]).toEqual([true, ['KZ1', 'BY1']]);
    expect(await askFor({ group: 'none' })).toEqual({ complete: true, reports: [], totals: [] });
  });

  test('do not tell a client which of the forbidden registers exist', async () => {
    const client = { ...everybody, permits: (token: string) => token === 'KZ1' };
    const { reports } = await openBus().askFor({ tokens: ['KZ1', 'KZ2', 'nope'] }, {}, client);
    expect(reports.map(({ vendor, error }) => [vendor, (error as Failure | undefined)?.name])).toEqual([
      ['almaty', undefined],
      [null, 'BUS_ACCESS_DENIED'],
      [null, 'BUS_ACCESS_DENIED'],
    ]);
  });

  test('name some of the permitted registers only, however many there are', async () => {
    const many = Array.from({ length: 1000 }, (_, index) =>
      fakeRegister(`KZ${index}`, almaty, answers(FIVE)),
    );
    const { askFor } = openBus(fakeDirectory([almaty], many));
    const client = { ...everybody, permits: (token: string) => token !== 'KZ0' };
    const tokens = Array.from({ length: 1000 }, (_, index) => `X${index}`);
    const { reports } = await askFor({ tokens }, {}, client);
    const texts = reports.map(({ error }) => (error as Failure).description);
    expect(texts[7]).toBe('касса X7 не найдена. доступны: [KZ1, KZ2, KZ3, …]');
  });

  test('are refused for registers of another account than the named one', async () => {
    const { reports } = await openBus().askFor({ tokens: ['KZ1', 'BY1'] }, { account: 'minsk' });
    expect(reports).toMatchObject([
      { token: 'KZ1', vendor: 'almaty', error: { name: 'TSRV_INVALID_HEADER' } },
      { token: 'BY1', vendor: 'minsk', report: {} },
    ]);
  });

  test('of a vendor of ours whose report breaks its schema are our fault, and only theirs', async () => {
    const broken = fakeRegister('KZ5', almaty, answers({ ...FIVE, number: 'one' }));
    const { askFor } = openBus(fakeDirectory([almaty], [broken, fakeRegister('KZ1', almaty, answers(FIVE))]));
    const { reports } = await askFor({ tokens: ['KZ5', 'KZ1'] });
    expect(reports).toMatchObject([{ error: { name: 'BUS_INTERNAL_ERROR' } }, { report: FIVE }]);
  });
});

describe('what is asked for', () => {
  test.each([
    ['neither', {}, ['/tokens', '/group']],
    ['both', { tokens: ['KZ1'], group: 'all' }, ['/tokens', '/group']],
    ['an unknown group', { group: 'x' }, ['/group']],
    ['too large a group', { group: 'huge' }, ['/group']],
    ['no token', { tokens: [] }, ['/tokens']],
    ['a token twice', { tokens: ['KZ1', 'KZ2', 'KZ1'] }, ['/tokens']],
    ['no time', { group: 'all', deadline_ms: 0 }, ['/deadline_ms']],
    ['too long a time', { group: 'all', deadline_ms: 600_001 }, ['/deadline_ms']],
    ['half a millisecond', { group: 'all', deadline_ms: 1.5 }, ['/deadline_ms']],
    ['an unknown field', { group: 'all', pin: 1 }, ['/pin']],
  ])('is refused with a pointer: %s', async (_case, data, paths) => {
    const outcome = (await openBus().ask('bus.reports', HEADERS, data)) as Failure;
    expect(outcome.name).toBe('BUS_INVALID_DATA');
    expect((outcome.details as { errors: { path: string }[] }).errors.map(({ path }) => path)).toEqual(paths);
  });
});

describe('too many registers', () => {
  const errorsFor = async (tokens: readonly unknown[]) => {
    const outcome = (await openBus().ask('bus.reports', HEADERS, { tokens })) as Failure;
    return outcome.details;
  };

  test('are refused, with nothing else told of them', async () => {
    const tooMany = { errors: [{ path: '/tokens', message: 'нужно элементов не больше 10000' }] };
    expect(await errorsFor(Array.from({ length: 10_001 }, (_, index) => `X${index}`))).toEqual(tooMany);
    expect(await errorsFor(new Array(120_000).fill(1))).toEqual(tooMany);
  });

  test('are not as many as may be asked for', async () => {
    const tokens = Array.from({ length: 10_000 }, (_, index) => `X${index}`);
    expect((await openBus().askFor({ tokens })).reports).toHaveLength(10_000);
  });
});

describe('a register asked by several at once', () => {
  test('is asked once, be it by many or by a single request, but not with tokens.refresh', async () => {
    const getXReport = vi.fn(() => Promise.resolve(FIVE));
    const { ask, askFor } = openBus(fakeDirectory([almaty], [fakeRegister('KZ1', almaty, { getXReport })]));
    const single = { action: 'get_x_report', token: 'KZ1' };
    const tokens = ['KZ1'];
    await Promise.all([
      askFor({ tokens }),
      ask('ik.service.token.shift', single),
      askFor({ tokens, deadline_ms: 5 }),
    ]);
    expect(getXReport).toHaveBeenCalledTimes(1);
    await Promise.all([ask('ik.service.token.shift', single), askFor({ tokens })]);
    expect(getXReport).toHaveBeenCalledTimes(2);
    await Promise.all([askFor({ tokens }), askFor({ tokens }, { 'tokens.refresh': 'true' })]);
    expect(getXReport).toHaveBeenCalledTimes(4);
  });

  test('is asked once where its upstream speaks our protocol, too', async () => {
    const forward = vi.fn(() => Promise.resolve(FIVE));
    const upstream = fakeAccount('minsk', 'tsrv', { forward });
    const getXReport = vi.fn(() => Promise.resolve(FIVE));
    const { ask, askFor } = openBus(
      fakeDirectory([upstream], [fakeRegister('BY1', upstream, { getXReport })]),
    );
    const single = { action: 'get_x_report', token: 'BY1' };
    await Promise.all([ask('ik.service.token.shift', single), askFor({ tokens: ['BY1'] })]);
    expect(forward.mock.calls.length + getXReport.mock.calls.length).toBe(1);
  });
});

describe('at the deadline', () => {
  const slow = fakeDirectory(
    [almaty],
    [
      fakeRegister('KZ1', almaty, answers(FIVE)),
      fakeRegister('KZ2', almaty, { getXReport: hangs }),
      fakeRegister('KZ3', almaty, { getXReport: () => new Promise(() => {}) }),
    ],
  );
  const tokens = ['KZ1', 'KZ2', 'KZ3'];

  test.each([
    ['the asked one', { deadline_ms: 500 }, {}, 500],
    ['15 seconds', {}, {}, 15_000],
    ['that of the message where it is earlier', { deadline_ms: 5000 }, { timeout: '500' }, 500],
    ['that of both', { deadline_ms: 500 }, { timeout: '500' }, 500],
    ['without joining anybody', { deadline_ms: 500 }, { 'tokens.refresh': 'true' }, 500],
  ])('what has come is answered: %s', async (_case, data, headers, ms) => {
    const { askFor, clock } = openBus(slow);
    let isAnswered = false;
    const answer = askFor({ tokens, ...data }, headers).finally(() => {
      isAnswered = true;
    });
    clock.advance(ms - 1);
    await setImmediate();
    expect(isAnswered).toBe(false);
    clock.advance(1);
    await setImmediate();
    clock.advance(50);
    const { complete, reports } = await answer;
    expect(complete).toBe(false);
    expect(reports.map((row) => (row.error as Failure | undefined)?.name)).toEqual([
      undefined,
      'BUS_TIMEOUT',
      'tokens.refresh' in headers ? 'VENDOR_TIMEOUT' : 'BUS_TIMEOUT',
    ]);
    expect(clock.pending).toBe(0);
  });

  test('a requester that leaves ends every call', async () => {
    const left = new AbortController();
    const { ask, clock } = openBus(slow);
    const answer = ask('bus.reports', HEADERS, { tokens: ['KZ2'] }, { signal: left.signal });
    left.abort();
    await answer;
    expect(clock.pending).toBe(0);
  });
});
