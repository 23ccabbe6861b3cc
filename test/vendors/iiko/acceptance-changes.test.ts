import { describe, expect, test } from 'vitest';
import type { Change, ChangeContext, Settlement } from '#domain/change.ts';
import { COUNTERAGENTS, LEDGER } from '#sandbox/iiko-accounts.ts';
import { stableUuid } from '#sandbox/iiko-ids.ts';
import type { AcceptanceOrder } from '#vendors/iiko/acceptance.ts';
import type { AcceptanceDocument } from '#vendors/iiko/acceptance-document.ts';
import { createFakeClock, type FakeClock } from '../../support/fake-clock.ts';
import { createCall, failureOf, openRestaurant, type SimulatedRestaurant } from './support.ts';

const CLOSED = stableUuid('moscow 12 shift 0');
const OPEN = stableUuid('moscow 12 shift 1');
const SAVE = '/resto/api/v2/cashshifts/save';

const ORDER: AcceptanceOrder = {
  id: CLOSED,
  status: 'ACCEPTED',
  comment: 'принято',
  account_shortage_id: LEDGER.cashDifference.id,
  counteragent_shortage_id: COUNTERAGENTS.cashier.id,
  account_surplus_id: LEDGER.cashDifference.id,
  counteragent_surplus_id: COUNTERAGENTS.cashier.id,
};

type Desk = {
  readonly clock: FakeClock;
  readonly restaurant: SimulatedRestaurant;
  readonly context: (changes?: Partial<ChangeContext['call']>) => ChangeContext;
  /** As the once-only machine carries it out, without its journal: what is written down goes through JSON. */
  readonly run: <D, E, A>(change: Change<D, E, A>, data: D) => Promise<A>;
  readonly settle: <D, E, A>(
    change: Change<D, E, A>,
    data: D,
    between?: () => unknown,
  ) => Promise<Settlement<A>>;
};

async function open(): Promise<Desk> {
  const clock = createFakeClock(Date.parse('2026-01-31T12:00:00Z'));
  const restaurant = await openRestaurant(clock);
  const context = (changes = {}) => ({
    call: { ...createCall(clock), ...changes },
    showPersonalData: false,
    isDoubtful: false,
    operation: 'x',
  });
  return {
    clock,
    restaurant,
    context,
    async run(change, data) {
      const result = await change.prepare(data, context(), undefined);
      return 'answer' in result ? result.answer : change.send(data, result.evidence, context());
    },
    async settle(change, data, between) {
      const result = await change.prepare(data, context(), undefined);
      if ('answer' in result) throw new Error('nothing is sent');
      await change.send(data, result.evidence, context()).catch(() => undefined);
      await between?.();
      const written = JSON.parse(JSON.stringify(result.evidence));
      const settlement = await change.settle?.(written, context());
      if (settlement === undefined) throw new Error('no settling');
      return settlement;
    },
  };
}

const lines = async (restaurant: SimulatedRestaurant) => {
  const all = await restaurant.requests();
  return all.map((line) => line.replace('/resto/api', '').replace(CLOSED, '{id}'));
};

const saves = async (restaurant: SimulatedRestaurant) =>
  (await restaurant.requests()).filter((line) => line === `POST ${SAVE}`).length;

