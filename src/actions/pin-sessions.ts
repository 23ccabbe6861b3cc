import { createHash, timingSafeEqual } from 'node:crypto';
import type { Clock } from '#core/clock.ts';
import { Failure } from '#core/failure.ts';
import type { PinSessions } from '#domain/action.ts';
import type { Register } from '#domain/directory.ts';

const FREE_ATTEMPTS = 5;
const FIRST_LOCK_MS = 60_000;
const LONGEST_LOCK_MS = 3_600_000;

type State = {
  /** When the session was last used; null without one. */
  usedAt: number | null;
  wrongInARow: number;
  lockedUntil: number;
};

/** PIN sessions in memory, one a client and register: a restart asks for the PIN again. */
export class MemoryPinSessions implements PinSessions {
  readonly #clock: Clock;
  readonly #idleMs: number;
  readonly #states = new Map<string, State>();

  constructor(options: { clock: Clock; idleMs: number }) {
    this.#clock = options.clock;
    this.#idleMs = options.idleMs;
  }

  /** Lets the client through to a register that has no PIN, or whose session it holds; throws else. */
  check(client: string, register: Register): void {
    if (register.device.pin === undefined) return;
    const state = this.#stateOf(client, register);
    if (!this.#isOpen(state)) throw new Failure('AVQFR_SESSION_NOT_AUTHORIZED');
    state.usedAt = this.#clock.now();
  }

  authorize(client: string, register: Register, pin: string): void {
    if (register.device.pin === undefined) return;
    const state = this.#stateOf(client, register);
    if (this.#isOpen(state)) throw new Failure('AVQFR_SESSION_ALREADY_AUTHORIZED');
    this.#refuseWhileLocked(state);
    if (!isSame(pin, register.device.pin)) {
      this.#countWrong(state);
      throw new Failure('AVQFR_BAD_KEY_AUTH_DATA');
    }
    state.usedAt = this.#clock.now();
    state.wrongInARow = 0;
  }

  logout(client: string, register: Register): void {
    this.check(client, register);
    this.#stateOf(client, register).usedAt = null;
  }

  #stateOf(client: string, register: Register): State {
    const key = JSON.stringify([client, register.token, register.device.pin]);
    const state = this.#states.get(key) ?? { usedAt: null, wrongInARow: 0, lockedUntil: 0 };
    this.#states.set(key, state);
    return state;
  }

  #isOpen(state: State): boolean {
    return state.usedAt !== null && this.#clock.now() - state.usedAt < this.#idleMs;
  }

  #refuseWhileLocked(state: State): void {
    const seconds = Math.ceil((state.lockedUntil - this.#clock.now()) / 1000);
    if (seconds <= 0) return;
    throw new Failure('BUS_RATE_LIMITED', {
      description: `слишком много неверных PIN подряд: следующая попытка через ${seconds} с`,
    });
  }

  /** Five for free, then a minute, doubled by every further wrong one up to an hour. */
  #countWrong(state: State): void {
    state.wrongInARow += 1;
    const beyond = state.wrongInARow - FREE_ATTEMPTS;
    if (beyond < 0) return;
    state.lockedUntil = this.#clock.now() + Math.min(FIRST_LOCK_MS * 2 ** beyond, LONGEST_LOCK_MS);
  }
}

function isSame(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
