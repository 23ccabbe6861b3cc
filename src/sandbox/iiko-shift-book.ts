import Big from 'big.js';
import { Temporal } from 'temporal-polyfill';
import type { Clock } from '#core/clock.ts';
import { FIRST_SALE } from './first-sale.ts';
import { stableUuid } from './iiko-ids.ts';
import { createShift, type Desk, type Sale, type SimulatedShift, type Till } from './iiko-shifts.ts';
import type { SimulatorSeed } from './simulator.ts';

const SEEDED_TILL: Till = { startCash: 500, payIn: 300, payOut: 120.25 };
const SEEDED_SALE: Sale = { cash: '1250.5', card: '3499.99', credit: 700 };
const EMPTY_TILL: Till = { startCash: 0, payIn: 0, payOut: 0 };

/** The way Java writes a local time: no zone, no zeros at the end of the fraction. */
function naive(time: Temporal.ZonedDateTime): string {
  return time.toPlainDateTime().toString();
}

function nameOf({ account, cashRegister, pointOfSaleId }: Desk): string {
  return JSON.stringify([account, cashRegister, pointOfSaleId.toLowerCase()]);
}

function plus(amount: number, added: Big.BigSource): number {
  return Number(new Big(amount).plus(added).toFixed());
}

/** Every cash register's shifts. Each register starts with an open one and yesterday's, closed and not accepted. */
export class ShiftBook {
  readonly #clock: Clock;
  readonly #desks: readonly Desk[];
  readonly #shifts: SimulatedShift[] = [];
  #revision = 0;
  /** How often a document was taken: twice for a shift that was accepted anew. */
  accepted = 0;

  constructor(seed: SimulatorSeed, clock: Clock) {
    this.#clock = clock;
    const desks = seed.accounts.flatMap(({ name, config, devices }) =>
      devices.map((device) => ({
        account: name,
        zone: String(config.zone ?? 'UTC'),
        cashRegister: Number(device.cash_register),
        pointOfSaleId: String(
          device.point_of_sale ?? stableUuid(`${name} point of sale ${String(device.cash_register)}`),
        ),
        ofKassa24: device.fiscal === 'kassa24',
      })),
    );
    // One cash register may be several devices: its own, and the back office of others.
    this.#desks = [...Map.groupBy(desks, nameOf).values()].flatMap(
      (same) => same.find(({ ofKassa24 }) => ofKassa24) ?? same.slice(0, 1),
    );
    for (const desk of this.#desks) this.#seedDesk(desk);
  }

  all(): readonly SimulatedShift[] {
    return this.#shifts;
  }

  desks(cashRegister: number, account?: string): readonly Desk[] {
    return this.#desks.filter(
      (desk) => desk.cashRegister === cashRegister && (account === undefined || desk.account === account),
    );
  }

  openShiftsOf(desk: Desk): readonly SimulatedShift[] {
    return this.#shifts.filter(
      ({ row, account }) =>
        account === desk.account && row.cashRegNumber === desk.cashRegister && row.sessionStatus === 'OPEN',
    );
  }

  /** Opens a shift now, beside any that is open already. */
  open(desk: Desk): SimulatedShift {
    return this.#add(desk, naive(this.#now(desk.zone)), EMPTY_TILL);
  }

  close(shift: SimulatedShift): void {
    this.#close(shift, naive(this.#now(shift.zone)));
  }

  sell(shift: SimulatedShift, sale: Sale): void {
    const { row } = shift;
    row.salesCash = plus(row.salesCash, sale.cash ?? 0);
    row.salesCard = plus(row.salesCard, sale.card ?? 0);
    row.salesCredit = plus(row.salesCredit, sale.credit ?? 0);
    row.payOrders = plus(plus(row.salesCash, row.salesCard), row.salesCredit);
    this.touch(shift);
  }

  accept(shift: SimulatedShift, status: string): void {
    this.accepted += 1;
    shift.row.sessionStatus = status;
    shift.row.acceptDate = status === 'UNACCEPTED' ? null : naive(this.#now(shift.zone));
    this.touch(shift);
  }

  touch(shift: SimulatedShift): void {
    this.#revision += 1;
    shift.revision = this.#revision;
  }

  #now(zone: string): Temporal.ZonedDateTime {
    return Temporal.Instant.fromEpochMilliseconds(this.#clock.now()).toZonedDateTimeISO(zone);
  }

  #seedDesk(desk: Desk): void {
    const now = this.#now(desk.zone);
    const yesterday = now.toPlainDate().subtract({ days: 1 }).toString();
    const closed = this.#add(desk, `${yesterday}T08:59:34.304`, SEEDED_TILL);
    this.sell(closed, { cash: '6037.5', card: 5306 });
    this.#close(closed, `${yesterday}T21:19:14.45`);

    const midnight = now.startOfDay();
    const earlier = now.subtract({ hours: 4 });
    const opened = Temporal.ZonedDateTime.compare(earlier, midnight) > 0 ? earlier : midnight;
    const [till, sale] = desk.ofKassa24 ? [EMPTY_TILL, FIRST_SALE] : [SEEDED_TILL, SEEDED_SALE];
    this.sell(this.#add(desk, naive(opened), till), sale);
  }

  #add(desk: Desk, openDate: string, till: Till): SimulatedShift {
    const earlier = this.#shifts.filter(
      ({ row, account }) => account === desk.account && row.cashRegNumber === desk.cashRegister,
    );
    const shift = createShift(desk, earlier.length, openDate, till);
    this.#shifts.push(shift);
    this.touch(shift);
    return shift;
  }

  #close(shift: SimulatedShift, closeDate: string): void {
    const { row } = shift;
    const inDrawer = new Big(row.sessionStartCash).plus(row.salesCash).plus(row.payIn).minus(row.payOut);
    row.closeDate = closeDate;
    row.sessionStatus = 'UNACCEPTED';
    row.payIncome = Number(inDrawer.times(-1).toFixed());
    row.cashRemain = 0;
    this.touch(shift);
  }
}