describe('acceptShift', () => {
  test('accepts a shift in six steps, one at a time', async () => {
    const { restaurant, run, context } = await open();
    const { acceptShift } = restaurant.port.changes;

    expect(await run(acceptShift, ORDER)).toMatchObject({
      import_result: 'SUCCESS',
      status: 'ACCEPTED',
      errors: null,
      document: { items: [{ num: 0 }, { num: 1 }, { num: 2 }, { num: 3 }] },
    });
    expect(await lines(restaurant)).toEqual([
      'POST /auth',
      'GET /v2/cashshifts/byId/{id}',
      'GET /v2/cashshifts/closedSessionDocument/{id}',
      'GET /v2/cashshifts/payments/list/{id}',
      'GET /v2/entities/accounts/list',
      'POST /v2/cashshifts/save',
    ]);
    expect(await restaurant.port.shifts.get(CLOSED, context().call)).toMatchObject({
      session_status: 'ACCEPTED',
      accept_date: '2026-01-31T15:00:00+03:00',
    });
    expect(await restaurant.control({})).toMatchObject({ most_at_once: 1 });
  });

  test('shows with preview what it would send, and sends nothing', async () => {
    const { restaurant, run } = await open();
    const { acceptShift } = restaurant.port.changes;
    const preview = await run(acceptShift, { ...ORDER, preview: true });

    expect(Object.keys(preview)).toEqual(['document']);
    expect(await saves(restaurant)).toBe(0);
    const { document } = await run(acceptShift, ORDER);
    expect(document).toEqual((preview as { document: AcceptanceDocument }).document);
  });

  test('refuses an open shift before a draft is made', async () => {
    const { restaurant, run } = await open();
    const failure = await failureOf(run(restaurant.port.changes.acceptShift, { ...ORDER, id: OPEN }));

    expect(failure).toMatchObject({ name: 'VENDOR_REJECTED', details: { code: 'shift_open', status: 200 } });
    expect((await restaurant.requests()).join()).not.toContain('closedSessionDocument');
  });

  test('refuses an accepted shift, unless told to accept it again', async () => {
    const { restaurant, run } = await open();
    const { acceptShift } = restaurant.port.changes;
    await run(acceptShift, ORDER);

    const failure = await failureOf(run(acceptShift, ORDER));
    expect(failure).toMatchObject({ name: 'VENDOR_REJECTED', details: { code: 'already_accepted' } });
    const again = { ...ORDER, status: 'HASWARNINGS' as const, reaccept: true };
    expect(await run(acceptShift, again)).toMatchObject({ status: 'HASWARNINGS' });
    expect(await failureOf(run(acceptShift, ORDER))).toMatchObject({ details: { code: 'already_accepted' } });
  });

  test('tells what is wrong with the order before anything is sent', async () => {
    const { restaurant, run } = await open();
    const failure = await failureOf(
      run(restaurant.port.changes.acceptShift, { ...ORDER, account_surplus_id: LEDGER.store.id }),
    );

    expect(failure).toMatchObject({
      name: 'BUS_INVALID_DATA',
      details: { errors: [{ path: '/account_surplus_id' }] },
    });
    expect(await saves(restaurant)).toBe(0);
  });

  test('passes on what the server refuses, and the shift stays as it was', async () => {
    const { restaurant, run, context } = await open();
    const order = { ...ORDER, counteragent_surplus_id: COUNTERAGENTS.dismissed.id };
    const failure = await failureOf(run(restaurant.port.changes.acceptShift, order));

    expect(failure).toMatchObject({
      name: 'VENDOR_REJECTED',
      details: { code: 'COUNTERAGENT_DELETED', errors: { item_error: [] } },
    });
    const { accept_date } = await restaurant.port.shifts.get(CLOSED, context().call);
    expect(accept_date).toBeNull();
  });

  test.each([
    [{ fault: 'lost_answer' }],
    [{ fault: 'truncate' }],
    [{ fault: 'html' }, 'not_done'],
    [{ fault: 'reset' }, 'not_done'],
    [{ status: 500, text: 'java.net.SocketException' }, 'not_done'],
    [{ body: { result: 'SUCCESS' } }, 'not_done'],
  ])('finds out what became of a save that ended with %j', async (fault, expected?: string) => {
    const { restaurant, settle } = await open();
    await restaurant.fault({ path: SAVE, ...fault });
    const settlement = await settle(restaurant.port.changes.acceptShift, ORDER);

    if (expected) return expect(settlement).toBe(expected);
    expect(settlement).toMatchObject({
      answer: {
        import_result: 'SUCCESS',
        status: 'ACCEPTED',
        errors: null,
        document: { items: { length: 4 } },
      },
    });
    expect(await saves(restaurant)).toBe(1);
  });

  test('does not take the work of somebody else for its own', async () => {
    const { restaurant, settle, run } = await open();
    const { acceptShift } = restaurant.port.changes;
    await restaurant.fault({ path: SAVE, fault: 'reset' });

    const somebody = () => run(acceptShift, { ...ORDER, comment: 'кто-то другой' });
    expect(await settle(acceptShift, ORDER, somebody)).toBe('undecidable');
  });
});

