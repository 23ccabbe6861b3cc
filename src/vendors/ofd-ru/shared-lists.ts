import type { Call } from '#core/call.ts';
import { SharedCall } from '#outbound/shared-call.ts';
import type { Cabinet } from './cabinet.ts';
import { type OrderedReport, SHORTEST_PAUSE_MS } from './ordered-report.ts';
import type { ReportList } from './report-list.ts';

/** The call of a list that jobs wait for, which are the background of whoever waits for an answer. */
class ListCall extends SharedCall<ReportList> {
  readonly isBackground = true;
}

type Slot = {
  readonly call: ListCall;
  /** Milliseconds since the epoch. */
  readonly beganAtMs: number;
  /** Undefined until it has come. */
  list?: ReportList;
};

/** A list, and when it was asked for (milliseconds since the epoch). */
export type SeenList = { readonly list: ReportList; readonly beganAtMs: number };

/**
 * The lists of reports that looks share: the vendor lists all reports at once, whichever is asked for, and takes one
 * request a second. A list that was begun before a report was ordered tells nothing of it, and the next look at the
 * same report comes too late for the same list. It is kept for no longer than that: lists are large.
 */
export class SharedLists {
  readonly #cabinet: Cabinet;
  /** By whether it is the list of the account's own agreement. */
  readonly #slots = new Map<boolean, Slot>();

  constructor(cabinet: Cabinet) {
    this.#cabinet = cabinet;
  }

  async read(report: OrderedReport, call: Call): Promise<SeenList> {
    const isOwn = report.is_own;
    const known = this.#slots.get(isOwn);
    const slot = known && this.#isGoodFor(report, known) ? known : this.#open(isOwn, call);
    const { beganAtMs } = slot;
    if (slot.list) return { list: slot.list, beganAtMs };
    const result = slot.call.join(call);
    if (slot !== known) void this.#fill(isOwn, slot);
    return { list: await result, beganAtMs };
  }

  #open(isOwn: boolean, call: Call): Slot {
    const slot = { call: new ListCall(call), beganAtMs: this.#cabinet.clock.now() };
    this.#slots.set(isOwn, slot);
    return slot;
  }

  /** Never rejects: whoever waits is told. */
  async #fill(isOwn: boolean, slot: Slot): Promise<void> {
    await slot.call.run(async (shared) => {
      slot.list = await this.#cabinet.listReports(isOwn, shared);
      return slot.list;
    });
    const drop = () => {
      if (this.#slots.get(isOwn) === slot) this.#slots.delete(isOwn);
    };
    // What was not read is nobody else's answer.
    if (slot.list) this.#cabinet.clock.setTimeout(drop, SHORTEST_PAUSE_MS);
    else drop();
  }

  #isGoodFor({ since_ms: sinceMs }: OrderedReport, { beganAtMs, list, call }: Slot): boolean {
    const ageMs = this.#cabinet.clock.now() - beganAtMs;
    const isThere = list !== undefined || call.isUnderWay;
    return isThere && beganAtMs > sinceMs && ageMs >= 0 && ageMs < SHORTEST_PAUSE_MS;
  }
}
