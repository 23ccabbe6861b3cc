import { describe, expect, test } from 'vitest';
import { startReportsBus } from './reports-bus.ts';

type Row = { token: string; vendor: string | null; error?: { name: string }; report?: unknown };
type Answer = { complete: boolean; reports: Row[]; totals: Record<string, unknown>[] };

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

describe('registers of all vendors at once', () => {
  test('a thousand in one request, each once, with exact totals', async () => {
    const bus = await startReportsBus({ count: 334 });
    const tokens = numbers(334).flatMap((number) => [`T${number}`, `K${number}`, `I${number}`]);
    const { data } = await bus.send(
      'bus.reports',
      'get_x_reports',
      { tokens, deadline_ms: 60_000 },
      { timeout: '60000' },
    );
    const { complete, reports, totals }: Answer = data;
    expect(reports.filter(({ error }) => error)).toEqual([]);
    expect(complete).toBe(true);
    expect(reports.map(({ token }) => token)).toEqual(tokens);
    expect(totals).toMatchObject([
      { currency: 'BYN', registers: 334, sales_count: 334, sales_sum: '33.40' },
      { currency: 'KZT', registers: 334, sales_count: 334, sales_sum: '33433.40', sales_cash: null },
      { currency: 'RUB', registers: 334, sales_count: null, sales_sum: '33433.40' },
    ]);
    expect(bus.traffic).toMatchObject({
      tsrv: { calls: 334 },
      // The login, and three calls for each register.
      kassa24: { calls: 1 + 3 * 334 },
      // The login and one list for all.
      iiko: { calls: 2 },
    });
  }, 60_000);

  test('one iiko account is asked for one after the other while others run free', async () => {
    const bus = await startReportsBus({ count: 20, delayMs: 20 });
    const tokens = numbers(20).flatMap((number) => [`I${number}`, `T${number}`, `K${number}`]);
    const headers = { 'tokens.refresh': 'true' };
    const { data } = await bus.send('bus.reports', 'get_x_reports', { tokens }, headers);
    const { complete, reports }: Answer = data;
    expect([complete, reports.length]).toEqual([true, 60]);
    // Each its own list, since a fresh one is wanted of all.
    expect(bus.traffic.iiko).toMatchObject({ calls: 21, most: 1 });
    expect(bus.traffic.tsrv.most).toBeGreaterThan(4);
    expect(bus.traffic.kassa24.most).toBeGreaterThan(4);
  });

  test('the raw answer that several registers were read from is told once', async () => {
    const bus = await startReportsBus({ count: 3 });
    const tokens = ['I1', 'I2', 'T1'];
    const { data } = await bus.send('bus.reports', 'get_x_reports', { tokens }, { raw: 'true' });
    const { raw }: { raw: unknown[] } = data;
    expect(raw.map((answer) => (Array.isArray(answer) ? answer.length : 'tsrv')).toSorted()).toEqual([
      3,
      'tsrv',
    ]);
  });

  test('the answer comes at the deadline, with what was sent and is late', async () => {
    // Longer than any test may take: no answer but the one at the deadline can come.
    const bus = await startReportsBus({ count: 3, delayMs: 60_000 });
    const tokens = ['I1', 'I2', 'I3', 'T1'];
    const { type, data } = await bus.send('bus.reports', 'get_x_reports', { tokens }, { timeout: '1500' });
    expect(type).toBe('send');
    const { complete, reports }: Answer = data;
    expect([complete, reports.map(({ error }) => error?.name)]).toEqual([
      false,
      ['VENDOR_TIMEOUT', 'VENDOR_TIMEOUT', 'VENDOR_TIMEOUT', 'VENDOR_TIMEOUT'],
    ]);
  });
});

