import { SHORTEST_PAUSE_MS } from './ordered-report.ts';

/** Nobody looks for it any more: its job has ended otherwise. */
const FORGOTTEN_AFTER_MS = 180_000;

/**
 * The reports that were missing in a list, and when it was asked for. A list may be late; a report that is missing in
 * two lists, the second asked for a while after the first, is gone. However many look for it: what counts are lists.
 * What is counted is lost with the process, which only makes it look once more.
 */
export class MissingReports {
  /** Milliseconds since the epoch, oldest first. */
  readonly #missing = new Map<string, number>();

  /** Is it gone? */
  note(id: string, beganAtMs: number): boolean {
    const sinceMs = this.#missing.get(id);
    const agoMs = sinceMs === undefined ? Number.NaN : beganAtMs - sinceMs;
    // A clock that was set says nothing.
    if (agoMs >= 0 && agoMs < FORGOTTEN_AFTER_MS) return agoMs >= SHORTEST_PAUSE_MS;
    this.#missing.delete(id);
    this.#missing.set(id, beganAtMs);
    this.#forgetBefore(beganAtMs - FORGOTTEN_AFTER_MS);
    return false;
  }

  /** It is there. */
  forget(id: string): void {
    this.#missing.delete(id);
  }

  #forgetBefore(timeMs: number): void {
    for (const [id, sinceMs] of this.#missing) {
      if (sinceMs > timeMs) return;
      this.#missing.delete(id);
    }
  }
}
