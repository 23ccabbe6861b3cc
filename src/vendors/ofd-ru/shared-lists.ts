import type { Call } from '#core/call.ts';
import type { Cabinet } from './cabinet.ts';
import { type OrderedReport, SHORTEST_PAUSE_MS } from './ordered-report.ts';
import type { ReportList } from './report-list.ts';

type Shared = {
  readonly list: Promise<ReportList>;
  readonly atMs: number;
  /** The reports that were looked for in it. */
  readonly seenBy: Set<string>;
};

/**
 * The lists of reports that looks share: the vendor lists all reports at once, whichever is asked for, and takes one
 * request a second. A list that was begun before a report was ordered tells nothing of it, and every look at one
 * report sees a list of its own.
 */
export class SharedLists {
  readonly #cabinet: Cabinet;
  readonly #last = new Map<string, Shared>();

  constructor(cabinet: Cabinet) {
    this.#cabinet = cabinet;
  }

  read(report: OrderedReport, call: Call): Promise<ReportList> {
    const { id, ofd_agreement_id: agreementId, is_own: isOwn } = report;
    const key = JSON.stringify([agreementId, isOwn]);
    const known = this.#last.get(key);
    if (known && this.#isGoodFor(report, known)) {
      known.seenBy.add(id);
      return known.list;
    }
    const list = this.#cabinet.listReports({ id: agreementId, isOwn }, call);
    const shared = { list, atMs: this.#cabinet.clock.now(), seenBy: new Set([id]) };
    this.#last.set(key, shared);
    // What was not read is nobody else's answer.
    list.catch(() => this.#last.get(key) === shared && this.#last.delete(key));
    return list;
  }

  #isGoodFor({ id, since_ms: sinceMs }: OrderedReport, { atMs, seenBy }: Shared): boolean {
    const ageMs = this.#cabinet.clock.now() - atMs;
    return atMs > sinceMs && ageMs >= 0 && ageMs < SHORTEST_PAUSE_MS && !seenBy.has(id);
  }
}
