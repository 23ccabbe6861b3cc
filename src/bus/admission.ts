import type { Holder } from './holder.ts';

export type AdmissionLimits = {
  /** Requests under way in the whole bus. */
  readonly maxInFlight: number;
  /** Their texts together, what is still being read, and what waits to be (bytes). */
  readonly maxInFlightBytes: number;
};

/** What is shared, and how much of it nobody holds. */
type Room = { readonly limit: number; readonly free: number };

/** What somebody has under way, or everybody together. */
type Holding = { requests: number; bytes: number };

const NOTHING: Readonly<Holding> = { requests: 0, bytes: 0 };

/** The share of the room that is kept for those who hold next to nothing. */
const KEPT = 1 / 5;

/** The share of the room that is next to nothing, at most. */
const LITTLE = 1 / 100;

/** Of what is kept, next to nothing is this times the square of what is left of it. */
const STEEPNESS = 3;

/**
 * The places for work under way. Whoever asks is let in while it holds less than what is still free for all: one alone
 * stops at two fifths, or before two thirds where a request of its counts as many, so that there is room left for
 * everybody who comes, and all together never have more than the limits. A fifth is kept for those who hold next to
 * nothing: many who flood one after the other, each of what the others have left, would leave nothing to whoever asks
 * now and then. What counts as next to nothing shrinks faster than what is left, so that as many as the square root of
 * the places may flood, and whoever holds nothing finds one; of bytes, as long as messages are small beside the room.
 * With more of them nothing is promised.
 * A group is let in as if it were one, and those in it share what it may have by the same rule: one of them alone stops
 * at two fifths of that, and a fifth is kept for those of them who hold next to nothing, as far as the others leave the
 * group so much.
 */
export class Admission {
  readonly #limits: AdmissionLimits;
  readonly #total: Holding = { requests: 0, bytes: 0 };
  /** By requester; nobody stands here who holds nothing. */
  readonly #holdings = new Map<string, Holding>();
  /** By group, likewise. */
  readonly #groups = new Map<string, Holding>();

  constructor(limits: AdmissionLimits) {
    this.#limits = limits;
  }

  /** How many requesters hold anything. */
  get requesters(): number {
    return this.#holdings.size;
  }

  /** The most that one request of this holder may count as: it must find room where nobody else asks. */
  mostAtOnce({ group }: Holder): number {
    const { maxInFlight } = this.#limits;
    const room = roomOf({ limit: maxInFlight, free: maxInFlight }, group === undefined ? undefined : 0);
    return Math.max(1, Math.floor(room.limit / 2));
  }

  /** Takes places for that many requests and bytes; false when there is no room for this requester. */
  take(holder: Holder, requests: number, bytes: number): boolean {
    const { maxInFlight, maxInFlightBytes } = this.#limits;
    const { requester, group } = holder;
    const held = this.#holdings.get(requester) ?? NOTHING;
    const together = group === undefined ? undefined : (this.#groups.get(group) ?? NOTHING);
    const freeRequests = maxInFlight - this.#total.requests;
    const freeBytes = maxInFlightBytes - this.#total.bytes;
    if (requests > freeRequests || bytes > freeBytes) return false;
    const room = roomOf({ limit: maxInFlight, free: freeRequests }, together?.requests);
    const share = shareOf(room);
    if (requests > 0 && held.requests >= share) return false;
    // Who holds nothing may begin with one that counts as many.
    const most = held.requests > 0 ? share - held.requests : openOf(room);
    if (requests > 1 && requests > most) return false;
    if (held.bytes >= shareOf(roomOf({ limit: maxInFlightBytes, free: freeBytes }, together?.bytes)))
      return false;
    this.#add(holder, requests, bytes);
    return true;
  }

  /** Gives back what was taken. */
  give(holder: Holder, requests: number, bytes: number): void {
    if (requests > 0 || bytes > 0) this.#add(holder, -requests, -bytes);
  }

  #add({ requester, group }: Holder, requests: number, bytes: number): void {
    this.#total.requests += requests;
    this.#total.bytes += bytes;
    addTo(this.#holdings, requester, requests, bytes);
    if (group !== undefined) addTo(this.#groups, group, requests, bytes);
  }
}

/** What is free for all. */
function openOf({ limit, free }: Room): number {
  return free - limit * KEPT;
}

/** What counts as next to nothing. */
function littleOf({ limit, free }: Room): number {
  return free <= 0 ? 0 : Math.min(limit * LITTLE, (STEEPNESS * free * free) / limit);
}

/** How much somebody may hold who is to be let in. */
function shareOf(room: Room): number {
  return Math.max(openOf(room), littleOf(room));
}

/** What somebody shares with others: the whole, or what its group may have, of which that holds `together`. */
function roomOf(whole: Room, together: number | undefined): Room {
  if (together === undefined) return whole;
  // Whatever the group takes of what is open, the rest of that becomes smaller too: it may take half of it.
  const free = Math.max((openOf(whole) - together) / 2, littleOf(whole) - together);
  return { limit: together + free, free };
}

function addTo(holdings: Map<string, Holding>, name: string, requests: number, bytes: number): void {
  const held = holdings.get(name);
  if (!held) {
    holdings.set(name, { requests, bytes });
    return;
  }
  held.requests += requests;
  held.bytes += bytes;
  if (held.requests === 0 && held.bytes === 0) holdings.delete(name);
}
