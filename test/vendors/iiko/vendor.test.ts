import { describe, expect, test } from 'vitest';
import { createFakeClock, type FakeClock } from '../../support/fake-clock.ts';
import { createCall, failureOf, openRestaurant, type SimulatedRestaurant } from './support.ts';

async function open(): Promise<{
  clock: FakeClock;
  restaurant: SimulatedRestaurant;
  ask: () => Promise<unknown>;
}> {
  const clock = createFakeClock(Date.parse('2026-01-31T12:00:00Z'));
  const restaurant = await openRestaurant(clock);
  const port = restaurant.register();
  return { clock, restaurant, ask: async () => port.getXReport?.(createCall(clock)) };
}

describe('iiko', () => {
  test.each(['live', 'documented'])('reports the open shift in the %s spelling', async (spelling) => {
    const { restaurant, ask } = await open();
    await restaurant.control({ spelling });
    await restaurant.control({ cash_register: 12, sell: { cash: '0.10', card: 1, credit: '2.5' } });

    expect(await ask()).toMatchObject({
      device_id: 12,
      number: 890,
      open_date: '2026-01-31T11:00:00+03:00',
      close_date: null,
      counters: [
        {
          currency: 'RUB',
          sales_sum: '5454.09',
          sales_cash: '1250.60',
          sales_cashless: '3500.99',
          sales_other: '702.50',
          deposits_sum: '300.00',
          withdraws_sum: '120.25',
        },
      ],
    });
  });

  test('asks for the open shifts of 30 days up to tomorrow in its own zone', async () => {
    const { restaurant, ask } = await open();
    await ask();
    const response = await fetch(`${restaurant.baseUrl}/_sandbox/requests`);
    const { requests } = (await response.json()) as { requests: { query: unknown }[] };

    expect(requests.at(-1)?.query).toEqual({
      openDateFrom: ['2026-01-01'],
      openDateTo: ['2026-02-01'],
      status: ['OPEN'],
    });
  });

  test('says that the shift is closed when there is none', async () => {
    const { restaurant, ask } = await open();
    await restaurant.control({ cash_register: 12, shift: 'closed' });

    expect((await failureOf(ask())).name).toBe('AVQFR_SHIFT_IS_CLOSED');
  });

  test('does not choose between two open shifts', async () => {
    const { restaurant, ask } = await open();
    await restaurant.control({ cash_register: 12, second_open_shift: true });

    expect(await failureOf(ask())).toMatchObject({
      name: 'VENDOR_BAD_RESPONSE',
      details: { status: 200, code: 'ambiguous_shift' },
    });
  });

  test('takes the point of sale into account', async () => {
    const { clock, restaurant } = await open();
    const elsewhere = restaurant.register({ point_of_sale: 'aaaaaaaa-0000-4000-8000-0000000000a1' });

    const failure = await failureOf(Promise.resolve(elsewhere.getXReport?.(createCall(clock))));
    expect(failure.name).toBe('AVQFR_SHIFT_IS_CLOSED');
  });

  test('goes on without a word when its key has died', async () => {
    const { restaurant, ask } = await open();
    await ask();
    await restaurant.control({ expire_tokens: true });
    await ask();

    expect((await restaurant.requests()).filter((line) => line.endsWith('/auth'))).toHaveLength(2);
  });

  test('outlives the hour that a key lives', async () => {
    const { clock, ask } = await open();
    await ask();
    clock.advance(60_000);
    await ask();
    clock.advance(3_600_000);

    expect(await ask()).toMatchObject({ number: 890 });
  });

  test('waits for a licence slot instead of hammering', async () => {
    const { clock, restaurant, ask } = await open();
    await restaurant.control({ slots: 0 });
    for (let tries = 0; tries < 5; tries += 1) {
      expect(await failureOf(ask())).toMatchObject({ details: { code: 'license_exhausted' } });
    }
    expect(await restaurant.requests()).toEqual(['POST /resto/api/auth']);

    await restaurant.control({ slots: 1 });
    clock.advance(15_000);
    expect(await ask()).toMatchObject({ number: 890 });
  });

  test('gives its slot back at the end', async () => {
    const { restaurant, ask } = await open();
    await ask();
    expect(await restaurant.control({})).toMatchObject({ slots_taken: 1 });

    await restaurant.close();
    expect(await restaurant.control({})).toMatchObject({ slots_taken: 0 });
  });

  test('asks once for all the registers that are asked for at once', async () => {
    const { clock, restaurant } = await open();
    const reports = await Promise.all(
      [12, 13, 12].map((cash_register) =>
        restaurant.register({ cash_register }).getXReport?.(createCall(clock)),
      ),
    );

    expect(reports.map((report) => report?.device_id)).toEqual([12, 13, 12]);
    expect((await restaurant.requests()).filter((line) => line.endsWith('/list'))).toHaveLength(1);
    await restaurant.register().getXReport?.(createCall(clock));
    expect((await restaurant.requests()).filter((line) => line.endsWith('/list'))).toHaveLength(2);
  });

  test('sends nothing before the answer to the last request has come', async () => {
    const { clock, restaurant } = await open();
    const lists = async () => (await restaurant.requests()).filter((line) => line.endsWith('/list')).length;
    await restaurant.fault({ path: '/resto/api/v2/cashshifts/list', delay_ms: 1000 });

    const asking = [12, 13].map((cash_register) =>
      restaurant.register({ cash_register }).getXReport?.({ ...createCall(clock), fresh: true }),
    );
    while ((await lists()) === 0);
    for (let look = 0; look < 5; look += 1) expect(await lists()).toBe(1);

    clock.advance(1000);
    expect((await Promise.all(asking)).map((report) => report?.device_id)).toEqual([12, 13]);
    expect(await lists()).toBe(2);
  });

  test.each([
    [{ fault: 'html' }, 'VENDOR_BAD_RESPONSE', 'html'],
    [{ fault: 'not_json' }, 'VENDOR_BAD_RESPONSE', 'not_json'],
    [{ fault: 'truncate' }, 'VENDOR_BAD_RESPONSE', 'truncated'],
    [{ body: { result: 'SUCCESS' } }, 'VENDOR_BAD_RESPONSE', 'wrong_type'],
    [{ status: 409, text: 'Доступ запрещен B_CASH' }, 'VENDOR_REJECTED', '409'],
  ])('makes of %j a %s', async (fault, name, code) => {
    const { restaurant, ask } = await open();
    await restaurant.fault({ path: '/resto/api/v2/cashshifts/list', ...fault });

    expect(await failureOf(ask())).toMatchObject({ name, details: { code } });
  });

  test('takes null for an empty list', async () => {
    const { restaurant, ask } = await open();
    await restaurant.fault({ path: '/resto/api/v2/cashshifts/list', text: 'null' });

    expect((await failureOf(ask())).name).toBe('AVQFR_SHIFT_IS_CLOSED');
  });

  test('describes a register without asking anybody', async () => {
    const { clock, restaurant } = await open();
    const port = restaurant.register({ company_name: 'Кафе', tax_number: '0712345678' });

    expect(await port.describe?.(createCall(clock), true)).toEqual({
      device_id: 12,
      organization: 'Кафе',
      unp: '0712345678',
    });
    expect(await restaurant.requests()).toEqual([]);
  });
});
