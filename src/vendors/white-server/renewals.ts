import type { Call } from '#core/call.ts';
import { SharedCall } from '#outbound/shared-call.ts';
import {
  type BillOfBalanceOptions,
  createTask,
  limitMs,
  type OrderedReport,
} from './bill-of-balance-order.ts';

type Renewal = {
  readonly call: SharedCall<OrderedReport>;
  /** Undefined until it has been ordered. */
  ordered?: OrderedReport;
};

/**
 * Reports that White Server had forgotten, ordered anew once, for all jobs of the same ticket. They are remembered for
 * longer than anybody follows them; a restart forgets them.
 */
export class Renewals {
  readonly #options: BillOfBalanceOptions;
  readonly #byTicket = new Map<string, Renewal>();

  constructor(options: BillOfBalanceOptions) {
    this.#options = options;
  }

  /** The report as it was ordered anew, if it was. */
  find(ticket: string): OrderedReport | undefined {
    return this.#byTicket.get(ticket)?.ordered;
  }

  /** Orders it anew, unless somebody else has or does. A report changes nothing, so that it may be made twice. */
  async order(forgotten: OrderedReport, call: Call): Promise<OrderedReport> {
    const known = this.#byTicket.get(forgotten.ticket);
    if (known?.ordered) return known.ordered;
    const renewal: Renewal = known?.call.isUnderWay ? known : { call: new SharedCall(call) };
    const ordered = renewal.call.join(call);
    if (renewal !== known) void this.#begin(forgotten, renewal);
    return ordered;
  }

  /** Never rejects: whoever waits is told. */
  async #begin(forgotten: OrderedReport, renewal: Renewal): Promise<void> {
    const { ticket } = forgotten;
    this.#byTicket.set(ticket, renewal);
    await renewal.call.run(async (shared) => {
      renewal.ordered = await createTask(this.#options, forgotten, shared);
      return renewal.ordered;
    });
    const drop = () => {
      if (this.#byTicket.get(ticket) === renewal) this.#byTicket.delete(ticket);
    };
    if (renewal.ordered) this.#options.clock.setTimeout(drop, 2 * limitMs(renewal.ordered));
    else drop();
  }
}
