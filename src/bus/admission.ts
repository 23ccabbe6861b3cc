import type { Holder } from './holder.ts';

export type AdmissionLimits = {
  /** Requests under way in the whole bus. */
  readonly maxInFlight: number;
  /** Their texts together, and what is still being read (bytes). */
  readonly maxInFlightBytes: number;
};

/** What somebody has under way, or everybody together. */
type Holding = { requests: number; bytes: number };

const NOTHING: Readonly<Holding> = { requests: 0, bytes: 0 };

/**
 * The places for work under way. Whoever asks is let in while it holds less than what is still free: one alone stops
 * at half, so that there is room left for everybody who comes, and all together never have more than the limits.
 * A group is let in as if it were one, and shares in the same way what it may have.
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

  /** The most that one request may count as: it must find room where nobody else asks. */
  get mostAtOnce(): number {
    return Math.max(1, Math.floor(this.#limits.maxInFlight / 2));
  }

  /** Takes places for that many requests and bytes; false when there is no room for this requester. */
  take(holder: Holder, requests: number, bytes: number): boolean {
    const { maxInFlight, maxInFlightBytes } = this.#limits;
    const { requester, group } = holder;
    const held = this.#holdings.get(requester) ?? NOTHING;
    let freeRequests = maxInFlight - this.#total.requests;
    let freeBytes = maxInFlightBytes - this.#total.bytes;
    if (requests > freeRequests || bytes > freeBytes) return false;
    if (group !== undefined) {
      const together = this.#groups.get(group) ?? NOTHING;
      freeRequests = leftFor(together.requests, freeRequests);
      freeBytes = leftFor(together.bytes, freeBytes);
    }
    if (requests > 0 && held.requests >= freeRequests) return false;
    // Who holds nothing may begin with one that counts as many.
    if (requests > 1 && held.requests > 0 && held.requests + requests > freeRequests) return false;
    if (held.bytes >= freeBytes) return false;
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

/** How much more a group may take until it holds as much as is free. */
function leftFor(held: number, free: number): number {
  return (free - held) / 2;
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
