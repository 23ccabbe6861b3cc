import type { Bus } from '#bus/bus.ts';
import type { Session } from '#bus/session.ts';
import type { Timer } from '#core/clock.ts';

/** How long a connection may stay silent about who it is, where clients are configured and nothing is for everybody. */
const LOGIN_WITHIN_MS = 10_000;

/** Closes a connection that does not say who it is. */
export class LoginDeadline {
  readonly #timer: Timer | undefined;

  constructor(bus: Bus, session: Session) {
    if (!bus.clients.closesStrangers || session.client.authenticated) return;
    this.#timer = bus.clock.setTimeout(() => {
      if (!session.client.authenticated) session.end();
    }, LOGIN_WITHIN_MS);
  }

  cancel(): void {
    this.#timer?.cancel();
  }
}