describe('saveDocument', () => {
  test('sends what was read, and knows it again', async () => {
    const { restaurant, run, settle } = await open();
    const { acceptShift, saveDocument } = restaurant.port.changes;
    const { document } = await run(acceptShift, { ...ORDER, preview: true });

    await restaurant.fault({ path: SAVE, fault: 'lost_answer' });
    expect(await settle(saveDocument, { document } as never)).toMatchObject({
      answer: { status: 'ACCEPTED' },
    });
    expect(await run(saveDocument, { document } as never)).toMatchObject({
      import_result: 'SUCCESS',
      document,
    });
  });

  describe('a comment that tells of people', () => {
    const comment = 'звонить 77011234567, ivan@mail.kz, карта 4400430123456780';
    const shown = 'звонить *******4567, ********l.kz, карта ************6780';

    const commentsAt = async ({ restaurant, context }: Desk) => {
      const { items } = await restaurant.port.shifts.getDocument(CLOSED, context().call);
      return items.map((item) => item.comment);
    };

    test('is restored when it comes back as it was shown, also by somebody who reads it for the first time', async () => {
      const desk = await open();
      const { acceptShift, getDocument, saveDocument } = desk.restaurant.port.changes;
      const answer = await desk.run(acceptShift, { ...ORDER, comment });
      expect(answer.document.items.map((item) => item.comment)).toEqual(Array(4).fill(shown));

      const document = await desk.run(getDocument, { id: CLOSED });
      expect(document.items.map((item) => item.comment)).toEqual(Array(4).fill(shown));
      await desk.run(saveDocument, { document } as never);
      expect(await commentsAt(desk)).toEqual(Array(4).fill(comment));
    });

    test('stays when a shift is accepted again with what was shown', async () => {
      const desk = await open();
      const { acceptShift } = desk.restaurant.port.changes;
      const { document } = await desk.run(acceptShift, { ...ORDER, comment });
      const items = document.items.map(({ transaction_id }) => ({ transaction_id, comment: shown }));
      await desk.run(acceptShift, { ...ORDER, reaccept: true, comment: undefined, items } as never);
      expect(await commentsAt(desk)).toEqual(Array(4).fill(comment));
    });

    test('is known again after a lost answer', async () => {
      const { restaurant, settle } = await open();
      await restaurant.fault({ path: SAVE, fault: 'lost_answer' });
      const settlement = await settle(restaurant.port.changes.acceptShift, { ...ORDER, comment });
      expect(settlement).toMatchObject({ answer: { document: { items: [{ comment: shown }, {}, {}, {}] } } });
    });

    test('is not saved masked where the server keeps no such text', async () => {
      const desk = await open();
      const { acceptShift, saveDocument } = desk.restaurant.port.changes;
      const { document } = await desk.run(acceptShift, { ...ORDER, comment, preview: true });
      expect(await failureOf(desk.run(saveDocument, { document } as never))).toMatchObject({
        name: 'BUS_INVALID_DATA',
        details: { errors: [0, 1, 2, 3].map((index) => ({ path: `/document/items/${index}/comment` })) },
      });
      expect(await saves(desk.restaurant)).toBe(0);
    });

    test('is not sent from evidence that was on disk', async () => {
      const { restaurant, context } = await open();
      const { acceptShift } = restaurant.port.changes;
      const prepared = await acceptShift.prepare({ ...ORDER, comment }, context(), undefined);
      if ('answer' in prepared) throw new Error('nothing is sent');
      const written = JSON.parse(JSON.stringify(prepared.evidence));
      const failure = await failureOf(acceptShift.send(ORDER, written, context()));
      expect(failure).toMatchObject({ name: 'VENDOR_UNAVAILABLE', details: undefined });
      expect(await saves(restaurant)).toBe(0);
    });
  });

  test('leaves the rules to the server', async () => {
    const { restaurant, run } = await open();
    const { getDocument, saveDocument } = restaurant.port.changes;
    const document = await run(getDocument, { id: CLOSED });
    const failure = await failureOf(run(saveDocument, { document } as never));

    expect(failure).toMatchObject({ name: 'VENDOR_REJECTED', details: { code: 'EMPTY_FIELD' } });
  });
});

describe('getDocument', () => {
  test('is found again after a lost answer', async () => {
    const { restaurant, settle } = await open();
    const { getDocument } = restaurant.port.changes;
    const path = `/resto/api/v2/cashshifts/closedSessionDocument/${CLOSED}`;
    await restaurant.fault({ path, fault: 'truncate' });

    const settlement = await settle(getDocument, { id: CLOSED });
    expect(settlement).toMatchObject({ answer: { session: { session_id: CLOSED }, items: [] } });
  });

  test('of an open shift is refused by the server', async () => {
    const { restaurant, run } = await open();
    const failure = await failureOf(run(restaurant.port.changes.getDocument, { id: OPEN }));
    expect(failure).toMatchObject({ name: 'VENDOR_REJECTED', details: { status: 409, code: '409' } });
  });
});

describe('the ledger', () => {
  const reads = async (restaurant: SimulatedRestaurant) =>
    (await restaurant.requests()).filter((line) => line.endsWith('/accounts/list')).length;

  test('is remembered for an hour, and read anew for an account it does not hold and for a fresh call', async () => {
    const { clock, restaurant, run, context } = await open();
    const { acceptShift } = restaurant.port.changes;
    const preview = { ...ORDER, preview: true };
    await run(acceptShift, preview);
    await run(acceptShift, preview);
    expect(await reads(restaurant)).toBe(1);

    await failureOf(run(acceptShift, { ...preview, account_surplus_id: OPEN }));
    expect(await reads(restaurant)).toBe(2);

    await acceptShift.prepare(preview, context({ fresh: true }), undefined);
    expect(await reads(restaurant)).toBe(3);

    clock.advance(3_600_000);
    await run(acceptShift, preview);
    expect(await reads(restaurant)).toBe(4);
  });
});