describe('the rules of a client', () => {
  const inbound = [
    { address: 'bus.reports', actions: ['get_x_reports'], tokens: ['T1', 'K1'] },
    { address: 'bus.reports', actions: ['reconcile_shift'], tokens: ['K1'] },
    { address: 'bus.status' },
  ];
  const clients = [
    { name: 'pos', secret: 'pos-secret', inbound, outbound: [] },
    { name: 'other', secret: 'other-secret', inbound: [{ address: 'ik.service.token' }], outbound: [] },
  ];
  const config = { clients, groups: { all: ['I1', 'K1', 'T1'] } };

  test('let the message in, and judge each of its registers', async () => {
    const bus = await startReportsBus({ count: 2, config });
    const ask = async (data: unknown) => {
      const answer = await bus.send('bus.reports', 'get_x_reports', data, {}, 'pos-secret');
      return (answer.data as Answer).reports.map(({ token, vendor, error }) => [token, vendor, error?.name]);
    };
    const rows = [
      ['I1', null, 'BUS_ACCESS_DENIED'],
      ['K1', 'almaty', undefined],
      ['T1', 'minsk', undefined],
    ];
    expect(await ask({ group: 'all' })).toEqual(rows);
    expect(await ask({ tokens: ['I1', 'K1', 'T1', 'nope'] })).toEqual([
      ...rows,
      ['nope', null, 'BUS_ACCESS_DENIED'],
    ]);
    expect(bus.traffic.iiko.calls).toBe(0);
  });

  test('refuse the message of a client without one that fits', async () => {
    const bus = await startReportsBus({ count: 1, config });
    const refused = { data: { name: 'BUS_ACCESS_DENIED' } };
    expect(
      await bus.send('bus.reports', 'get_x_reports', { group: 'all' }, {}, 'other-secret'),
    ).toMatchObject(refused);
    expect(
      await bus.send('bus.reports', 'reconcile_shift', null, { token: 'T1' }, 'pos-secret'),
    ).toMatchObject(refused);
    expect(await bus.send('bus.status', 'get_status', null, {}, 'other-secret')).toMatchObject(refused);
  });

  test('let the status of all be read where they let the address through', async () => {
    const bus = await startReportsBus({ count: 1, config });
    await bus.send('bus.reports', 'get_x_reports', { tokens: ['K1'] }, {}, 'pos-secret');
    const time = expect.stringMatching(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/);
    const unused = { breaker: 'closed', last_success: null, last_failure: null };
    expect((await bus.send('bus.status', 'get_status', null, {}, 'pos-secret')).data).toEqual({
      version: expect.any(String),
      engine: 'local',
      listeners: [{ listener: 'http', host: '127.0.0.1', port: expect.any(Number), path: null }],
      vendors: [
        { account: 'minsk', vendor: 'tsrv', ...unused },
        { account: 'almaty', vendor: 'kassa24', ...unused, last_success: time },
        { account: 'moscow', vendor: 'iiko', ...unused },
      ],
    });
  });

  test('by account let in and show the registers of that account, whatever account is named', async () => {
    const accounts = ['minsk'];
    const one = { name: 'pos', secret: 'pos-secret', inbound: [{ accounts }], outbound: [] };
    const bus = await startReportsBus({ count: 1, config: { ...config, clients: [one] } });
    for (const named of [{}, { account: 'minsk' }, { account: 'almaty' }, { token: 'T1' }]) {
      const { data } = await bus.send('bus.reports', 'get_x_reports', { group: 'all' }, named, 'pos-secret');
      const names = (data as Answer).reports.map(({ error }) => error?.name);
      const ofMinsk = 'account' in named && named.account === 'almaty' ? 'TSRV_INVALID_HEADER' : undefined;
      expect(names).toEqual(['BUS_ACCESS_DENIED', 'BUS_ACCESS_DENIED', ofMinsk]);
      const tokens = await bus.send('ik.service.token', 'get_tokens', null, named, 'pos-secret');
      expect(tokens.data).toMatchObject([{ serial: 'T1' }]);
      expect(tokens.data).toHaveLength(1);
    }
    const refused = { data: { name: 'BUS_ACCESS_DENIED' } };
    const headers = { token: 'K1', account: 'minsk' };
    expect(
      await bus.send('ik.service.token.shift', 'get_x_report', null, headers, 'pos-secret'),
    ).toMatchObject(refused);
    expect([bus.traffic.kassa24.calls, bus.traffic.iiko.calls]).toEqual([0, 0]);
  });
});
