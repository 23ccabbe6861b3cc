import { describe, expect, test } from 'vitest';
import { ShiftBook } from '#sandbox/iiko-shift-book.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { createVisitor, SEED, sha1 } from './iiko-visitor.ts';

const WEEK = 'openDateFrom=2026-01-25&openDateTo=2026-02-01';

describe('the simulated iiko: logins', () => {
  test('gives a key for the SHA-1 of the password, by POST, GET or a form', () => {
    const pass = sha1('x');
    for (const ask of [
      () => createVisitor().post(`/auth?login=api&pass=${pass}`),
      () => createVisitor().get(`/auth?login=api&pass=${pass}`),
      () => createVisitor().post('/auth', `login=api&pass=${pass}`, 'application/x-www-form-urlencoded'),
    ]) {
      const { status, text, headers } = ask();
      expect(status).toBe(200);
      expect(text).toMatch(/^[0-9a-f-]{36}$/);
      expect(headers?.['set-cookie']).toContain(`key=${text}`);
    }
  });

  test.each(['x', sha1('resto#x'), sha1('x').toUpperCase()])('refuses %s as a password', (pass) => {
    expect(createVisitor().post(`/auth?login=api&pass=${pass}`).status).toBe(401);
  });

  test('has one slot an account until the logout', () => {
    const visitor = createVisitor();
    visitor.logIn();

    expect(visitor.logIn()).toEqual({
      status: 403,
      text: 'License enhancement is required: no connections available for module 2000',
    });
    expect(visitor.get('/licence/info?moduleId=28008806').text).toBe('1');
    expect(visitor.post('/logout').status).toBe(200);
    expect(visitor.logIn().status).toBe(200);
    expect(visitor.logIn('y').status).toBe(200);
    expect(visitor.control({})).toMatchObject({ slots: 1, slots_taken: 2 });
  });

  test('has as many slots as it is told', () => {
    const visitor = createVisitor();
    visitor.control({ slots: 2 });

    expect([visitor.logIn(), visitor.logIn(), visitor.logIn()].map(({ status }) => status)).toEqual([
      200, 200, 403,
    ]);
  });

  test('lets a key die after an hour, which frees its slot', () => {
    const visitor = createVisitor();
    visitor.logIn();
    visitor.clock.advance(3_599_999);
    expect(visitor.list(`${WEEK}&status=ANY`)).not.toEqual([]);

    visitor.clock.advance(1);
    expect(visitor.get(`/v2/cashshifts/list?${WEEK}&status=ANY`).status).toBe(401);
    expect(visitor.logIn().status).toBe(200);
  });

  test('lets every key die on demand', () => {
    const visitor = createVisitor();
    visitor.logIn();
    visitor.control({ expire_tokens: true });

    expect(visitor.get(`/v2/cashshifts/list?${WEEK}&status=ANY`).status).toBe(401);
  });

  test('takes the key from the query as well', () => {
    const visitor = createVisitor();
    const key = visitor.logIn().text;
    const { simulator } = visitor;
    const query = new URLSearchParams(`${WEEK}&status=ANY&key=${key}`);
    const request = {
      method: 'GET',
      path: '/resto/api/v2/cashshifts/list',
      query,
      headers: {},
      text: '',
      body: undefined,
    };

    expect(simulator.respond(request).status).toBe(200);
    query.delete('key');
    expect(simulator.respond(request).status).toBe(401);
  });
});

