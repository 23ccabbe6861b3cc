import type { Call } from '#core/call.ts';
import { createJoinedReads } from '#outbound/joined-reads.ts';
import {
  type BillOfBalanceOptions,
  createTask,
  limitMs,
  type OrderedReport,
} from './bill-of-balance-order.ts';

/**
 * Reports that White Server had forgotten, ordered anew once, for all jobs of the same ticket. They are remembered for
 * longer than anybody follows them; a restart forgets them.
 */
export class Renewals {
  readonly #options: BillOfBalanceOptions;
  readonly #underWay = createJoinedReads();
  /** By their tickets. */
  readonly #ordered = new Map<string, OrderedReport>();

  constructor(options: BillOfBalanceOptions) {
    this.#options = options;
  }

  /** The report as it was ordered anew, if it was. */
  find(ticket: string): OrderedReport | undefined {
    return this.#ordered.get(ticket);
  }

  /** Orders it anew, unless somebody else has or does. A report changes nothing, so that it may be made twice. */
  async order(forgotten: OrderedReport, call: Call): Promise<OrderedReport> {
    const { ticket } = forgotten;
    return (
      this.find(ticket) ??
      this.#underWay.read(ticket, 'order', call, async (shared) => {
        const ordered = await createTask(this.#options, forgotten, shared);
        this.#ordered.set(ticket, ordered);
        this.#options.clock.setTimeout(() => this.#ordered.delete(ticket), 2 * limitMs(ordered));
        return ordered;
      })
    );
  }
}
