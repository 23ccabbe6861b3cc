import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import type { Clock, Timer } from '#core/clock.ts';
import { writeLegacyPing } from '#protocol/avq.ts';
import type { Frame } from '#protocol/frame.ts';
import { encodeFrame } from '#protocol/length-prefix.ts';

const PING_EVERY_MS = 15_000;
const PONG_WITHIN_MS = 2_000;

/**
 * The liveness rule of iKassa before tsrv 1.x: once a client has spelled `replyAddress`, the server pings it
 * every 15 s and closes the connection when no pong comes in 2 s.
 */
export class LegacyPing {
  readonly #clock: Clock;
  readonly #socket: Socket;
  #next: Timer | undefined;
  #deadline: Timer | undefined;

  constructor(clock: Clock, socket: Socket) {
    this.#clock = clock;
    this.#socket = socket;
  }

  /** Looks at every frame that comes in. */
  readonly observe = ({ kind, camelCase }: Frame): void => {
    if (camelCase && this.#next === undefined) this.#schedule();
    if (kind !== 'pong') return;
    this.#deadline?.cancel();
    this.#deadline = undefined;
  };

  cancel(): void {
    this.#next?.cancel();
    this.#deadline?.cancel();
  }

  #schedule(): void {
    this.#next = this.#clock.setTimeout(() => {
      this.#socket.write(encodeFrame(writeLegacyPing(randomUUID())));
      this.#deadline = this.#clock.setTimeout(() => this.#socket.destroy(), PONG_WITHIN_MS);
      this.#schedule();
    }, PING_EVERY_MS);
  }
}
