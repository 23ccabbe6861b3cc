import { describe, expect, test } from 'vitest';
import { Bench, SECOND } from './bench.ts';

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/** A failure as a client would see it. */
const failed = (name: string, code?: string) => ({
  failure: expect.objectContaining(
    code === undefined ? { name } : { name, details: expect.objectContaining({ code }) },
  ),
});
const OK = { data: { result: 'Ok' } };

const kinds = async (bench: Bench) =>
  (await bench.seen()).map((line) => line.split(' ').slice(0, 2).join(' '));

const LOST_OPENING = { method: 'POST', path: '/shifts', fault: 'lost_answer' };

/** The shift that is opened next, as the vendor tells of it. */
const opened = (told: object) => ({ Id: 11345, IdKkm: 77505, IdUser: 1032, IdStatusShift: 1, ...told });

describe('open_shift', () => {
  test('opens a shift, and remembers the Uid that comes with it', async () => {
    const bench = await Bench.start();
    await bench.state({ shift: 'closed' });
    expect(await bench.change('open_shift')).toEqual(OK);
    expect(await kinds(bench)).toEqual(['GET /kkms/77505', 'POST /shifts']);
    const { uid } = await bench.state();
    expect(await bench.port().desk.state.read('KZ77505', 'uid')).toBe(uid);
  });

  test('answers the shift and its Uid where the vendor itself is asked', async () => {
    const bench = await Bench.start();
    await bench.state({ shift: 'closed' });
    expect(await bench.change('open_shift', { service: 'kassa24.shift' })).toEqual({
      data: {
        shift: {
          id: 11345,
          id_user: 1032,
          id_kkm: 77505,
          id_status_shift: 1,
          date_open: expect.stringMatching(/\+05:00$/),
        },
        uid: expect.stringMatching(UUID),
      },
    });
  });

  test('is refused while a shift is open', async () => {
    const bench = await Bench.start();
    expect(await bench.change('open_shift')).toEqual(failed('AVQFR_SHIFT_IS_OPENED', '403'));
  });

  test('says of an expired shift that it has to be closed, and sends nothing', async () => {
    const bench = await Bench.start();
    await bench.state({ shift: 'expired' });
    expect(await bench.change('open_shift')).toEqual(failed('AVQFR_SHIFT_IS_PENDING'));
    expect(await kinds(bench)).toEqual(['GET /kkms/77505', 'GET /shifts/11344']);
  });

  test('says so too where the vendor refuses it as expired', async () => {
    const bench = await Bench.start();
    await bench.state({ shift: 'closed' });
    await bench.fault({
      path: '/shifts',
      status: 403,
      body: { Status: 403, Message: 'Forbidden: смена просрочена' },
    });
    expect(await bench.change('open_shift')).toEqual(failed('AVQFR_SHIFT_IS_PENDING', '403'));
  });

  test('does without the shift of another cashier', async () => {
    const bench = await Bench.start();
    await bench.state({ foreign_cashier: true });
    expect(await bench.change('open_shift')).toEqual(failed('AVQFR_SHIFT_IS_OPENED', '403'));
  });

  test('finds out that a lost answer was a success, and gets the Uid that was lost', async () => {
    const bench = await Bench.start();
    await bench.state({ shift: 'closed' });
    await bench.fault({ method: 'POST', path: '/shifts', fault: 'lost_answer' });
    expect(await bench.change('open_shift', { service: 'kassa24.shift' })).toMatchObject({
      data: {
        shift: { id: 11345, id_user: 1032, id_kkm: 77505, id_status_shift: 1 },
        uid: expect.stringMatching(UUID),
      },
    });
    expect(await kinds(bench)).toEqual([
      'GET /kkms/77505',
      'POST /shifts',
      'GET /kkms/77505',
      'GET /shifts/11345',
      'GET /uid/77505',
    ]);
  });

  test.each([
    ['the answer', { method: 'POST', path: '/shifts' }, { Shift: opened({ DateOpen: { Date: 1 } }) }, []],
    ["the shift's information", { path: '/shifts/11345' }, opened({ DateOpen: 'вчера' }), [LOST_OPENING]],
  ])('tells no time that cannot be read in %s', async (_where, where, Data, faults) => {
    const bench = await Bench.start();
    await bench.state({ shift: 'closed' });
    for (const fault of faults) await bench.fault(fault);
    await bench.fault({ ...where, body: { Status: 200, Data } });
    expect(await bench.change('open_shift', { service: 'kassa24.shift' })).toMatchObject({
      data: { shift: { id: 11345, id_status_shift: 1, date_open: null } },
    });
  });

  test('is open all the same where the lost Uid cannot be had, which is asked for before the next change', async () => {
    const bench = await Bench.start();
    await bench.state({ shift: 'closed' });
    await bench.fault({ method: 'POST', path: '/shifts', fault: 'lost_answer' });
    await bench.fault({ path: '/uid/77505', status: 403, body: { Status: 403, Message: 'Forbidden' } });
    expect(await bench.change('open_shift', { service: 'kassa24.shift' })).toMatchObject({
      data: { shift: { id: 11345 }, uid: null },
    });
    const { uid } = await bench.state();
    expect(await bench.change('close_shift')).toMatchObject({ data: { uid } });
  });

  test('finds out the same after an answer that was cut short', async () => {
    const bench = await Bench.start();
    await bench.state({ shift: 'closed' });
    await bench.fault({ method: 'POST', path: '/shifts', fault: 'truncate' });
    expect(await bench.change('open_shift')).toEqual(OK);
  });

  test('is not done when the request was lost, and is done by the repeat', async () => {
    const bench = await Bench.start();
    await bench.state({ shift: 'closed' });
    await bench.fault({ method: 'POST', path: '/shifts', fault: 'reset' });
    expect(await bench.change('open_shift', { id: 'a' })).toEqual(failed('VENDOR_OUTCOME_UNKNOWN', 'reset'));
    expect(await bench.change('open_shift', { id: 'a' })).toEqual(OK);
    expect(await bench.change('open_shift', { id: 'a' })).toEqual(OK);
    expect((await kinds(bench)).filter((line) => line === 'POST /shifts')).toHaveLength(2);
  });

  test('takes no shift of another cashier for its own', async () => {
    const bench = await Bench.start();
    await bench.state({ shift: 'closed' });
    await bench.fault({ method: 'POST', path: '/shifts', fault: 'reset' });
    await bench.fault({
      method: 'GET',
      path: '/kkms/77505',
      skip: 1,
      times: 2,
      body: { Status: 200, Data: { Kkm: { Id: 77505, IdShift: 5 } } },
    });
    const Data = { Id: 5, IdKkm: 77505, IdUser: 9999, IdStatusShift: 1 };
    await bench.fault({ method: 'GET', path: '/shifts/5', times: 0, body: { Status: 200, Data } });
    expect(await bench.change('open_shift')).toEqual(failed('VENDOR_OUTCOME_UNKNOWN', 'reset'));
  });

  test.each([
    ['null', null],
    ['{}', {}],
    ['[]', []],
    ['"ok"', 'ok'],
    ['true', true],
    ['a page of a proxy', { message: 'maintenance' }],
    ['no Data', { Status: 200, Data: null }],
    ['an empty Data', { Status: 200, Data: {} }],
    ['an empty Shift', { Status: 200, Data: { Shift: {} } }],
    ['a closed Shift', { Status: 200, Data: { Shift: { Id: 5, IdStatusShift: 2 } } }],
    ['a Shift elsewhere', { Status: 200, Data: { Shift: { Id: 5, IdStatusShift: 1, IdKkm: 9 } } }],
  ])('takes no success that tells of no open shift (%s) for one', async (_what, body) => {
    const bench = await Bench.start();
    await bench.state({ shift: 'closed' });
    await bench.fault({ method: 'POST', path: '/shifts', text: JSON.stringify(body) });
    expect(await bench.change('open_shift', { id: 'a' })).toEqual(failed('VENDOR_UNAVAILABLE'));
    expect(await bench.change('open_shift', { id: 'a' })).toEqual(OK);
    expect((await bench.state()).shifts.filter(({ open }) => open)).toHaveLength(1);
  });

  test('is no refusal where a proxy has had enough of waiting', async () => {
    const bench = await Bench.start();
    await bench.state({ shift: 'closed' });
    await bench.fault({ method: 'POST', path: '/shifts', status: 408 });
    expect(await bench.change('open_shift', { id: 'a' })).toEqual(failed('VENDOR_OUTCOME_UNKNOWN', '408'));
    expect(await bench.change('open_shift', { id: 'a' })).toEqual(OK);
  });

  test('is not sent again while the vendor may be at it', async () => {
    const bench = await Bench.start();
    await bench.state({ shift: 'closed' });
    await bench.fault({ method: 'POST', path: '/shifts', delay_ms: 3000 });
    await bench.restart(1000);
    expect(await bench.change('open_shift', { id: 'a' })).toEqual(
      failed('VENDOR_OUTCOME_UNKNOWN', 'timeout'),
    );
    expect(await bench.change('open_shift', { id: 'b', timeoutMs: 500 })).toEqual(
      failed('VENDOR_UNAVAILABLE'),
    );
    expect(await bench.change('open_shift', { id: 'a' })).toEqual(OK);
    expect((await kinds(bench)).filter((line) => line === 'POST /shifts')).toHaveLength(1);
  });

  test('is settled after a restart, when the answer was lost with the process', async () => {
    const bench = await Bench.start();
    await bench.state({ shift: 'closed' });
    await bench.fault({ method: 'POST', path: '/shifts', fault: 'lost_answer' });
    await bench.fault({ method: 'GET', path: '/kkms/77505', skip: 1, times: 1, fault: 'hang' });
    void bench.change('open_shift', { id: 'a' });
    await expect.poll(() => kinds(bench)).toContain('POST /shifts');
    await bench.restart();
    expect(await bench.change('open_shift', { id: 'a' })).toEqual(OK);
    expect((await kinds(bench)).filter((line) => line === 'POST /shifts')).toHaveLength(1);
  });

  test('sends the time of an autonomous operation as it came', async () => {
    const bench = await Bench.start();
    await bench.state({ shift: 'closed' });
    const date = '2020-12-20T06:34:46+00:00';
    expect(await bench.change('open_shift', { data: { date }, service: 'kassa24.shift' })).toMatchObject({
      data: { shift: { date_open: '2020-12-20T12:34:46+06:00' } },
    });
  });

  test.each(['2020-12-20', '2020-12-20T06:34:46', '', '0001-01-01T00:00:00Z', '2020-02-31T00:00:00Z'])(
    'refuses %j as its time, and sends nothing',
    async (date) => {
      const bench = await Bench.start();
      expect(await bench.change('open_shift', { data: { date } })).toEqual({
        failure: expect.objectContaining({
          name: 'BUS_INVALID_DATA',
          details: { errors: [expect.objectContaining({ path: '/date' })] },
        }),
      });
      expect(await bench.seen()).toEqual([]);
    },
  );

  test('leaves two registers with their own cashiers open at the same time', async () => {
    const bench = await Bench.start();
    expect(await bench.change('open_shift', { token: SECOND.token })).toEqual(OK);
    const reports = await Promise.all([bench.getXReport(), bench.getXReport(SECOND.token)]);
    expect(reports).toMatchObject([
      { data: { cashier: 'first cashier', device_id: 77505 } },
      { data: { cashier: 'cashier 2', device_id: 77506 } },
    ]);
    expect(await bench.change('close_shift', { token: SECOND.token })).toMatchObject({
      data: { device_id: 77506 },
    });
    expect(await bench.getXReport()).toMatchObject({ data: { device_id: 77505 } });
  });
});

