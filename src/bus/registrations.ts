import type { Dialect, FrameOf } from '#protocol/frame.ts';
import { type Refusal, refusal } from '#protocol/refusal.ts';
import { isJobAddress } from './access.ts';
import type { Delivery, Registration } from './delivery.ts';
import { addressRefusal } from './dialect-limits.ts';
import { mayBeGiven, mayListen } from './guard.ts';
import type { Outlet } from './outlet.ts';
import type { ReplyLedger } from './reply-ledger.ts';
import type { SharedBus } from './shared-bus.ts';

/** The addresses at which one connected peer listens. */
export class Registrations {
  readonly #bus: SharedBus;
  readonly #dialect: Dialect;
  readonly #outlet: Outlet;
  readonly #ledger: ReplyLedger;
  readonly #registered = new Map<string, Registration>();

  constructor(bus: SharedBus, dialect: Dialect, outlet: Outlet, ledger: ReplyLedger) {
    this.#bus = bus;
    this.#dialect = dialect;
    this.#outlet = outlet;
    this.#ledger = ledger;
  }

  get size(): number {
    return this.#registered.size;
  }

  /** Why not, if not. */
  register({ address, camelCase }: FrameOf<'register'>): Refusal | undefined {
    const refused = this.#refusalOf(address);
    if (refused) return refused;
    const registration = this.#bus.engine.register(address, (delivery) => this.#deliver(delivery, camelCase));
    this.#registered.set(address, registration);
    const acknowledgement = this.#dialect.writeRegistered(address);
    if (acknowledgement !== undefined) this.#outlet.write(acknowledgement);
    this.#outlet.registered(address);
    return undefined;
  }

  /** Why not, if not. */
  unregister({ address }: FrameOf<'unregister'>): Refusal | undefined {
    const refused = mayListen(this.#bus, this.#outlet.identity.client, address);
    if (refused) return refused;
    const registration = this.#registered.get(address);
    if (!registration) return refusal('not-registered', `адрес ${address} это соединение не слушает`);
    registration.unregister();
    this.#registered.delete(address);
    return undefined;
  }

  /** Drops them all; returns their addresses. */
  end(): string[] {
    const addresses = [...this.#registered.keys()];
    for (const registration of this.#registered.values()) registration.unregister();
    this.#registered.clear();
    return addresses;
  }

  #refusalOf(address: string): Refusal | undefined {
    const refused =
      addressRefusal(address, this.#dialect.limits) ??
      mayListen(this.#bus, this.#outlet.identity.client, address);
    if (refused || !this.#registered.has(address)) return refused;
    return refusal('already-registered', `адрес ${address} это соединение уже слушает`);
  }

  #deliver(delivery: Delivery, camelCase: boolean): void {
    const { kind, address } = delivery;
    const { client } = this.#outlet.identity;
    // A mismatch is dropped without a word.
    if (!mayBeGiven(client, delivery)) return;
    const event = isJobAddress(address) ? this.#bus.services.jobEvent(client, delivery) : delivery;
    if (!event) return;
    const { headers, body } = event;
    const replyAddress = this.#ledger.owe(delivery);
    this.#outlet.hand(this.#dialect.writeDelivery({ kind, address, replyAddress, headers, body }, camelCase));
  }
}
