export type AdmissionLimits = {
  /** Requests under way in the whole bus. */
  readonly maxInFlight: number;
  /** Their texts together, and what is still being read (bytes). */
  readonly maxInFlightBytes: number;
};

/** What somebody has under way, or everybody together. */
type Holding = { requests: number; bytes: number };

/**
 * The places for work under way. Whoever asks is let in while it holds less than what is still free: one alone stops
 * at half, so that there is room left for everybody who comes, and all together never have more than the limits.
 */
export class Admission {
  readonly #limits: AdmissionLimits;
  readonly #total: Holding = { requests: 0, bytes: 0 };
  /** By requester; nobody stands here who holds nothing. */
  readonly #holdings = new Map<string, Holding>();

  constructor(limits: AdmissionLimits) {
    this.#limits = limits;
  }

  /** How many requesters hold anything. */
  get requesters(): number {
    return this.#holdings.size;
  }

  /** Takes places for that many requests and bytes; false when there is no room for this requester. */
  take(requester: string, requests: number, bytes: number): boolean {
    const { maxInFlight, maxInFlightBytes } = this.#limits;
    const held = this.#holdings.get(requester);
    const freeRequests = maxInFlight - this.#total.requests;
    const freeBytes = maxInFlightBytes - this.#total.bytes;
    if (requests > 0 && (held?.requests ?? 0) >= freeRequests) return false;
    if (bytes > freeBytes || (held?.bytes ?? 0) >= freeBytes) return false;
    this.#total.requests += requests;
    this.#total.bytes += bytes;
    if (held) {
      held.requests += requests;
      held.bytes += bytes;
    } else {
      this.#holdings.set(requester, { requests, bytes });
    }
    return true;
  }

  /** Gives back what was taken. */
  give(requester: string, requests: number, bytes: number): void {
    const held = this.#holdings.get(requester);
    if (!held) return;
    this.#total.requests -= requests;
    this.#total.bytes -= bytes;
    held.requests -= requests;
    held.bytes -= bytes;
    if (held.requests === 0 && held.bytes === 0) this.#holdings.delete(requester);
  }
}