describe('close_shift', () => {
  test('closes the shift with its Uid and answers the Z report', async () => {
    const bench = await Bench.start();
    const { uid } = await bench.state();
    expect(await bench.change('close_shift')).toEqual({
      data: {
        cashier: 'first cashier',
        close_date: expect.stringMatching(/\+05:00$/),
        company_name: 'ТОО "Песочница"',
        counters: [expect.objectContaining({ currency: 'KZT', sales_count: 1, sales_sum: '100.00' })],
        device_id: 77505,
        first_sale_number: null,
        last_sale_number: null,
        number: 8,
        open_date: expect.stringMatching(/\+05:00$/),
        sales_count: 1,
        tax_number: 123456789012,
        uid,
      },
    });
    expect(await bench.seen()).toEqual([
      'GET /kkms/77505',
      'GET /shifts/11344',
      'GET /uid/77505',
      `POST /shifts/11344/z ${uid}`,
    ]);
  });

  test('answers all of the Z report where the vendor itself is asked', async () => {
    const bench = await Bench.start();
    expect(await bench.change('close_shift', { service: 'kassa24.shift' })).toMatchObject({
      data: {
        balance_close: '93894.10',
        count: 1,
        date_close: expect.stringMatching(/\+05:00$/),
        kkm: { id: 77505 },
        operator_code: '1032',
        total: { sales: { qty: 1, amount: '100.00', cumulative: '1228340.94' } },
        total_nds_amount: '10.71',
      },
    });
  });

  test('asks for the Uid, since other programs use up what opening has brought', async () => {
    const bench = await Bench.start();
    await bench.state({ shift: 'closed' });
    await bench.change('open_shift');
    await bench.state({ sell_elsewhere: { cash: '100.00' } });
    const { uid } = await bench.state();
    expect(await bench.change('close_shift')).toMatchObject({ data: { uid, sales_count: 1 } });
    expect(await bench.state()).toMatchObject({ kkm: { IdShift: 0 } });
  });

  test('takes what is remembered where the vendor refuses to tell the Uid, also after a restart', async () => {
    const bench = await Bench.start();
    await bench.state({ shift: 'closed' });
    await bench.change('open_shift');
    await bench.restart();
    await bench.fault({ path: '/uid/77505', status: 403, body: { Status: 403, Message: 'Forbidden' } });
    expect(await bench.change('close_shift')).toMatchObject({ data: { number: 9 } });
  });

  test.each([{ service: 'ik.service.token.shift' }, { service: 'kassa24.shift' }] as const)(
    'does not take the receipt of another program for its Z report (%o)',
    async (asked) => {
      const bench = await Bench.start();
      await bench.state({ shift: 'closed' });
      await bench.change('open_shift');
      const { uid: used } = await bench.state();
      await bench.state({ sell_elsewhere: { cash: '100.00' } });
      await bench.fault({ path: '/uid/77505', body: { Status: 200, Data: { Uid: used } } });
      expect(await bench.change('close_shift', asked)).toEqual({ data: expect.any(Object) });
      expect(await bench.state()).toMatchObject({ kkm: { IdShift: 0 } });
    },
  );

  test('does not take the Z report of the shift before for its own', async () => {
    const bench = await Bench.start();
    const { uid: used } = await bench.state();
    await bench.change('close_shift');
    await bench.change('open_shift');
    await bench.fault({ path: '/uid/77505', body: { Status: 200, Data: { Uid: used } } });
    expect(await bench.change('close_shift')).toMatchObject({ data: { number: 9 } });
    expect((await bench.state()).shifts.every(({ open }) => !open)).toBe(true);
  });

  test('is refused, and not done under another Uid, where its own went to another program after a loss', async () => {
    const bench = await Bench.start();
    await bench.fault({ path: '/shifts/11344/z', fault: 'reset' });
    const body = { Status: 208, Data: { IdDocument: 7 } };
    await bench.fault({ path: '/shifts/11344/z', status: 208, body, times: 2 });
    await bench.change('close_shift', { id: 'a' });
    expect(await bench.change('close_shift', { id: 'a' })).toEqual(failed('VENDOR_REJECTED', '208'));
    expect(await bench.change('close_shift', { id: 'b' })).toMatchObject({ data: { sales_count: 1 } });
  });

  test.each([null, {}, [], 'ok', { message: 'maintenance' }, { Status: 200, Data: {} }])(
    'takes no success without a Z report (%j) for one',
    async (answer) => {
      const bench = await Bench.start();
      const text = JSON.stringify(answer);
      await bench.fault({ path: '/shifts/11344/z', text });
      const asked = { id: 'a', service: 'kassa24.shift' } as const;
      expect(await bench.change('close_shift', asked)).toEqual(failed('VENDOR_UNAVAILABLE'));
      expect(await bench.change('close_shift', asked)).toMatchObject({ data: { count: 1 } });
    },
  );

  test('is not kept from by a time that cannot be read', async () => {
    const bench = await Bench.start();
    const Data = { Id: 11344, IdKkm: 77505, IdUser: 1032, IdStatusShift: 1, DateOpen: 'yesterday' };
    await bench.fault({ method: 'GET', path: '/shifts/11344', body: { Status: 200, Data } });
    expect(await bench.change('close_shift')).toMatchObject({ data: { sales_count: 1 } });
  });

  test('takes no new Uid while nobody knows what became of another closing of the shift', async () => {
    const bench = await Bench.start();
    const { uid } = await bench.state();
    await bench.fault({ path: '/shifts/11344/z', fault: 'reset', times: 3 });
    const refused = { status: 403, body: { Status: 403, Message: 'Forbidden' } };
    await bench.fault({ method: 'GET', path: '/shifts/11344', skip: 1, times: 2, ...refused });
    expect(await bench.change('close_shift', { id: 'a' })).toEqual(failed('VENDOR_OUTCOME_UNKNOWN'));
    await bench.calm();
    await bench.state({ rotate_uid: true });
    expect(await bench.change('close_shift', { id: 'b' })).toEqual(failed('VENDOR_REJECTED', '452'));
    const sent = (await bench.seen()).filter((line) => line.includes('/z '));
    expect(new Set(sent)).toEqual(new Set([`POST /shifts/11344/z ${uid}`]));
    expect(await bench.change('close_shift', { id: 'c' })).toMatchObject({ data: { sales_count: 1 } });
    expect(await bench.change('close_shift', { id: 'a' })).toMatchObject({
      data: { close_date: expect.any(String) },
    });
  });

  test('is found although the next shift was opened since', async () => {
    const bench = await Bench.start();
    await bench.fault({ path: '/shifts/11344/z', fault: 'lost_answer', times: 3 });
    const refused = { status: 403, body: { Status: 403, Message: 'Forbidden' } };
    await bench.fault({ method: 'GET', path: '/shifts/11344', skip: 1, times: 2, ...refused });
    expect(await bench.change('close_shift', { id: 'a' })).toEqual(failed('VENDOR_OUTCOME_UNKNOWN'));
    await bench.calm();
    expect(await bench.change('open_shift', { id: 'b' })).toEqual(OK);
    expect(await bench.change('close_shift', { id: 'a' })).toMatchObject({
      data: { number: 8, sales_count: 1 },
    });
  });

  test.each([
    ['without a shift', { shift: 'closed' }, 'AVQFR_SHIFT_IS_CLOSED'],
    [
      'of a closed shift that is still told',
      { shift: 'closed', stale_id_shift: true },
      'AVQFR_SHIFT_IS_CLOSED',
    ],
    ['of a blocked register', { blocked: true }, 'VENDOR_REJECTED'],
    ['of another cashier', { foreign_cashier: true }, 'VENDOR_REJECTED'],
  ])('is refused %s', async (_case, change, name) => {
    const bench = await Bench.start();
    await bench.state(change);
    expect(await bench.change('close_shift')).toEqual(failed(name));
  });

  test('closes an expired shift', async () => {
    const bench = await Bench.start();
    await bench.state({ shift: 'expired' });
    expect(await bench.change('close_shift')).toMatchObject({ data: { number: 8, sales_count: 1 } });
  });

  test('sends the same Uid again after a lost answer, and takes 208 for success', async () => {
    const bench = await Bench.start();
    const { uid } = await bench.state();
    await bench.fault({ path: '/shifts/11344/z', fault: 'lost_answer' });
    expect(await bench.change('close_shift')).toMatchObject({ data: { uid, sales_count: 1 } });
    expect((await bench.seen()).slice(3)).toEqual([
      `POST /shifts/11344/z ${uid}`,
      'GET /shifts/11344',
      `POST /shifts/11344/z ${uid}`,
      'GET /shifts/11344',
    ]);
    expect(await bench.state()).toMatchObject({ shifts: [{ z_reports: 1 }] });
  });

  test.each(['reset', 'html', 'not_json', 'truncate'])(
    'survives an answer that is lost by %s',
    async (fault) => {
      const bench = await Bench.start();
      await bench.fault({ path: '/shifts/11344/z', fault });
      expect(await bench.change('close_shift')).toMatchObject({ data: { sales_count: 1 } });
      expect(await bench.state()).toMatchObject({ shifts: [{ z_reports: 1 }] });
    },
  );

  test('asks for the Uid before the next change after a 208', async () => {
    const bench = await Bench.start();
    await bench.fault({ path: '/shifts/11344/z', fault: 'lost_answer' });
    await bench.change('close_shift');
    expect(await bench.change('open_shift')).toEqual(OK);
    const after = (await kinds(bench)).slice(7);
    expect(after).toEqual(['GET /uid/77505', 'GET /kkms/77505', 'POST /shifts']);
  });

  test('waits while it is in progress, and sends the same again', async () => {
    const bench = await Bench.start();
    await bench.state({ in_progress: 3 });
    expect(await bench.change('close_shift')).toMatchObject({ data: { sales_count: 1 } });
    const sent = (await bench.seen()).filter((line) => line.includes('/z '));
    expect(sent).toHaveLength(4);
    expect(new Set(sent).size).toBe(1);
  });

  test('does not wait longer than its requester, and tells nobody that nothing was done', async () => {
    const bench = await Bench.start();
    await bench.state({ in_progress: true });
    expect(await bench.change('close_shift', { id: 'a', timeoutMs: 10_000 })).toEqual(
      failed('VENDOR_OUTCOME_UNKNOWN', '449'),
    );
    expect(await bench.change('close_shift', { id: 'a', timeoutMs: 10_000 })).toEqual(
      failed('VENDOR_OUTCOME_UNKNOWN'),
    );
    expect(await bench.change('close_shift', { id: 'b', timeoutMs: 10_000 })).toEqual(
      failed('VENDOR_TIMEOUT'),
    );
    await bench.state({ in_progress: false, shift: 'closed' });
    expect(await bench.change('close_shift', { id: 'a' })).toMatchObject({ data: { counters: null } });
  });

  test('asks for another Uid once, when the first answer does not know the one that it has', async () => {
    const bench = await Bench.start();
    const { uid } = await bench.state();
    const stale = '5f0c1b1e-6a52-4d0e-9a57-0d6f2f1a7c11';
    await bench.fault({ path: '/uid/77505', body: { Status: 200, Data: { Uid: stale } } });
    expect(await bench.change('close_shift')).toMatchObject({ data: { uid } });
    expect((await kinds(bench)).slice(2)).toEqual([
      'GET /uid/77505',
      'POST /shifts/11344/z',
      'GET /uid/77505',
      'POST /shifts/11344/z',
    ]);
  });

  test('is refused when the vendor knows none of its Uids', async () => {
    const bench = await Bench.start();
    const body = { Status: 452, Message: 'Uid не найден' };
    await bench.fault({ path: '/shifts/11344/z', status: 452, body, times: 2 });
    expect(await bench.change('close_shift')).toEqual(failed('VENDOR_REJECTED', '452'));
  });

  test('takes no other Uid after a lost answer', async () => {
    const bench = await Bench.start();
    const { uid } = await bench.state();
    await bench.fault({ path: '/shifts/11344/z', fault: 'reset' });
    const body = { Status: 452, Message: 'Uid не найден' };
    await bench.fault({ path: '/shifts/11344/z', status: 452, body, times: 2 });
    expect(await bench.change('close_shift', { id: 'a' })).toEqual(failed('VENDOR_UNAVAILABLE', '452'));
    expect(await bench.change('close_shift', { id: 'a' })).toEqual(failed('VENDOR_REJECTED', '452'));
    const sent = (await bench.seen()).filter((line) => line.includes('/z '));
    expect(new Set(sent)).toEqual(new Set([`POST /shifts/11344/z ${uid}`]));
    // Another operation is another closing.
    expect(await bench.change('close_shift', { id: 'b' })).toMatchObject({ data: { sales_count: 1 } });
  });

  test.each([
    [410, 'Данная смена уже закрыта'],
    [452, 'Uid не найден'],
    [403, 'Указан неверный идентификатор смены'],
  ])(
    'is a success without figures when %i is all that is said of a shift that is closed now',
    async (status, Message) => {
      const bench = await Bench.start();
      const { uid } = await bench.state();
      await bench.fault({ path: '/shifts/11344/z', fault: 'lost_answer' });
      await bench.fault({ path: '/shifts/11344/z', status, body: { Status: status, Message }, times: 0 });
      expect(await bench.change('close_shift')).toMatchObject({
        data: {
          cashier: 'first cashier',
          close_date: expect.stringMatching(/\+05:00$/),
          counters: null,
          number: 8,
          sales_count: null,
          uid,
        },
      });
    },
  );

  test('tells what is known of a Z report whose body was lost where the vendor itself is asked', async () => {
    const bench = await Bench.start();
    await bench.fault({ path: '/shifts/11344/z', fault: 'lost_answer' });
    const body = { Status: 410, Message: 'Данная смена уже закрыта' };
    await bench.fault({ path: '/shifts/11344/z', status: 410, body, times: 0 });
    expect(await bench.change('close_shift', { service: 'kassa24.shift' })).toMatchObject({
      data: {
        balance_close: '93894.10',
        date_close: expect.any(String),
        total: null,
        count: null,
        operations: null,
      },
    });
  });

  test('tells nothing of what cannot be read in it', async () => {
    const bench = await Bench.start();
    await bench.fault({ path: '/shifts/11344/z', fault: 'lost_answer' });
    await bench.fault({ path: '/shifts/11344/z', status: 410, body: { Status: 410 }, times: 0 });
    const Data = { Id: 11344, IdKkm: 77505, IdStatusShift: 2, BalanceOpen: {}, BalanceClose: 'сто' };
    const body = { Status: 200, Data: { ...Data, BalanceCloseNonCash: 1, DateOpen: [], DateClose: 'вчера' } };
    await bench.fault({ method: 'GET', path: '/shifts/11344', skip: 1, times: 0, body });
    expect(await bench.change('close_shift', { service: 'kassa24.shift' })).toEqual({
      data: {
        kkm: null,
        balance_open: null,
        balance_close: null,
        balance_close_non_cash: '1.00',
        date_open: null,
        date_close: null,
        operations: null,
        count: null,
        total: null,
      },
    });
  });

  test('is closed for good by a 410 at the first attempt', async () => {
    const bench = await Bench.start();
    const body = { Status: 410, Message: 'Данная смена уже закрыта' };
    await bench.fault({ path: '/shifts/11344/z', status: 410, body });
    expect(await bench.change('close_shift')).toEqual(failed('AVQFR_SHIFT_IS_CLOSED', '410'));
  });

  test('logs in again and sends the same when the token has expired', async () => {
    const bench = await Bench.start();
    const { uid } = await bench.state();
    const body = { Status: 401, Message: 'Unauthorized: token is expired by 2h36m46s' };
    await bench.fault({ path: '/shifts/11344/z', status: 401, body });
    expect(await bench.change('close_shift')).toMatchObject({ data: { uid } });
  });

  test('is settled after a restart, with the Z report of the same Uid', async () => {
    const bench = await Bench.start();
    const { uid } = await bench.state();
    await bench.fault({ path: '/shifts/11344/z', fault: 'lost_answer' });
    await bench.fault({ method: 'GET', path: '/shifts/11344', skip: 1, fault: 'hang' });
    void bench.change('close_shift', { id: 'a' });
    await expect.poll(() => bench.seen()).toContain(`POST /shifts/11344/z ${uid}`);
    await bench.restart();
    expect(await bench.change('close_shift', { id: 'a' })).toMatchObject({ data: { uid, sales_count: 1 } });
    expect(await bench.state()).toMatchObject({ shifts: [{ z_reports: 1 }] });
  });

  test('takes the information of another shift for no evidence', async () => {
    const bench = await Bench.start();
    await bench.fault({ path: '/shifts/11344/z', fault: 'reset' });
    const body = { Status: 200, Data: { Id: '11343', IdKkm: 77505, IdUser: 1032, IdStatusShift: 2 } };
    await bench.fault({ method: 'GET', path: '/shifts/11344', skip: 1, times: 3, body });
    expect(await bench.change('close_shift', { id: 'a' })).toEqual(failed('VENDOR_OUTCOME_UNKNOWN', 'reset'));
    await expect
      .poll(() => bench.change('close_shift', { id: 'a' }))
      .toMatchObject({ data: { sales_count: 1 } });
  });

  test('stays unknown while the vendor cannot be read, and is told when it can', async () => {
    const bench = await Bench.start();
    await bench.fault({ path: '/shifts/11344/z', fault: 'lost_answer' });
    await bench.fault({ method: 'GET', path: '/shifts/11344', skip: 1, times: 3, fault: 'html' });
    expect(await bench.change('close_shift', { id: 'a' })).toEqual(failed('VENDOR_OUTCOME_UNKNOWN', 'reset'));
    await expect
      .poll(() => bench.change('close_shift', { id: 'a' }))
      .toMatchObject({ data: { sales_count: 1 } });
  });
});
