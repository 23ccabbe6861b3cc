import type { Signal } from '#core/cancellation.ts';
import type { Clock, Timer } from '#core/clock.ts';
import { Failure } from '#core/failure.ts';

/** Who is, or wants to be, in the lane of a restaurant. */
export type Occupant = {
  readonly object_id: number;
  /** Tells occupants apart, also after a restart. */
  readonly ticket: string;
  /** Equal for reports whose answer is the same. */
  readonly report: string;
};

type Place<T> = {
  readonly report: string;
  readonly running: T | undefined;
  /** Milliseconds since the epoch; infinite without a lease. */
  readonly untilMs: number;
  readonly timer: Timer | undefined;
};

type Waiting<T> = Occupant & {
  readonly forMs: number;
  /** With what is running already, or with nothing: the lane is theirs. */
  readonly resolve: (running: T | undefined) => void;
};

type Lane<T> = { readonly places: Map<string, Place<T>>; readonly waiting: Set<Waiting<T>> };

/**
 * One report of a restaurant at a time: its StoreHouse has other things to do. A report is at work between two
 * calls too, and after a restart, so that places are leased, not held: a report whose job is gone gives its place
 * up when White Server has stopped waiting for it. `T` is how a running report is known.
 */
export class ObjectLanes<T> {
  readonly #clock: Clock;
  readonly #lanes = new Map<number, Lane<T>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Resolves with undefined when the lane was free or has become so, and leases it for `forMs`; or with the same
   * report that is running in it. Rejects with `BUS_TIMEOUT` when the signal is aborted before that.
   */
  enter(occupant: Occupant, forMs: number, signal: Signal): Promise<T | undefined> {
    if (signal.aborted) return Promise.reject(new Failure('BUS_TIMEOUT'));
    const lane = this.#lane(occupant.object_id);
    const same = [...lane.places.values()].find(
      ({ report, running }) => report === occupant.report && running !== undefined,
    );
    if (same) return Promise.resolve(same.running);
    if (lane.places.size === 0) {
      this.hold(occupant, forMs);
      return Promise.resolve(undefined);
    }
    return this.#wait(lane, occupant, forMs, signal);
  }

  /**
   * Leases a place from now on, whoever is there: a report that is at work already has one in any case. A lease is
   * made longer, never shorter.
   */
  hold(occupant: Occupant, forMs: number, running?: T): void {
    const { object_id, ticket, report } = occupant;
    const lane = this.#lane(object_id);
    lane.places.set(ticket, { ...this.#lease(occupant, forMs, lane.places.get(ticket)), report, running });
    if (running === undefined) return;
    for (const waiting of lane.waiting) if (waiting.report === report) this.#admit(lane, waiting, running);
  }

  /** Keeps the place, whatever it was leased for, until it is leased anew or given up. */
  keep({ object_id, ticket, report }: Occupant): void {
    const { places } = this.#lane(object_id);
    const before = places.get(ticket);
    before?.timer?.cancel();
    places.set(ticket, {
      report,
      running: before?.running,
      untilMs: Number.POSITIVE_INFINITY,
      timer: undefined,
    });
  }

  /** Gives the place up; harmless when it was given up already. */
  leave({ object_id, ticket }: Pick<Occupant, 'object_id' | 'ticket'>): void {
    const lane = this.#lanes.get(object_id);
    const place = lane?.places.get(ticket);
    if (!lane || !place) return;
    place.timer?.cancel();
    lane.places.delete(ticket);
    if (lane.places.size > 0) return;
    const [next] = lane.waiting;
    if (!next) {
      this.#lanes.delete(object_id);
      return;
    }
    this.hold(next, next.forMs);
    this.#admit(lane, next, undefined);
  }

  /** Forgets every lease. */
  close(): void {
    for (const { places } of this.#lanes.values()) for (const { timer } of places.values()) timer?.cancel();
    this.#lanes.clear();
  }

  #lease(
    occupant: Occupant,
    forMs: number,
    before: Place<T> | undefined,
  ): Pick<Place<T>, 'untilMs' | 'timer'> {
    const untilMs = this.#clock.now() + forMs;
    if (before?.timer && before.untilMs >= untilMs) return { untilMs: before.untilMs, timer: before.timer };
    before?.timer?.cancel();
    return { untilMs, timer: this.#clock.setTimeout(() => this.leave(occupant), forMs) };
  }

  #lane(objectId: number): Lane<T> {
    const lane = this.#lanes.get(objectId) ?? { places: new Map(), waiting: new Set() };
    this.#lanes.set(objectId, lane);
    return lane;
  }

  #wait(lane: Lane<T>, occupant: Occupant, forMs: number, signal: Signal): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      const waiting: Waiting<T> = {
        ...occupant,
        forMs,
        resolve: (running) => {
          signal.removeEventListener('abort', onAbort);
          resolve(running);
        },
      };
      const onAbort = () => {
        lane.waiting.delete(waiting);
        reject(new Failure('BUS_TIMEOUT'));
      };
      signal.addEventListener('abort', onAbort, { once: true });
      lane.waiting.add(waiting);
    });
  }

  #admit(lane: Lane<T>, waiting: Waiting<T>, running: T | undefined): void {
    lane.waiting.delete(waiting);
    waiting.resolve(running);
  }
}