describe('the simulated iiko: cash shifts', () => {
  test('starts every register with an open shift and an unaccepted one of yesterday', () => {
    const visitor = createVisitor();
    visitor.logIn();

    expect(
      visitor
        .list(`${WEEK}&status=ANY`)
        .map(({ cashRegNumber, sessionStatus, openDate, closeDate }) => [
          cashRegNumber,
          sessionStatus,
          openDate,
          closeDate,
        ]),
    ).toEqual([
      [12, 'UNACCEPTED', '2026-01-30T08:59:34.304', '2026-01-30T21:19:14.45'],
      [12, 'OPEN', '2026-01-31T11:00:00', null],
      [13, 'UNACCEPTED', '2026-01-30T08:59:34.304', '2026-01-30T21:19:14.45'],
      [13, 'OPEN', '2026-01-31T11:00:00', null],
    ]);
  });

  test('shows an account its own registers only', () => {
    const visitor = createVisitor();
    visitor.logIn('y');

    expect(visitor.list(`${WEEK}&status=OPEN`).map(({ openDate }) => openDate)).toEqual([
      '2026-01-31T13:00:00',
    ]);
  });

  test.each([
    [`${WEEK}&status=OPEN`, 2],
    [`${WEEK}&status=CLOSED`, 2],
    [`${WEEK}&status=UNACCEPTED`, 2],
    [`${WEEK}&status=ACCEPTED`, 0],
    ['openDateFrom=2026-01-31&openDateTo=2026-01-31&status=ANY', 2],
    ['openDateFrom=2026-01-30&openDateTo=2026-01-30&status=ANY', 2],
    ['openDateFrom=2026-02-01&openDateTo=2026-02-02&status=ANY', 0],
    [`${WEEK}&status=ANY&departmentId=`, 0],
    [`${WEEK}&status=ANY&groupId=aaaaaaaa-0000-4000-8000-000000000001`, 0],
    [`${WEEK}&status=ANY&revisionFrom=-1`, 4],
    [`${WEEK}&status=ANY&revisionFrom=1000`, 0],
  ])('filters by %s', (query, count) => {
    const visitor = createVisitor();
    visitor.logIn();

    expect(visitor.list(query)).toHaveLength(count);
  });

  test.each([
    [`${WEEK}`, /@NotNull/],
    ['openDateFrom=2026-01-25&status=ANY', /@NotNull/],
    [`${WEEK}&status=SOME`, /SOME/],
    ['openDateFrom=31.01.2026&openDateTo=2026-02-01&status=ANY', /Wrong date format: 31\.01\.2026/],
    [`${WEEK}&status=ANY&departmentId=1`, /Malformed/],
    [`${WEEK}&status=ANY&revisionFrom=x`, /revision/],
  ])('refuses %s', (query, words) => {
    const visitor = createVisitor();
    visitor.logIn();
    const response = visitor.get(`/v2/cashshifts/list?${query}`);

    expect(response.status).toBe(400);
    expect(response.text).toMatch(words);
  });

  test('spells as it is told, and byId in its own way', () => {
    const visitor = createVisitor();
    visitor.logIn();
    const [live] = visitor.list(`${WEEK}&status=OPEN`);
    visitor.control({ spelling: 'documented' });
    const [documented] = visitor.list(`${WEEK}&status=OPEN`);

    expect(live).toHaveProperty('pointOfSaleId');
    expect(documented).toMatchObject({
      managerId: live?.managerId,
      responsibleUser: live?.responsibleUserId,
      conception: null,
      pointOfSale: live?.pointOfSaleId,
    });
    expect(documented).not.toHaveProperty('pointOfSaleId');
    expect(visitor.get(`/v2/cashshifts/byId/${String(live?.id)}`).body).toMatchObject({
      manager: live?.managerId,
    });
  });

  test('has no shift of an unknown or malformed id', () => {
    const visitor = createVisitor();
    visitor.logIn();

    expect(visitor.get('/v2/cashshifts/byId/aaaaaaaa-0000-4000-8000-000000000009').status).toBe(404);
    expect(visitor.get('/v2/cashshifts/byId/nine').status).toBe(400);
    expect(visitor.get('/v2/nothing').status).toBe(404);
  });
});

describe('the simulated iiko: control', () => {
  test('sells, closes and opens', () => {
    const visitor = createVisitor();
    visitor.logIn();
    const register = { cash_register: 12, account: 'moscow' };

    visitor.control({ ...register, sell: { cash: '0.10', card: 0.2 } });
    const [sold] = visitor.list(`${WEEK}&status=OPEN`);
    expect(sold).toMatchObject({
      salesCash: 1250.6,
      salesCard: 3500.19,
      salesCredit: 700,
      payOrders: 5450.79,
    });

    expect(visitor.control({ ...register, shift: 'closed' })).toMatchObject({ open_shifts: [] });
    expect(visitor.list(`${WEEK}&status=CLOSED`)).toHaveLength(3);
    expect(() => visitor.control({ ...register, sell: { cash: 1 } })).toThrow('closed');

    visitor.control({ ...register, shift: 'open' });
    visitor.control({ ...register, shift: 'open' });
    expect(visitor.list(`${WEEK}&status=OPEN`)).toHaveLength(2);
    visitor.control({ ...register, second_open_shift: true });
    expect(visitor.list(`${WEEK}&status=OPEN`)).toHaveLength(3);
  });

  test.each([[{ cash_register: 99 }], [{ spelling: 'new' }], [{ slots: 'many' }], [{ nonsense: 1 }]])(
    'refuses %j',
    (change) => {
      expect(() => createVisitor().control(change)).toThrow();
    },
  );

  test('tells how many requests were under way at once at most', () => {
    const { simulator, control } = createVisitor();
    const request = {
      method: 'GET',
      path: '/resto/api/auth',
      query: new URLSearchParams(),
      headers: {},
      text: '',
      body: undefined,
    };
    simulator.respond({ ...request, underWay: 3 });
    simulator.respond({ ...request, underWay: 1 });

    expect(control({})).toMatchObject({ most_at_once: 3 });
  });

  test('knows registers by the configured point of sale', () => {
    const visitor = createVisitor();
    visitor.logIn();

    const shift = visitor.list(`${WEEK}&status=OPEN`).find(({ cashRegNumber }) => cashRegNumber === 13);
    expect(shift?.pointOfSaleId).toBe(SEED.accounts[0]?.devices[1]?.point_of_sale);
  });
});

describe('a back office', () => {
  const device = { cash_register: 77 };
  const openShifts = (devices: readonly Record<string, unknown>[]) => {
    const config = { login: 'office', password: 'x', zone: 'Asia/Almaty' };
    const seed = { accounts: [{ name: 'office', config, devices }] };
    const book = new ShiftBook(seed, createFakeClock(Date.parse('2026-01-31T12:00:00Z')));
    return book.desks(77).flatMap((desk) => book.openShiftsOf(desk).map(({ row }) => row));
  };

  test('of a Kassa24 register has sold what that has', () => {
    expect(openShifts([{ ...device, token: 'KZ', fiscal: 'kassa24' }])).toMatchObject([
      { payOrders: 100, salesCash: 100, salesCard: 0, salesCredit: 0, payIn: 0, payOut: 0 },
    ]);
  });

  test('has one open shift, however many devices it is', () => {
    const devices = [device, { ...device, token: 'KZ', fiscal: 'kassa24' }, { ...device, fiscal: 'tsrv' }];
    expect(openShifts(devices)).toHaveLength(1);
  });
});
